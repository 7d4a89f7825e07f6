#include "workflow/react.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include "workflow/apply.hpp"
#include "workflow/child_task.hpp"
#include "workflow/follow_up.hpp"

namespace reprise::workflow {

namespace {

// Calls `timer`, `offer` and `run` for everything that the task's present status keeps up outside.
template <class Timer, class Offer, class Run>
void obligations(const State& state, std::uint32_t index, const TaskState& task, Timer timer, Offer offer, Run run) {
  if (task.status == TaskStatus::delayed) {
    timer(Effects::Timer{{TimerKind::delay, index, task.attempt, 0}, task.delay_until});
    return;
  }
  if (task.status == TaskStatus::answering) {
    if (task.interaction->status != InteractionStatus::pending || task.interaction->until == Time{}) return;
    timer(Effects::Timer{{TimerKind::interaction, index, task.attempt, 0}, task.interaction->until});
    return;
  }
  if (!attempt_open(task)) return;
  const ActionKind kind = state.plan->tasks[action_of(index)].kind;
  if (kind == ActionKind::worker) {
    if (task.status == TaskStatus::queued) offer(Effects::Attempt{index, task.attempt, task.delivery, task.offered_at});
    if (task.lease_until != Time{}) {
      timer(Effects::Timer{{TimerKind::lease, index, task.attempt, task.delivery}, task.lease_until});
    }
  } else if (kind == ActionKind::in_server && task.status == TaskStatus::running) {
    run(Effects::Attempt{index, task.attempt, task.delivery, Time{}});
  }
  if (task.deadline != Time{}) {
    timer(Effects::Timer{{TimerKind::attempt_timeout, index, task.attempt, 0}, task.deadline});
  }
}

auto key(const Effects::Timer& timer) { return timer.id; }
auto key(const Effects::Attempt& attempt) {
  return std::tuple(attempt.task, attempt.attempt, attempt.delivery, attempt.offered_at);
}

template <class T>
void cancel_out(std::vector<T>& made, std::vector<T>& unmade) {
  if (made.empty() || unmade.empty()) return;
  std::vector<decltype(key(made.front()))> made_keys, unmade_keys, both;
  for (const T& item : made) made_keys.push_back(key(item));
  for (const T& item : unmade) unmade_keys.push_back(key(item));
  std::sort(made_keys.begin(), made_keys.end());
  std::sort(unmade_keys.begin(), unmade_keys.end());
  std::set_intersection(made_keys.begin(), made_keys.end(), unmade_keys.begin(), unmade_keys.end(),
                        std::back_inserter(both));
  if (both.empty()) return;
  const auto in_both = [&](const T& item) { return std::binary_search(both.begin(), both.end(), key(item)); };
  std::erase_if(made, in_both);
  std::erase_if(unmade, in_both);
}

}  // namespace

void React::close(std::uint32_t task) {
  const TaskState* of = before.find(task);
  if (of == nullptr) return;  // an iteration that begins with its failure
  obligations(
      before, task, *of, [this](const Effects::Timer& timer) { effects.disarm.push_back(timer); },
      [this](const Effects::Attempt& attempt) { effects.withdraw.push_back(attempt); },
      [this](const Effects::Attempt& attempt) { effects.stop.push_back(attempt); });
}

void React::end() {
  if (before.timeout_at != Time{}) {
    effects.disarm.push_back({{TimerKind::execution_timeout, 0, 0, 0}, before.timeout_at});
  }
  effects.ended = true;
}

void React::operator()(const events::ExecutionStarted& event) {
  if (event.timeout.count() <= 0) return;
  effects.arm.push_back({{TimerKind::execution_timeout, 0, 0, 0}, later(time, event.timeout)});
}
void React::operator()(const events::ExecutionCompleted& event) {
  end();
  if (reports(before.origin.get())) tell(told_completed(*before.origin, event.result));
}
void React::operator()(const events::ExecutionFailed& event) {
  end();
  if (reports(before.origin.get())) tell(told_failed(*before.origin, event));
  if (auto handler = error_handler_of(before, event)) effects.owe.push_back({kWholeRun, 0, std::move(*handler)});
}
void React::operator()(const events::ExecutionCancelled& event) {
  end();
  if (!reports(before.origin.get())) return;
  tell(told_stopped(*before.origin, "was cancelled", event.reason, kChildCancelled, false));
}
void React::operator()(const events::ExecutionTerminated& event) {
  end();
  if (!reports(before.origin.get())) return;
  tell(told_stopped(*before.origin, "was terminated", event.reason, kChildTerminated, false));
}
void React::operator()(const events::ExecutionTimedOut&) {
  end();
  if (reports(before.origin.get())) tell(told_stopped(*before.origin, "timed out", {}, kTimeoutError, true));
}
void React::operator()(const events::ExecutionContinued& event) {
  end();
  effects.owe.push_back({kWholeRun, 0, successor_of(before, event)});
}

void React::operator()(const events::ExecutionOrigin& event) {
  if (event.kind != events::OriginKind::child) return;
  effects.owe.push_back({kWholeRun, 0,
                         TellStarted{parent_of(event), event.ref, event.attempt, before.plan->workflow_id,
                                     before.plan->version, event.reports}});
}

void React::tell(TellEnded&& told) { effects.owe.push_back({kWholeRun, 0, std::move(told)}); }

void React::stop_child(std::uint32_t index, bool timed_out) {
  const TaskState* task = before.find(index);
  if (task == nullptr || task->status != TaskStatus::running) return;
  if (before.plan->tasks[action_of(index)].kind != ActionKind::child) return;
  effects.owe.push_back({index, task->attempt, stop_of_child(before, ref_of(*before.plan, index), *task, timed_out)});
}

void React::operator()(const events::ExecutionPaused&) {
  each_task(before, [this](std::uint32_t number, const TaskState& task) {
    if (task.status != TaskStatus::queued) return;
    effects.withdraw.push_back({number, task.attempt, task.delivery, task.offered_at});
  });
}

void React::operator()(const events::TaskDelayed& event, std::uint32_t task) {
  effects.arm.push_back({{TimerKind::delay, task, event.attempt, 0}, event.until});
}
void React::operator()(const events::TaskDelayElapsed&, std::uint32_t task) { close(task); }

void React::operator()(const events::TaskScheduled& event, std::uint32_t task) {
  if (before.plan->tasks[action_of(task)].kind == ActionKind::worker)
    effects.offer.push_back({task, event.attempt, 1, time});
  if (event.deadline != Time{}) {
    effects.arm.push_back({{TimerKind::attempt_timeout, task, event.attempt, 0}, event.deadline});
  }
}

void React::operator()(const events::TaskStarted& event, std::uint32_t index) {
  const TaskState& task = *before.find(index);
  const TaskPlan& plan = before.plan->tasks[action_of(index)];
  if (plan.kind == ActionKind::in_server) effects.run.push_back({index, event.attempt, event.delivery, Time{}});
  if (plan.kind == ActionKind::child) {
    effects.owe.push_back({index, event.attempt, start_of_child(before, event.ref, event.attempt, task.args)});
  }
  if (plan.kind != ActionKind::worker) return;
  effects.withdraw.push_back({index, task.attempt, task.delivery, task.offered_at});
  if (event.lease_until != Time{}) {
    effects.arm.push_back({{TimerKind::lease, index, event.attempt, event.delivery}, event.lease_until});
  }
  if (task.deadline == Time{}) {
    if (const Time deadline = deadline_from(plan, time); deadline != Time{}) {
      effects.arm.push_back({{TimerKind::attempt_timeout, index, event.attempt, 0}, deadline});
    }
  }
}

void React::operator()(const events::TaskRequeued& event, std::uint32_t index) {
  const TaskState& task = *before.find(index);
  if (task.lease_until != Time{}) {
    effects.disarm.push_back({{TimerKind::lease, index, task.attempt, task.delivery}, task.lease_until});
  }
  if (before.status != Status::paused) effects.offer.push_back({index, event.attempt, event.delivery, time});
}

void React::operator()(const events::TaskCompleted&, std::uint32_t task) { close(task); }
void React::operator()(const events::TaskFailed&, std::uint32_t task) { close(task); }
void React::operator()(const events::TaskTimedOut&, std::uint32_t task) {
  close(task);
  stop_child(task, true);
}
void React::operator()(const events::TaskCancelled&, std::uint32_t task) {
  close(task);
  stop_child(task, false);
}

// A run that was wanted and given up within one turn need not exist.
void cancel_out(std::vector<Owed>& owe) {
  for (std::size_t i = 0; i < owe.size(); ++i) {
    const auto* stop = std::get_if<StopRun>(&owe[i].message);
    if (stop == nullptr) continue;
    const auto start = std::find_if(owe.begin(), owe.end(), [&](const Owed& other) {
      const auto* run = std::get_if<StartRun>(&other.message);
      return run != nullptr && run->id == stop->id;
    });
    if (start == owe.end()) continue;
    const auto first = static_cast<std::size_t>(start - owe.begin());
    owe.erase(owe.begin() + static_cast<std::ptrdiff_t>(std::max(first, i)));
    owe.erase(owe.begin() + static_cast<std::ptrdiff_t>(std::min(first, i)));
    i = i > first ? i - 2 : i - 1;
  }
}

void React::operator()(const events::InteractionRequested& event, std::uint32_t task) {
  if (event.until != Time{}) effects.arm.push_back({{TimerKind::interaction, task, event.attempt, 0}, event.until});
}
void React::operator()(const events::InteractionCompleted&, std::uint32_t task) { close(task); }
void React::operator()(const events::InteractionTimedOut&, std::uint32_t task) { close(task); }

void fold(Effects& effects) {
  cancel_out(effects.arm, effects.disarm);
  cancel_out(effects.offer, effects.withdraw);
  cancel_out(effects.run, effects.stop);
  cancel_out(effects.owe);
}

Effects outstanding(const State& state) {
  Effects effects;
  effects.ended = final(state.status);
  if (effects.ended || state.status == Status::received) return effects;
  if (state.timeout_at != Time{}) effects.arm.push_back({{TimerKind::execution_timeout, 0, 0, 0}, state.timeout_at});
  each_task(state, [&](std::uint32_t number, const TaskState& task) {
    obligations(
        state, number, task, [&](const Effects::Timer& timer) { effects.arm.push_back(timer); },
        [&](const Effects::Attempt& attempt) { effects.offer.push_back(attempt); },
        [&](const Effects::Attempt& attempt) { effects.run.push_back(attempt); });
  });
  return effects;
}

}  // namespace reprise::workflow
