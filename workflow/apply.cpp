#include "workflow/apply.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "workflow/decide.hpp"

namespace reprise::workflow {

namespace {

constexpr std::int64_t kLastMilli = 253'402'300'799'999;  // 9999-12-31T23:59:59.999Z

// task.timed_out holds no sentence of its own: this one follows from the plan, so it is the same in replay.
std::string timeout_message(const TaskPlan& plan) {
  return "The attempt was not finished within its timeout of " + std::to_string(plan.retry.timeout.count()) + " ms";
}

}  // namespace

bool may_open(const TaskState& task, std::uint32_t attempt) {
  if (task.unresolved_in != 0) return false;
  if (task.status == TaskStatus::waiting) return attempt == task.attempt + 1;
  if (task.status != TaskStatus::held || task.scheduled_event != 0) return false;
  return attempt == (task.attempt == 0 ? 1 : task.attempt);
}

bool attempt_open(const TaskState& task) {
  switch (task.status) {
    case TaskStatus::queued:
    case TaskStatus::running: return true;
    case TaskStatus::held: return task.scheduled_event != 0;
    default: return false;
  }
}

Time later(Time from, Duration delay) {
  const std::int64_t base = to_millis(from);
  const std::int64_t length = std::max<std::int64_t>(delay.count(), 0);
  if (base >= kLastMilli || length > kLastMilli - std::max<std::int64_t>(base, 0)) return from_millis(kLastMilli);
  return from_millis(base + length);
}

Time deadline_from(const TaskPlan& task, Time start) {
  return task.retry.timeout.count() > 0 ? later(start, task.retry.timeout) : Time{};
}

// ---- the execution

Misfit Apply::operator()(const events::ExecutionStarted& event) {
  if (state.status != Status::received) return "the execution had started already";
  if (event.definition_hash != events::Sha256{} && state.plan->hash != events::Sha256{} &&
      event.definition_hash != state.plan->hash) {
    return "the execution was started with another version of its workflow";
  }
  state.status = Status::running;
  state.started_at = time;
  state.timeout_at = event.timeout.count() > 0 ? later(time, event.timeout) : Time{};
  state.seed = event.seed;
  state.trigger_type = event.trigger;
  state.trigger = event.inputs;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::end(Status status) {
  if (!live(state)) return "the execution was not running";
  state.status = status;
  state.ended_at = time;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionCompleted& event) {
  if (state.unresolved != 0) return "the execution completed before its tasks";
  if (Misfit misfit = end(Status::completed)) return misfit;
  state.result = event.result;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionFailed& event) {
  if (!event.ref.empty() && !state.plan->by_ref.contains(event.ref)) return "no such task";
  if (Misfit misfit = end(Status::failed)) return misfit;
  state.error_message = event.message;
  state.error_type = event.type;
  state.error_ref = event.ref;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionCancelled&) { return end(Status::cancelled_by_user); }
Misfit Apply::operator()(const events::ExecutionTerminated&) { return end(Status::terminated); }
Misfit Apply::operator()(const events::ExecutionTimedOut&) { return end(Status::timed_out); }

Misfit Apply::operator()(const events::ExecutionPaused&) {
  if (state.status != Status::running) return "the execution was not running";
  state.status = Status::paused;
  const auto hold = [this](TaskState& task) {
    if (task.status != TaskStatus::queued) return;
    task.status = TaskStatus::held;
    task.since = time;
    task.offered_at = Time{};
  };
  for (TaskState& task : state.tasks) {
    hold(task);
    if (!task.loop) continue;
    for (auto& [iteration, of] : task.loop->iterations) hold(of);
  }
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionResumed&) {
  if (state.status != Status::paused) return "the execution was not paused";
  state.status = Status::running;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskLogged& event) {
  if (state.status == Status::received) return "the execution had not started";
  if (!event.ref.empty() && !find_task(*state.plan, event.ref)) return "no such task";
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionOrigin& event) {
  if (state.status != Status::running || state.next_event_id != 2) return "it does not stand second";
  state.origin = std::make_unique<events::ExecutionOrigin>(event);
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionVersionWanted& event) {
  if (!live(state)) return "the execution was not running";
  state.successor_version = event.workflow_version;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::ExecutionContinued& event) {
  if (Misfit misfit = end(Status::continued_as_new)) return misfit;
  state.successor = event.execution_id;
  return kFits;
}

// ---- edges

// The task has its outcome: its out-edges are resolved. Who becomes ready is examined by decide in the same turn, or
// waits for the end of the pause.
void Apply::settle(std::uint32_t index, EdgeStatus success_edges, EdgeStatus error_edges) {
  --state.unresolved;
  for (const std::uint32_t number : state.plan->tasks[index].out_edges) {
    const Edge& edge = state.plan->edges[number];
    state.edges[number] = edge.kind == EdgeKind::success ? success_edges : error_edges;
    TaskState& target = state.tasks[edge.to];
    if (--target.unresolved_in == 0 && state.status == Status::paused) {
      target.status = TaskStatus::held;
      target.since = time;
    }
  }
}

// Takes the outcome back: retry_until was not satisfied by it. Nobody downstream has been examined yet.
bool Apply::unsettle(std::uint32_t index) {
  const auto& out = state.plan->tasks[index].out_edges;
  for (const std::uint32_t number : out) {
    const TaskState& target = state.tasks[state.plan->edges[number].to];
    if (target.attempt != 0 || (target.status != TaskStatus::waiting && target.status != TaskStatus::held))
      return false;
  }
  ++state.unresolved;
  for (const std::uint32_t number : out) {
    state.edges[number] = EdgeStatus::pending;
    TaskState& target = state.tasks[state.plan->edges[number].to];
    ++target.unresolved_in;
    if (target.status == TaskStatus::held) target.status = TaskStatus::waiting;
  }
  return true;
}

void Apply::close_attempt(TaskState& task) {
  task.since = time;
  task.delay_until = Time{};
  task.deadline = Time{};
  task.offered_at = Time{};
  task.lease_until = Time{};
  task.worker.clear();
  std::string().swap(task.args.bytes);
}

// ---- the tasks

TaskState* Apply::find(std::uint32_t number) { return const_cast<TaskState*>(std::as_const(state).find(number)); }

Misfit Apply::operator()(const events::TaskDelayed& event, std::uint32_t number) {
  TaskState* found = find_or_begin(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state) || !may_open(task, event.attempt)) return "the task could not be delayed";
  task.status = TaskStatus::delayed;
  task.since = time;
  task.attempt = event.attempt;
  task.delivery = 1;
  task.scheduled_event = 0;
  task.started_event = 0;
  task.order = ++state.order;
  task.delay_until = event.until;
  task.delay_reason = event.reason;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskDelayElapsed& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state) || task.status != TaskStatus::delayed || task.attempt != event.attempt) {
    return "the task was not delayed";
  }
  task.status = TaskStatus::held;
  task.since = time;
  task.delay_until = Time{};
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskScheduled& event, std::uint32_t number) {
  TaskState* found = find_or_begin(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state) || !may_open(task, event.attempt)) return "the task could not be scheduled";
  task.status = TaskStatus::queued;
  task.since = time;
  task.attempt = event.attempt;
  task.delivery = 1;
  task.scheduled_event = state.next_event_id;
  task.started_event = 0;
  task.order = ++state.order;
  task.deadline = event.deadline;
  if (state.plan->tasks[action_of(number)].kind == ActionKind::worker) task.offered_at = time;
  task.args = event.args;
  task.child.reset();
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskChildStarted& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  const auto id = parse_uuid(event.execution_id);
  if (!live(state) || task.status != TaskStatus::running || task.attempt != event.attempt || !id ||
      state.plan->tasks[action_of(number)].kind != ActionKind::child) {
    return "the task waited for no child";
  }
  task.child = std::make_unique<ChildRun>(ChildRun{*id, event.workflow_id, event.workflow_version});
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskStarted& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state) || task.status != TaskStatus::queued || task.attempt != event.attempt ||
      task.delivery != event.delivery) {
    return "the task was not queued in that attempt and delivery";
  }
  const TaskPlan& plan = state.plan->tasks[action_of(number)];
  task.status = TaskStatus::running;
  task.since = time;
  task.started_event = state.next_event_id;
  task.offered_at = Time{};
  task.worker = event.worker;
  task.lease_until = event.lease_until;
  if (plan.kind == ActionKind::worker && task.deadline == Time{}) task.deadline = deadline_from(plan, time);
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskRequeued& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  const bool resumed = event.reason == events::RequeueReason::resumed;
  const bool fits =
      resumed ? task.status == TaskStatus::held && task.scheduled_event != 0 && event.delivery == task.delivery
              : task.status == TaskStatus::running && event.delivery == task.delivery + 1;
  const bool of_worker = state.plan->tasks[action_of(number)].kind == ActionKind::worker;
  if (!live(state) || !fits || event.attempt != task.attempt || !of_worker) {
    return "the task could not be queued again";
  }
  const bool paused = state.status == Status::paused;
  task.status = paused ? TaskStatus::held : TaskStatus::queued;
  task.since = time;
  task.delivery = event.delivery;
  task.started_event = 0;
  task.offered_at = paused ? Time{} : time;
  task.lease_until = Time{};
  task.worker.clear();
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskCompleted& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (task.status == TaskStatus::looping) return complete_loop(event, number);
  if (!live(state) || !attempt_open(task) || event.attempt != task.attempt || event.delivery != task.delivery) {
    return "the result is of no open attempt";
  }
  if (is_iteration(number)) {
    ++state.next_event_id;
    return end_iteration(number, event.delivery, event.result.bytes);
  }
  const bool asks = state.plan->tasks[number].interaction != nullptr;
  if (asks && (!task.interaction || task.interaction->status != InteractionStatus::idle)) {
    return "the task has nothing to ask";
  }
  close_attempt(task);
  task.status = TaskStatus::completed;
  task.failures = 0;
  task.last_attempt = event.attempt;
  task.last_delivery = event.delivery;
  task.result = event.result;
  ++state.next_event_id;
  if (asks) {
    task.status = TaskStatus::answering;
    return kFits;
  }
  settle(number, EdgeStatus::visited, EdgeStatus::skipped);
  return kFits;
}

Misfit Apply::operator()(const events::TaskFailed& event, std::uint32_t number) {
  TaskState* found = find_or_begin(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state)) return "the execution was not running";
  const bool of_loop = task.status == TaskStatus::looping && event.attempt == task.attempt && event.delivery == 1;
  if (of_loop && (event.will_retry || any_open(*task.loop))) return "the loop could not fail yet";
  const bool of_attempt = attempt_open(task) && event.attempt == task.attempt && event.delivery == task.delivery;
  const bool before_attempt = !of_attempt && !of_loop && may_open(task, event.attempt);
  // retry_until: the result was good, but is not yet what the definition waits for.
  const bool revokes = task.status == TaskStatus::completed && !is_iteration(number) &&
                       state.plan->tasks[number].retry_until != nullptr && event.attempt == task.attempt &&
                       event.delivery == task.delivery;
  const bool of_answer = task.status == TaskStatus::answering && event.attempt == task.attempt &&
                         event.delivery == task.delivery && !event.will_retry;
  if (!of_attempt && !of_answer && !before_attempt && !of_loop && !(revokes && unsettle(number))) {
    return "the failure is of no open attempt";
  }
  close_attempt(task);
  if (of_attempt) {
    task.last_attempt = event.attempt;
    task.last_delivery = event.delivery;
  }
  task.attempt = event.attempt;
  task.failures = revokes && event.type == kRetryUntil ? 0 : task.failures + 1;
  task.error_message = event.message;
  task.error_type = event.type;
  std::string().swap(task.result.bytes);
  ++state.next_event_id;
  if (event.will_retry) {
    task.status = TaskStatus::waiting;
    return kFits;
  }
  if (is_iteration(number)) return fail_iteration(number, of_attempt ? event.delivery : 0);
  if (of_loop) drop_loop(number);
  close_interaction(task);
  task.status = TaskStatus::failed;
  task.unreachable = before_attempt && (event.type == kUnreachable || event.type == kRunIfError);
  settle(number, EdgeStatus::skipped, EdgeStatus::visited);
  return kFits;
}

Misfit Apply::operator()(const events::TaskTimedOut& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (!live(state) || !attempt_open(task) || event.attempt != task.attempt || task.deadline == Time{}) {
    return "the attempt had no deadline";
  }
  close_attempt(task);
  ++task.failures;
  task.error_message = timeout_message(state.plan->tasks[action_of(number)]);
  task.error_type = kTimeoutError;
  ++state.next_event_id;
  if (event.will_retry) {
    task.status = TaskStatus::waiting;
    return kFits;
  }
  if (is_iteration(number)) return fail_iteration(number, 0);
  close_interaction(task);
  task.status = TaskStatus::failed;
  settle(number, EdgeStatus::skipped, EdgeStatus::visited);
  return kFits;
}

Misfit Apply::operator()(const events::TaskSkipped&, std::uint32_t number) {
  if (is_iteration(number)) return kNoTask;
  TaskState& task = state.tasks[number];
  if (!live(state) || task.attempt != 0 || !may_open(task, 1)) return "the task could not be skipped";
  task.status = TaskStatus::skipped;
  task.since = time;
  settle(number, EdgeStatus::skipped, EdgeStatus::skipped);
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskCancelled& event, std::uint32_t number) {
  TaskState* found = find(number);
  if (found == nullptr) return kNoTask;
  TaskState& task = *found;
  if (state.status == Status::received || !open(task.status) || event.attempt != std::max(task.attempt, 1u)) {
    return "the task was not open";
  }
  if (task.status == TaskStatus::looping) {
    if (any_open(*task.loop)) return "iterations of the loop were open";
    drop_loop(number);
  }
  close_attempt(task);
  close_interaction(task);
  task.status = TaskStatus::cancelled;
  if (!is_iteration(number)) --state.unresolved;
  ++state.next_event_id;
  return kFits;
}

Expected<void> apply(State& state, const events::Event& event, Time time) {
  const Misfit misfit = std::visit(
      [&](const auto& of_type) -> Misfit {
        using E = std::decay_t<decltype(of_type)>;
        Apply apply_to{state, time};
        if constexpr (std::is_invocable_v<Apply, const E&>) {
          return apply_to(of_type);
        } else if constexpr (std::is_invocable_v<Apply, const E&, std::uint32_t>) {
          const auto found = find_task(*state.plan, of_type.ref);
          if (!found) return kNoTask;
          return apply_to(of_type, *found);
        } else {
          return "it is no event of an execution";
        }
      },
      event);
  if (misfit == kFits) return {};
  return fail(errc::corrupt, "event " + std::to_string(state.next_event_id) + " (" +
                                 std::string(events::type_of(event).name) + ") does not fit the state: " + misfit);
}

}  // namespace reprise::workflow
