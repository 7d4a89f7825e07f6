// The rules of interactions. An action that has one runs first (the interaction is idle); once it has its result the
// question is asked (pending), and the task has its outcome when people have answered, or not in time.
//
// What the contract leaves open is settled so:
// - An answer that comes while idle is kept through the attempts of the action, and counts once the question is asked;
//   approve_if is evaluated then, so that it can look at the action's result.
// - An approval needs answers of `required_approvers` users. The first answer over which approve_if does not hold is a
//   rejection: it ends the interaction and fails the task (ApprovalRejected). What the deciding answer says is
//   ACTIONS.<ref>.interaction in both cases.
// - An approve_if or message that cannot be evaluated fails the task (ExpressionError). None of these failures, nor a
//   timeout, is retried: the action itself had succeeded.
// - retry_until looks at the result and the answer together; when it does not hold the whole task runs again and asks
//   again, under the same id.
// - The question is asked, and answers are taken, in a paused run as well; what follows from them waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/uuid.hpp"
#include "workflow/command.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

class Turn;

inline constexpr std::string_view kApprovalRejected = "ApprovalRejected";

// Before an attempt of the action is scheduled: makes the interaction unless there is one that is idle.
void open_interaction(Turn& turn, std::uint32_t task);
// The action has its result: asks, and weighs what was answered before.
void ask(Turn& turn, std::uint32_t task);
// Weighs the answers from `first` on. Precondition: the interaction is pending.
void weigh_answers(Turn& turn, std::uint32_t task, std::size_t first);
// Nobody answered in time.
void give_up(Turn& turn, std::uint32_t task);

// Why an answer cannot be taken in this state: not_found, wrong_state, duplicate, invalid. A function of the state and
// the command alone.
std::optional<Error> answer_refusal(const State& state, const Respond& answer);

// The same, and whether this caller may answer so (forbidden: none of `groups` may; invalid, `where` a pointer: the
// schema). Asked before the command is decided, which does not ask again: groups and schema checkers may change.
// `groups` empty: whoever asks is not asked for any.
std::optional<Error> answer_refusal(const State& state, const Respond& answer,
                                    const std::optional<std::vector<std::string>>& groups);

// In words, for people: "anybody", "2 users of the groups ops or leads".
std::string may_answer(const InteractionPlan& plan);

}  // namespace reprise::workflow
