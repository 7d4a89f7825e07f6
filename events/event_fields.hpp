// The members of every event struct, written once: its type, and each member with its name in the order of the bytes.
// The codec, the JSON and the tests are loops over these lists. docs/formats.md has the same table for readers.
#pragma once

#include <array>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "events/event.hpp"

namespace reprise::events {

template <class S, class M>
struct Field {
  std::string_view name;
  M S::*member;
};
template <class S, class M>
constexpr Field<S, M> field(std::string_view name, M S::*member) {
  return {name, member};
}

template <class S>
struct Described;

// Calls f(name, member) for each member in order, and stops at the first that gives false.
template <class S, class F>
bool each_field(S& object, F&& f) {
  return std::apply([&](const auto&... fields) { return (f(fields.name, object.*fields.member) && ...); },
                    Described<std::remove_const_t<S>>::fields);
}

template <>
struct Described<LogLine> {
  static constexpr auto fields =
      std::tuple{field("time", &LogLine::time), field("level", &LogLine::level), field("message", &LogLine::message)};
};

template <>
struct Described<ExecutionStarted> {
  using S = ExecutionStarted;
  static constexpr TypeInfo type{1, 1, "reprise.execution.started.v1"};
  static constexpr auto fields = std::tuple{
      field("workflow_id", &S::workflow_id),
      field("workflow_version", &S::workflow_version),
      field("definition_hash", &S::definition_hash),
      field("inputs", &S::inputs),
      field("trigger", &S::trigger),
      field("seed", &S::seed),
      field("timeout", &S::timeout),
      field("idempotency_key", &S::idempotency_key),
  };
};
template <>
struct Described<ExecutionCompleted> {
  using S = ExecutionCompleted;
  static constexpr TypeInfo type{2, 1, "reprise.execution.completed.v1"};
  static constexpr auto fields = std::tuple{field("result", &S::result)};
};
template <>
struct Described<ExecutionFailed> {
  using S = ExecutionFailed;
  static constexpr TypeInfo type{3, 1, "reprise.execution.failed.v1"};
  static constexpr auto fields =
      std::tuple{field("message", &S::message), field("type", &S::type), field("ref", &S::ref)};
};
template <>
struct Described<ExecutionCancelled> {
  using S = ExecutionCancelled;
  static constexpr TypeInfo type{4, 1, "reprise.execution.cancelled.v1"};
  static constexpr auto fields = std::tuple{field("reason", &S::reason)};
};
template <>
struct Described<ExecutionTerminated> {
  using S = ExecutionTerminated;
  static constexpr TypeInfo type{5, 1, "reprise.execution.terminated.v1"};
  static constexpr auto fields = std::tuple{field("reason", &S::reason)};
};
template <>
struct Described<ExecutionPaused> {
  using S = ExecutionPaused;
  static constexpr TypeInfo type{6, 1, "reprise.execution.paused.v1"};
  static constexpr auto fields = std::tuple{field("reason", &S::reason)};
};
template <>
struct Described<ExecutionResumed> {
  static constexpr TypeInfo type{7, 1, "reprise.execution.resumed.v1"};
  static constexpr auto fields = std::tuple{};
};
template <>
struct Described<ExecutionTimedOut> {
  static constexpr TypeInfo type{8, 1, "reprise.execution.timed_out.v1"};
  static constexpr auto fields = std::tuple{};
};

template <>
struct Described<ExecutionVersionWanted> {
  using S = ExecutionVersionWanted;
  static constexpr TypeInfo type{12, 1, "reprise.execution.version_wanted.v1"};
  static constexpr auto fields = std::tuple{field("workflow_version", &S::workflow_version)};
};
template <>
struct Described<ExecutionRefused> {
  using S = ExecutionRefused;
  static constexpr TypeInfo type{11, 1, "reprise.execution.refused.v1"};
  static constexpr auto fields = std::tuple{field("workflow_id", &S::workflow_id),
                                            field("workflow_version", &S::workflow_version),
                                            field("kind", &S::kind),
                                            field("wanted_by", &S::wanted_by),
                                            field("message", &S::message),
                                            field("type", &S::type)};
};
template <>
struct Described<TaskDelayed> {
  using S = TaskDelayed;
  static constexpr TypeInfo type{16, 1, "reprise.task.delayed.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("attempt", &S::attempt),
                                            field("until", &S::until), field("reason", &S::reason)};
};
template <>
struct Described<TaskDelayElapsed> {
  using S = TaskDelayElapsed;
  static constexpr TypeInfo type{17, 1, "reprise.task.delay_elapsed.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("attempt", &S::attempt)};
};
template <>
struct Described<TaskScheduled> {
  using S = TaskScheduled;
  static constexpr TypeInfo type{18, 1, "reprise.task.scheduled.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref),     field("action", &S::action), field("attempt", &S::attempt),
                 field("queue", &S::queue), field("args", &S::args),     field("deadline", &S::deadline)};
};
template <>
struct Described<TaskStarted> {
  using S = TaskStarted;
  static constexpr TypeInfo type{19, 1, "reprise.task.started.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("attempt", &S::attempt), field("delivery", &S::delivery),
                 field("worker", &S::worker), field("lease_until", &S::lease_until)};
};
template <>
struct Described<TaskRequeued> {
  using S = TaskRequeued;
  static constexpr TypeInfo type{20, 1, "reprise.task.requeued.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("attempt", &S::attempt),
                                            field("delivery", &S::delivery), field("reason", &S::reason)};
};
template <>
struct Described<TaskCompleted> {
  using S = TaskCompleted;
  static constexpr TypeInfo type{21, 1, "reprise.task.completed.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("attempt", &S::attempt), field("delivery", &S::delivery),
                 field("result", &S::result), field("metadata", &S::metadata)};
};
template <>
struct Described<TaskFailed> {
  using S = TaskFailed;
  static constexpr TypeInfo type{22, 1, "reprise.task.failed.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref),
                                            field("attempt", &S::attempt),
                                            field("delivery", &S::delivery),
                                            field("message", &S::message),
                                            field("type", &S::type),
                                            field("retryable", &S::retryable),
                                            field("will_retry", &S::will_retry)};
};
template <>
struct Described<TaskTimedOut> {
  using S = TaskTimedOut;
  static constexpr TypeInfo type{23, 1, "reprise.task.timed_out.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("attempt", &S::attempt), field("will_retry", &S::will_retry)};
};
template <>
struct Described<TaskSkipped> {
  using S = TaskSkipped;
  static constexpr TypeInfo type{24, 1, "reprise.task.skipped.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("reason", &S::reason)};
};
template <>
struct Described<TaskCancelled> {
  using S = TaskCancelled;
  static constexpr TypeInfo type{25, 1, "reprise.task.cancelled.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("attempt", &S::attempt)};
};
template <>
struct Described<TaskLogged> {
  using S = TaskLogged;
  static constexpr TypeInfo type{26, 1, "reprise.task.logged.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("lines", &S::lines)};
};

template <>
struct Described<WorkflowRegistered> {
  using S = WorkflowRegistered;
  static constexpr TypeInfo type{64, 1, "reprise.workflow.registered.v1"};
  static constexpr auto fields = std::tuple{
      field("workflow_id", &S::workflow_id), field("version", &S::version), field("hash", &S::hash),
      field("media_type", &S::media_type),   field("source", &S::source),   field("canonical", &S::canonical)};
};
template <>
struct Described<WorkflowDeleted> {
  using S = WorkflowDeleted;
  static constexpr TypeInfo type{65, 1, "reprise.workflow.deleted.v1"};
  static constexpr auto fields = std::tuple{field("workflow_id", &S::workflow_id)};
};

template <>
struct Described<ExecutionOrigin> {
  using S = ExecutionOrigin;
  static constexpr TypeInfo type{9, 1, "reprise.execution.origin.v1"};
  static constexpr auto fields = std::tuple{field("kind", &S::kind),
                                            field("execution_id", &S::execution_id),
                                            field("ref", &S::ref),
                                            field("attempt", &S::attempt),
                                            field("reports", &S::reports),
                                            field("name", &S::name),
                                            field("environment", &S::environment),
                                            field("continues", &S::continues)};
};
template <>
struct Described<ExecutionContinued> {
  using S = ExecutionContinued;
  static constexpr TypeInfo type{10, 1, "reprise.execution.continued_as_new.v1"};
  static constexpr auto fields = std::tuple{field("execution_id", &S::execution_id), field("inputs", &S::inputs)};
};
template <>
struct Described<TaskLoopStarted> {
  using S = TaskLoopStarted;
  static constexpr TypeInfo type{27, 1, "reprise.task.loop_started.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("attempt", &S::attempt),
                                            field("iterations", &S::iterations), field("items", &S::items)};
};
template <>
struct Described<TaskLoopPolicy> {
  using S = TaskLoopPolicy;
  static constexpr TypeInfo type{30, 1, "reprise.task.loop_policy.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("strategy", &S::strategy),
                                            field("batch_size", &S::batch_size), field("isolated", &S::isolated)};
};
template <>
struct Described<TaskChildStarted> {
  using S = TaskChildStarted;
  static constexpr TypeInfo type{29, 1, "reprise.task.child_started.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("attempt", &S::attempt), field("execution_id", &S::execution_id),
                 field("workflow_id", &S::workflow_id), field("workflow_version", &S::workflow_version)};
};
template <>
struct Described<InteractionCreated> {
  using S = InteractionCreated;
  static constexpr TypeInfo type{32, 1, "reprise.interaction.created.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("interaction_id", &S::interaction_id), field("kind", &S::kind),
                 field("required_approvers", &S::required_approvers), field("approver_groups", &S::approver_groups)};
};
template <>
struct Described<InteractionRequested> {
  using S = InteractionRequested;
  static constexpr TypeInfo type{33, 1, "reprise.interaction.requested.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("interaction_id", &S::interaction_id), field("attempt", &S::attempt),
                 field("message", &S::message), field("until", &S::until)};
};
template <>
struct Described<InteractionAnswered> {
  using S = InteractionAnswered;
  static constexpr TypeInfo type{34, 1, "reprise.interaction.answered.v1"};
  static constexpr auto fields = std::tuple{field("ref", &S::ref), field("interaction_id", &S::interaction_id),
                                            field("user", &S::user), field("data", &S::data)};
};
template <>
struct Described<InteractionCompleted> {
  using S = InteractionCompleted;
  static constexpr TypeInfo type{35, 1, "reprise.interaction.completed.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("interaction_id", &S::interaction_id), field("user", &S::user),
                 field("data", &S::data), field("approved", &S::approved)};
};
template <>
struct Described<InteractionTimedOut> {
  using S = InteractionTimedOut;
  static constexpr TypeInfo type{36, 1, "reprise.interaction.timed_out.v1"};
  static constexpr auto fields =
      std::tuple{field("ref", &S::ref), field("interaction_id", &S::interaction_id), field("attempt", &S::attempt)};
};
template <>
struct Described<SchedulePut> {
  using S = SchedulePut;
  static constexpr TypeInfo type{80, 1, "reprise.schedule.put.v1"};
  static constexpr auto fields =
      std::tuple{field("name", &S::name),         field("workflow_id", &S::workflow_id),
                 field("cron", &S::cron),         field("every", &S::every),
                 field("timezone", &S::timezone), field("inputs", &S::inputs),
                 field("overlap", &S::overlap),   field("catchup_window", &S::catchup_window)};
};
template <>
struct Described<SchedulePaused> {
  using S = SchedulePaused;
  static constexpr TypeInfo type{81, 1, "reprise.schedule.paused.v1"};
  static constexpr auto fields = std::tuple{field("reason", &S::reason)};
};
template <>
struct Described<ScheduleResumed> {
  static constexpr TypeInfo type{82, 1, "reprise.schedule.resumed.v1"};
  static constexpr auto fields = std::tuple{};
};
template <>
struct Described<ScheduleFired> {
  using S = ScheduleFired;
  static constexpr TypeInfo type{83, 1, "reprise.schedule.fired.v1"};
  static constexpr auto fields =
      std::tuple{field("due", &S::due), field("manual", &S::manual), field("outcome", &S::outcome),
                 field("execution_id", &S::execution_id), field("message", &S::message)};
};
template <>
struct Described<ScheduleDeleted> {
  using S = ScheduleDeleted;
  static constexpr TypeInfo type{84, 1, "reprise.schedule.deleted.v1"};
  static constexpr auto fields = std::tuple{field("name", &S::name)};
};

// The names of an enum's values; a value's number is its place, and what is not in the list is refused.
template <class E>
struct Names;
template <>
struct Names<Trigger> {
  static constexpr std::array<std::string_view, 3> list{"manual", "scheduled", "webhook"};
};
template <>
struct Names<DelayReason> {
  static constexpr std::array<std::string_view, 4> list{"start_delay", "wait_until", "retry", "loop"};
};
template <>
struct Names<SkipReason> {
  static constexpr std::array<std::string_view, 2> list{"edges", "run_if"};
};
template <>
struct Names<RequeueReason> {
  static constexpr std::array<std::string_view, 3> list{"lease_expired", "worker_gone", "resumed"};
};
template <>
struct Names<OriginKind> {
  static constexpr std::array<std::string_view, 5> list{"child", "error_handler", "continued", "schedule", "webhook"};
};
template <>
struct Names<InteractionKind> {
  static constexpr std::array<std::string_view, 2> list{"response", "approval"};
};
template <>
struct Names<Overlap> {
  static constexpr std::array<std::string_view, 3> list{"skip", "allow", "buffer_one"};
};
template <>
struct Names<FiringOutcome> {
  static constexpr std::array<std::string_view, 5> list{"started", "overlapped", "buffered", "missed", "failed"};
};
template <>
struct Names<LoopStrategy> {
  static constexpr std::array<std::string_view, 3> list{"parallel", "batch", "sequential"};
};
template <>
struct Names<LogLevel> {
  static constexpr std::array<std::string_view, 4> list{"DEBUG", "INFO", "WARNING", "ERROR"};
};

}  // namespace reprise::events
