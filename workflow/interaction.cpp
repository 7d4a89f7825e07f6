#include "workflow/interaction.hpp"

#include <algorithm>
#include <utility>

#include "workflow/answer_schema.hpp"
#include "workflow/schedule.hpp"
#include "workflow/turn.hpp"

namespace reprise::workflow {

namespace {

std::string id_of(const State& state, std::uint32_t task) {
  return to_string(interaction_uuid(state.id, state.plan->tasks[task].ref));
}

// The failure of a task whose action has succeeded.
void fail_asking(Turn& turn, std::uint32_t index, std::string message, std::string_view type) {
  const TaskState& task = turn.state().tasks[index];
  turn.emit(events::TaskFailed{turn.plan().tasks[index].ref, task.attempt, task.delivery, std::move(message),
                               std::string(type), false, false},
            index);
  after_failure(turn, index, false);
}

void complete(Turn& turn, std::uint32_t index, const InteractionState::Given& answer, bool approved) {
  turn.emit(events::InteractionCompleted{turn.plan().tasks[index].ref, id_of(turn.state(), index), answer.user,
                                         answer.data, approved},
            index);
}

// Whether approve_if holds over the answer.
Expected<bool> approves(Turn& turn, std::uint32_t index, const Json& data) {
  const Template* condition = turn.plan().tasks[index].interaction->approve_if.get();
  if (condition == nullptr) return true;
  const JsonValue* answer = turn.scope().parse(data.bytes);
  if (answer == nullptr) return fail(errc::internal, "an answer is no JSON");
  turn.scope().weigh(index, answer);
  auto value = condition->evaluate(turn.scope(), turn.pool());
  turn.scope().weigh(index, nullptr);
  if (!value) return tl::unexpected(std::move(value.error()));
  return truthy(**value);
}

tl::unexpected<Error> unknown(const std::string& id) { return fail(errc::not_found, "no interaction " + id); }

std::string quoted_or(const std::string& user, std::string_view nobody) {
  return user.empty() ? std::string(nobody) : "'" + user + "'";
}

}  // namespace

std::string_view name(InteractionStatus status) {
  switch (status) {
    case InteractionStatus::idle: return "idle";
    case InteractionStatus::pending: return "pending";
    case InteractionStatus::completed: return "completed";
    case InteractionStatus::timed_out: return "timed_out";
    case InteractionStatus::cancelled: return "cancelled";
  }
  return "unknown";
}

void open_interaction(Turn& turn, std::uint32_t index) {
  const TaskPlan& plan = turn.plan().tasks[index];
  const auto& now = turn.state().tasks[index].interaction;
  if (!plan.interaction || (now && now->status == InteractionStatus::idle)) return;
  const InteractionPlan& asks = *plan.interaction;
  events::InteractionCreated created;
  created.ref = plan.ref;
  created.interaction_id = id_of(turn.state(), index);
  created.kind =
      asks.type == InteractionType::approval ? events::InteractionKind::approval : events::InteractionKind::response;
  created.required_approvers = asks.required_approvers;
  if (!asks.approver_groups.empty()) {
    std::string& list = created.approver_groups.bytes;
    for (const std::string& group : asks.approver_groups) {
      list += list.empty() ? '[' : ',';
      append_json_string(list, group);
    }
    list += ']';
  }
  turn.emit(std::move(created), index);
}

void ask(Turn& turn, std::uint32_t index) {
  const TaskPlan& plan = turn.plan().tasks[index];
  events::InteractionRequested requested;
  requested.ref = plan.ref;
  requested.interaction_id = id_of(turn.state(), index);
  requested.attempt = turn.state().tasks[index].attempt;
  if (plan.interaction->message) {
    turn.scope().of_interaction(index, true);
    auto message = plan.interaction->message->evaluate(turn.scope(), turn.pool());
    turn.scope().of_interaction(index, false);
    if (!message) return fail_asking(turn, index, "message: " + message.error().detail, kExpressionError);
    reprise::append_json(requested.message.bytes, **message);
  }
  if (plan.interaction->timeout.count() > 0) requested.until = later(turn.now(), plan.interaction->timeout);
  turn.emit(std::move(requested), index);
  weigh_answers(turn, index, 0);
}

void weigh_answers(Turn& turn, std::uint32_t index, std::size_t first) {
  const InteractionPlan& plan = *turn.plan().tasks[index].interaction;
  for (std::size_t i = first; i < turn.state().tasks[index].interaction->given.size(); ++i) {
    const InteractionState::Given answer = turn.state().tasks[index].interaction->given[i];
    auto approved = approves(turn, index, answer.data);
    if (!approved) return fail_asking(turn, index, "approve_if: " + approved.error().detail, kExpressionError);
    if (!*approved) {
      complete(turn, index, answer, false);
      return fail_asking(turn, index, "The request was rejected by " + quoted_or(answer.user, "an answer"),
                         kApprovalRejected);
    }
    if (i + 1 < plan.required_approvers) continue;
    complete(turn, index, answer, true);
    return after_success(turn, index);
  }
}

void give_up(Turn& turn, std::uint32_t index) {
  turn.emit(events::InteractionTimedOut{turn.plan().tasks[index].ref, id_of(turn.state(), index),
                                        turn.state().tasks[index].attempt},
            index);
  fail_asking(turn, index, "Timeout waiting for response", kTimeoutError);
}

std::optional<Error> answer_refusal(const State& state, const Respond& answer) {
  const auto found = state.plan->by_ref.find(answer.ref);
  if (found == state.plan->by_ref.end()) return unknown(answer.interaction_id).value();
  const TaskPlan& plan = state.plan->tasks[found->second];
  const auto& asks = state.tasks[found->second].interaction;
  if (!plan.interaction || !asks || answer.interaction_id != id_of(state, found->second)) {
    return unknown(answer.interaction_id).value();
  }
  const auto refuse = [&](errc code, std::string detail) { return Error{code, std::move(detail), {}}; };
  if (answer.data.bytes.empty()) return refuse(errc::invalid, "an answer needs its data");
  if (!asks->open() || final(state.status)) {
    const bool over = asks->open() || asks->status == InteractionStatus::cancelled;
    return refuse(errc::wrong_state,
                  over ? "the interaction is over: its task ended before it was answered"
                       : "the interaction is " +
                             std::string(asks->status == InteractionStatus::timed_out ? "timed out" : "completed") +
                             ": it takes no more answers");
  }
  const auto same_user = [&](const InteractionState::Given& each) { return each.user == answer.user; };
  if (plan.interaction->type == InteractionType::approval &&
      std::any_of(asks->given.begin(), asks->given.end(), same_user)) {
    return refuse(errc::duplicate, quoted_or(answer.user, "somebody without a name") +
                                       " has answered already: each approver answers once");
  }
  if (asks->given.size() >= plan.interaction->required_approvers) {
    return refuse(errc::wrong_state, "the interaction has been answered already");
  }
  return std::nullopt;
}

std::optional<Error> answer_refusal(const State& state, const Respond& answer,
                                    const std::optional<std::vector<std::string>>& groups) {
  if (auto refused = answer_refusal(state, answer)) return refused;
  const InteractionPlan& plan = *state.plan->find(answer.ref)->interaction;
  const auto& wanted = plan.approver_groups;
  const bool one_of_them =
      wanted.empty() || !groups || std::any_of(groups->begin(), groups->end(), [&](const std::string& group) {
        return std::find(wanted.begin(), wanted.end(), group) != wanted.end();
      });
  if (!one_of_them) {
    return Error{errc::forbidden, "only " + may_answer(plan) + " may answer, and you are in none of these groups", {}};
  }
  if (!plan.schema) return std::nullopt;
  const auto parsed = parse_json(answer.data.bytes);
  if (!parsed) return parsed.error();
  auto fits = plan.schema->check(parsed->root());
  if (!fits) return std::move(fits.error());
  return std::nullopt;
}

std::string may_answer(const InteractionPlan& plan) {
  std::string who = plan.required_approvers == 1 ? "" : std::to_string(plan.required_approvers) + " different ";
  if (plan.approver_groups.empty()) return plan.required_approvers == 1 ? "anybody" : who + "users";
  who += "members of ";
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(plan.approver_groups.size(), kShown); ++i) {
    if (i != 0) who += " or ";
    who += "'" + plan.approver_groups[i] + "'";
  }
  if (plan.approver_groups.size() > kShown) who += " or others";
  return who;
}

}  // namespace reprise::workflow
