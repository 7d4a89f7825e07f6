// One overload for each event: what it does to the state. The turn of decide calls them with the task's number at hand
// (task_number.hpp); the public apply() looks the number up by ref.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/event.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

// Types of the failures that the engine itself makes. The first two leave the task absent from ACTIONS.
inline constexpr std::string_view kUnreachable = "Unreachable";
inline constexpr std::string_view kRunIfError = "RunIfError";
inline constexpr std::string_view kExpressionError = "ExpressionError";
inline constexpr std::string_view kTimeoutError = "TimeoutError";
inline constexpr std::string_view kRetryUntil = "RetryUntil";
inline constexpr std::string_view kResultTooLarge = "ResultTooLarge";
inline constexpr std::string_view kInputsRejected = "InputsRejected";

// Why an event does not fit the state it is applied to; null when it fits.
using Misfit = const char*;
inline constexpr Misfit kFits = nullptr;
inline constexpr Misfit kNoTask = "no such task";

struct Apply {
  State& state;
  Time time;

  Misfit operator()(const events::ExecutionStarted&);
  Misfit operator()(const events::ExecutionCompleted&);
  Misfit operator()(const events::ExecutionFailed&);
  Misfit operator()(const events::ExecutionCancelled&);
  Misfit operator()(const events::ExecutionTerminated&);
  Misfit operator()(const events::ExecutionPaused&);
  Misfit operator()(const events::ExecutionResumed&);
  Misfit operator()(const events::ExecutionTimedOut&);
  Misfit operator()(const events::TaskLogged&);
  Misfit operator()(const events::ExecutionOrigin&);
  Misfit operator()(const events::ExecutionContinued&);
  Misfit operator()(const events::ExecutionVersionWanted&);

  Misfit operator()(const events::TaskDelayed&, std::uint32_t task);
  Misfit operator()(const events::TaskDelayElapsed&, std::uint32_t task);
  Misfit operator()(const events::TaskScheduled&, std::uint32_t task);
  Misfit operator()(const events::TaskStarted&, std::uint32_t task);
  Misfit operator()(const events::TaskRequeued&, std::uint32_t task);
  Misfit operator()(const events::TaskCompleted&, std::uint32_t task);
  Misfit operator()(const events::TaskFailed&, std::uint32_t task);
  Misfit operator()(const events::TaskTimedOut&, std::uint32_t task);
  Misfit operator()(const events::TaskSkipped&, std::uint32_t task);
  Misfit operator()(const events::TaskCancelled&, std::uint32_t task);
  Misfit operator()(const events::TaskLoopStarted&, std::uint32_t task);
  Misfit operator()(const events::TaskLoopPolicy&, std::uint32_t task);
  Misfit operator()(const events::TaskChildStarted&, std::uint32_t task);

  Misfit operator()(const events::InteractionCreated&, std::uint32_t task);
  Misfit operator()(const events::InteractionRequested&, std::uint32_t task);
  Misfit operator()(const events::InteractionAnswered&, std::uint32_t task);
  Misfit operator()(const events::InteractionCompleted&, std::uint32_t task);
  Misfit operator()(const events::InteractionTimedOut&, std::uint32_t task);

 private:
  Misfit end(Status status);
  TaskState* find(std::uint32_t task);
  TaskState* find_or_begin(std::uint32_t task);
  Misfit end_iteration(std::uint32_t task, std::uint32_t delivery, std::string_view result);
  Misfit fail_iteration(std::uint32_t task, std::uint32_t delivery);
  Misfit complete_loop(const events::TaskCompleted& event, std::uint32_t action);
  void drop_loop(std::uint32_t action);
  void settle(std::uint32_t task, EdgeStatus success_edges, EdgeStatus error_edges);
  bool unsettle(std::uint32_t task);
  void close_attempt(TaskState& task);
  void close_interaction(TaskState& task);
};

// Neither before its first event nor after its last one.
inline bool live(const State& state) { return state.status == Status::running || state.status == Status::paused; }

// The attempt that an event may open: the next one, or the one whose delay has elapsed.
bool may_open(const TaskState& task, std::uint32_t attempt);

// An iteration has begun that has no outcome.
bool any_open(const LoopState& loop);

// An attempt of it was scheduled and has no result yet: queued, running, or queued when the run was paused.
bool attempt_open(const TaskState& task);

// An instant `delay` after `from`, not past the year 9999.
Time later(Time from, Duration delay);

// Of the task's present attempt, counted from its first lease or its start in the server; the epoch: none.
Time deadline_from(const TaskPlan& task, Time start);

}  // namespace reprise::workflow
