// One overload for each event: what it does to the state. The turn of decide calls them with the task's index at hand;
// the public apply() looks the index up by ref.
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
inline constexpr std::string_view kInputsRejected = "InputsRejected";

// Why an event does not fit the state it is applied to; null when it fits.
using Misfit = const char*;

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
  Misfit operator()(const events::TaskChildStarted&, std::uint32_t task);

 private:
  Misfit end(Status status);
  void settle(std::uint32_t task, EdgeStatus success_edges, EdgeStatus error_edges);
  bool unsettle(std::uint32_t task);
  void close_attempt(TaskState& task);
};

// An attempt of it was scheduled and has no result yet: queued, running, or queued when the run was paused.
bool attempt_open(const TaskState& task);

// An instant `delay` after `from`, not past the year 9999.
Time later(Time from, Duration delay);

// Of the task's present attempt, counted from its first lease or its start in the server; the epoch: none.
Time deadline_from(const TaskPlan& task, Time start);

}  // namespace reprise::workflow
