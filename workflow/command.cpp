#include "workflow/command.hpp"

#include <type_traits>

namespace reprise::workflow {

namespace {

// Events that never stand first have no overload of their own.
struct Recorded {
  using Result = std::optional<Command>;
  template <class E>
  Result operator()(const E&) const {
    return std::nullopt;
  }
  Result operator()(const events::ExecutionStarted& e) const { return Start{e, {}, {}}; }
  Result operator()(const events::ExecutionCancelled& e) const { return Cancel{e.reason}; }
  Result operator()(const events::ExecutionTerminated& e) const { return Terminate{e.reason}; }
  Result operator()(const events::ExecutionPaused& e) const { return Pause{e.reason}; }
  Result operator()(const events::ExecutionResumed&) const { return Resume{}; }
  Result operator()(const events::ExecutionTimedOut&) const {
    return TimerFired{TimerKind::execution_timeout, {}, 0, 0};
  }
  Result operator()(const events::TaskDelayElapsed& e) const {
    return TimerFired{TimerKind::delay, e.ref, e.attempt, 0};
  }
  Result operator()(const events::TaskTimedOut& e) const {
    return TimerFired{TimerKind::attempt_timeout, e.ref, e.attempt, 0};
  }
  Result operator()(const events::TaskStarted& e) const {
    return Lease{e.ref, e.attempt, e.delivery, e.worker, e.lease_until};
  }
  Result operator()(const events::TaskCompleted& e) const {
    return Complete{e.ref, e.attempt, e.delivery, e.result, e.metadata};
  }
  Result operator()(const events::TaskFailed& e) const {
    return Fail{e.ref, e.attempt, e.delivery, e.message, e.type, e.retryable};
  }
  Result operator()(const events::TaskRequeued& e) const {
    if (e.reason == events::RequeueReason::resumed || e.delivery == 0) return std::nullopt;
    return Requeue{e.ref, e.attempt, e.delivery - 1, e.reason};
  }
  Result operator()(const events::InteractionAnswered& e) const {
    return Respond{e.ref, e.interaction_id, e.user, e.data};
  }
  Result operator()(const events::InteractionTimedOut& e) const {
    return TimerFired{TimerKind::interaction, e.ref, e.attempt, 0};
  }
  Result operator()(const events::TaskLogged& e) const { return Log{e.ref, e.lines}; }
  Result operator()(const events::TaskChildStarted& e) const {
    return ChildStarted{e.ref, e.attempt, e.execution_id, e.workflow_id, e.workflow_version};
  }
};

}  // namespace

std::optional<Command> command_of(std::span<const events::Event> chunk) {
  if (chunk.empty()) return std::nullopt;
  auto command = std::visit(Recorded{}, chunk.front());
  if (!command || chunk.size() < 2) return command;
  auto* start = std::get_if<Start>(&*command);
  const auto* origin = std::get_if<events::ExecutionOrigin>(&chunk[1]);
  if (start == nullptr || origin == nullptr) return command;
  start->origin = *origin;
  if (chunk.size() != 3) return command;
  // Nothing but the command itself can stop a run so early.
  if (const auto* cancelled = std::get_if<events::ExecutionCancelled>(&chunk[2])) {
    start->stop = Start::Stop{false, cancelled->reason};
  } else if (const auto* terminated = std::get_if<events::ExecutionTerminated>(&chunk[2])) {
    start->stop = Start::Stop{true, terminated->reason};
  }
  return command;
}

}  // namespace reprise::workflow
