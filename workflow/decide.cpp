// Who may do what in which state, and the first event of each turn: it records the command whole.
#include "workflow/decide.hpp"

#include <string>
#include <utility>
#include <variant>

#include "workflow/apply.hpp"
#include "workflow/child_task.hpp"
#include "workflow/interaction.hpp"
#include "workflow/schedule.hpp"
#include "workflow/turn.hpp"

namespace reprise::workflow {

namespace {

using Events = std::vector<events::Event>;

tl::unexpected<Error> wrong_state(const State& state, const char* wanted) {
  return fail(errc::wrong_state, "the execution is " + std::string(name(state.status)) + wanted);
}

tl::unexpected<Error> stale(const std::string& ref, std::uint32_t attempt, const char* what) {
  return fail(errc::stale, "attempt " + std::to_string(attempt) + " of " + ref + what);
}

class Decide {
 public:
  Decide(State& state, Time now, Effects& effects) : state_(state), now_(now), effects_(effects) {}

  Expected<Events> operator()(const Start& command);
  Expected<Events> operator()(const Cancel& command);
  Expected<Events> operator()(const Terminate& command);
  Expected<Events> operator()(const Pause& command);
  Expected<Events> operator()(const Resume& command);
  Expected<Events> operator()(const Lease& command);
  Expected<Events> operator()(const Complete& command);
  Expected<Events> operator()(const Fail& command);
  Expected<Events> operator()(const Requeue& command);
  Expected<Events> operator()(const Log& command);
  Expected<Events> operator()(const TimerFired& command);
  Expected<Events> operator()(const ChildStarted& command);
  Expected<Events> operator()(const Respond& command);

 private:
  bool live() const { return workflow::live(state_); }
  Expected<std::uint32_t> find(const std::string& ref) const;
  Expected<std::uint32_t> find_open(const std::string& ref, std::uint32_t attempt, std::uint32_t delivery) const;
  template <class E>
  Expected<Events> stop(E event);
  Expected<Events> requeue(std::uint32_t task, events::RequeueReason reason);
  void resume(Turn& turn, std::uint32_t task);

  State& state_;
  const Time now_;
  Effects& effects_;
};

Expected<std::uint32_t> Decide::find(const std::string& ref) const {
  const auto found = find_task(*state_.plan, ref);
  if (!found) return fail(errc::not_found, "the workflow has no action " + ref);
  return *found;
}

// The task whose open attempt a result is of.
Expected<std::uint32_t> Decide::find_open(const std::string& ref, std::uint32_t attempt, std::uint32_t delivery) const {
  auto index = find(ref);
  if (!index) return index;
  const LoopState::Record last = state_.last_result(*index);
  if (attempt == last.attempt && delivery == last.delivery && attempt != 0) {
    return fail(errc::duplicate,
                "the result of attempt " + std::to_string(attempt) + " of " + ref + " was taken already");
  }
  const TaskState* task = state_.find(*index);
  if (task == nullptr || !live() || !attempt_open(*task) || task->attempt != attempt || task->delivery != delivery) {
    return stale(ref, attempt, " is not open in that delivery");
  }
  return index;
}

Expected<Events> Decide::operator()(const Start& command) {
  if (state_.status != Status::received) return wrong_state(state_, ", so it cannot start");
  // What the caller left open is the definition's, and is recorded: replay must not depend on a default.
  events::ExecutionStarted started = command.started;
  const Plan& plan = *state_.plan;
  if (started.workflow_id.empty()) started.workflow_id = plan.workflow_id;
  if (started.workflow_version == 0) started.workflow_version = plan.version;
  if (started.definition_hash == events::Sha256{}) started.definition_hash = plan.hash;
  if (started.definition_hash != plan.hash)
    return fail(errc::invalid, "the plan is of another version of the workflow");
  if (started.inputs.bytes.empty()) started.inputs.bytes = "{}";
  if (started.timeout.count() <= 0) started.timeout = plan.timeout;
  if (started.timeout.count() < 0) started.timeout = Duration{0};
  Turn turn(state_, now_, effects_);
  turn.emit(std::move(started));
  if (command.origin) turn.emit(*command.origin);
  if (command.origin && command.stop) {
    if (command.stop->terminate) {
      turn.emit(events::ExecutionTerminated{command.stop->reason});
    } else {
      turn.emit(events::ExecutionCancelled{command.stop->reason});
    }
    return turn.finish();
  }
  for (std::uint32_t i = 0; i < plan.tasks.size(); ++i) {
    if (plan.tasks[i].in_edges.empty()) turn.make_ready(i);
  }
  run_ready(turn);
  return turn.finish();
}

template <class E>
Expected<Events> Decide::stop(E event) {
  if (!live()) return wrong_state(state_, ", so it cannot be stopped");
  Turn turn(state_, now_, effects_);
  turn.emit(std::move(event));
  cancel_open_tasks(turn);
  return turn.finish();
}

Expected<Events> Decide::operator()(const Cancel& command) { return stop(events::ExecutionCancelled{command.reason}); }
Expected<Events> Decide::operator()(const Terminate& command) {
  return stop(events::ExecutionTerminated{command.reason});
}

Expected<Events> Decide::operator()(const Pause& command) {
  if (state_.status != Status::running) return wrong_state(state_, ", so it cannot be paused");
  Turn turn(state_, now_, effects_);
  turn.emit(events::ExecutionPaused{command.reason});
  return turn.finish();
}

void Decide::resume(Turn& turn, std::uint32_t number) {
  const TaskState* task = state_.find(number);
  if (task == nullptr) return;
  if (task->status == TaskStatus::looping) return turn.make_ready(number);
  if (task->status != TaskStatus::held) return;  // cancelled meanwhile: another iteration failed the loop
  if (task->scheduled_event != 0) {
    // Offered again under the same delivery: whoever got this one in spite of the pause may still bring its result.
    turn.emit(events::TaskRequeued{ref_of(*state_.plan, number), task->attempt, task->delivery,
                                   events::RequeueReason::resumed},
              number);
  } else if (task->attempt != 0) {
    schedule(turn, number);
  } else {
    turn.make_ready(number);
  }
}

Expected<Events> Decide::operator()(const Resume&) {
  if (state_.status != Status::paused) return wrong_state(state_, ", so it cannot be resumed");
  Turn turn(state_, now_, effects_);
  turn.emit(events::ExecutionResumed{});
  std::vector<std::uint32_t> resumed;
  each_task(state_, [&](std::uint32_t number, const TaskState& task) {
    if (task.status == TaskStatus::held || task.status == TaskStatus::looping) resumed.push_back(number);
  });
  for (const std::uint32_t number : resumed) {
    if (turn.ended()) break;
    resume(turn, number);
  }
  run_ready(turn);
  return turn.finish();
}

Expected<Events> Decide::operator()(const Lease& command) {
  auto index = find(command.ref);
  if (!index) return tl::unexpected(std::move(index.error()));
  const TaskState* task = state_.find(*index);
  if (task == nullptr || task->status != TaskStatus::queued || task->attempt != command.attempt ||
      task->delivery != command.delivery || !live()) {
    return stale(command.ref, command.attempt, " is not queued in that delivery");
  }
  if (command.worker.empty()) return fail(errc::invalid, "a lease needs the worker's name");
  Turn turn(state_, now_, effects_);
  turn.emit(events::TaskStarted{command.ref, command.attempt, command.delivery, command.worker, command.lease_until},
            *index);
  return turn.finish();
}

Expected<Events> Decide::operator()(const Complete& command) {
  auto index = find_open(command.ref, command.attempt, command.delivery);
  if (!index) return tl::unexpected(std::move(index.error()));
  Turn turn(state_, now_, effects_);
  Json result = command.result.bytes.empty() ? Json{"null"} : command.result;
  turn.emit(events::TaskCompleted{command.ref, command.attempt, command.delivery, std::move(result), command.metadata},
            *index);
  after_success(turn, *index);
  run_ready(turn);
  return turn.finish();
}

Expected<Events> Decide::operator()(const Fail& command) {
  auto index = find_open(command.ref, command.attempt, command.delivery);
  if (!index) return tl::unexpected(std::move(index.error()));
  Turn turn(state_, now_, effects_);
  const bool again = will_retry(turn, *index, command.retryable);
  turn.emit(events::TaskFailed{command.ref, command.attempt, command.delivery, command.message, command.type,
                               command.retryable, again},
            *index);
  after_failure(turn, *index, again);
  run_ready(turn);
  return turn.finish();
}

Expected<Events> Decide::requeue(std::uint32_t index, events::RequeueReason reason) {
  Turn turn(state_, now_, effects_);
  const TaskState& task = *state_.find(index);
  turn.emit(events::TaskRequeued{ref_of(*state_.plan, index), task.attempt, task.delivery + 1, reason}, index);
  return turn.finish();
}

Expected<Events> Decide::operator()(const Requeue& command) {
  if (command.reason == events::RequeueReason::resumed) return fail(errc::invalid, "only a resume can say so");
  auto index = find(command.ref);
  if (!index) return tl::unexpected(std::move(index.error()));
  const TaskState* task = state_.find(*index);
  const bool of_worker = state_.plan->tasks[action_of(*index)].kind == ActionKind::worker;
  if (task == nullptr || !live() || task->status != TaskStatus::running || !of_worker ||
      task->attempt != command.attempt || task->delivery != command.delivery) {
    return stale(command.ref, command.attempt, " is not leased in that delivery");
  }
  return requeue(*index, command.reason);
}

Expected<Events> Decide::operator()(const Log& command) {
  if (!live()) return wrong_state(state_, ", so it takes no log lines");
  if (command.lines.empty()) return fail(errc::invalid, "there is no line to log");
  if (!command.ref.empty()) {
    if (auto index = find(command.ref); !index) return tl::unexpected(std::move(index.error()));
  }
  Turn turn(state_, now_, effects_);
  turn.emit(events::TaskLogged{command.ref, command.lines});
  return turn.finish();
}

Expected<Events> Decide::operator()(const TimerFired& command) {
  if (command.kind == TimerKind::execution_timeout) {
    if (!live() || state_.timeout_at == Time{}) return fail(errc::stale, "the execution has no timeout any more");
    return stop(events::ExecutionTimedOut{});
  }
  auto index = find(command.ref);
  if (!index) return tl::unexpected(std::move(index.error()));
  const TaskState* found = state_.find(*index);
  if (found == nullptr) return stale(command.ref, command.attempt, " has ended");
  const TaskState& task = *found;
  const bool same = live() && task.attempt == command.attempt;
  switch (command.kind) {
    case TimerKind::delay: {
      if (!same || task.status != TaskStatus::delayed) return stale(command.ref, command.attempt, " is not delayed");
      Turn turn(state_, now_, effects_);
      turn.emit(events::TaskDelayElapsed{command.ref, command.attempt}, *index);
      if (state_.status == Status::running) {
        schedule(turn, *index);
        if (is_iteration(*index)) turn.make_ready(action_of(*index));
        run_ready(turn);
      }
      return turn.finish();
    }
    case TimerKind::attempt_timeout: {
      if (!same || !attempt_open(task) || task.deadline == Time{}) {
        return stale(command.ref, command.attempt, " has no deadline any more");
      }
      Turn turn(state_, now_, effects_);
      const bool again = will_retry(turn, *index, true);
      turn.emit(events::TaskTimedOut{command.ref, command.attempt, again}, *index);
      after_failure(turn, *index, again);
      run_ready(turn);
      return turn.finish();
    }
    case TimerKind::lease:
      if (!same || task.status != TaskStatus::running || task.lease_until == Time{} ||
          task.delivery != command.delivery) {
        return stale(command.ref, command.attempt, " is not leased in that delivery");
      }
      return requeue(*index, events::RequeueReason::lease_expired);
    case TimerKind::interaction: {
      if (!same || task.status != TaskStatus::answering || task.interaction->until == Time{}) {
        return stale(command.ref, command.attempt, " waits for no answer");
      }
      Turn turn(state_, now_, effects_);
      give_up(turn, *index);
      run_ready(turn);
      return turn.finish();
    }
    case TimerKind::execution_timeout: break;
  }
  return fail(errc::invalid, "there is no such kind of timer");
}

Expected<Events> Decide::operator()(const ChildStarted& command) {
  auto index = find(command.ref);
  if (!index) return tl::unexpected(std::move(index.error()));
  const TaskState* found = state_.find(*index);
  const auto id = parse_uuid(command.execution_id);
  if (!id) return fail(errc::invalid, "a child needs the id of an execution");
  if (found == nullptr) return stale(command.ref, command.attempt, " has ended");
  const TaskState& task = *found;
  if (!live() || task.status != TaskStatus::running || task.attempt != command.attempt ||
      state_.plan->tasks[action_of(*index)].kind != ActionKind::child) {
    return stale(command.ref, command.attempt, " waits for no child");
  }
  if (task.child && task.child->id == *id) return fail(errc::duplicate, "the child is known already");
  Turn turn(state_, now_, effects_);
  const bool is_detached = detached(task.args);
  turn.emit(events::TaskChildStarted{command.ref, command.attempt, command.execution_id, command.workflow_id,
                                     command.workflow_version},
            *index);
  if (is_detached) {
    Json result;
    append_json_string(result.bytes, command.execution_id);
    turn.emit(events::TaskCompleted{command.ref, command.attempt, 1, std::move(result), {}}, *index);
    after_success(turn, *index);
    run_ready(turn);
  }
  return turn.finish();
}

Expected<Events> Decide::operator()(const Respond& command) {
  if (auto refused = answer_refusal(state_, command)) return tl::unexpected(std::move(*refused));
  const std::uint32_t index = state_.plan->by_ref.at(command.ref);
  const InteractionState& asks = *state_.tasks[index].interaction;
  Turn turn(state_, now_, effects_);
  turn.emit(events::InteractionAnswered{command.ref, command.interaction_id, command.user, command.data}, index);
  if (asks.status == InteractionStatus::pending) weigh_answers(turn, index, asks.given.size() - 1);
  run_ready(turn);
  return turn.finish();
}

}  // namespace

Expected<std::vector<events::Event>> decide(State& state, const Command& command, const Now& now, Effects& effects) {
  return std::visit(Decide{state, now.time, effects}, command);
}

}  // namespace reprise::workflow
