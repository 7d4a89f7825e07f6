// Why the run is where it is, in sentences and data.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "workflow/apply.hpp"
#include "workflow/decide.hpp"
#include "workflow/interaction.hpp"

namespace reprise::workflow {

namespace {

std::string quoted(const std::string& ref) { return "\"" + ref + "\""; }

std::string list(const std::vector<std::string>& refs) {
  std::string text;
  for (std::size_t i = 0; i < refs.size(); ++i) {
    if (i != 0) text += i + 1 == refs.size() ? " and " : ", ";
    text += quoted(refs[i]);
  }
  return text;
}

std::string count(std::size_t number, const char* one, const char* many) {
  return std::to_string(number) + ' ' + (number == 1 ? one : many);
}

void of_waiting(const State& state, std::uint32_t index, Waiting& waiting) {
  waiting.kind = "edges";
  for (const std::uint32_t number : state.plan->tasks[index].in_edges) {
    if (state.edges[number] != EdgeStatus::pending) continue;
    const std::string& ref = state.plan->tasks[state.plan->edges[number].from].ref;
    if (waiting.waits_for.empty() || waiting.waits_for.back() != ref) waiting.waits_for.push_back(ref);
  }
  waiting.since = state.started_at;
  waiting.sentence = quoted(waiting.ref) + " waits for " + list(waiting.waits_for) + " to finish.";
}

void of_delayed(const State& state, const TaskState& task, Waiting& waiting) {
  waiting.until = task.delay_until;
  const std::string until = reprise::to_string(task.delay_until);
  if (task.delay_reason == events::DelayReason::retry) {
    waiting.kind = "retry";
    waiting.last_error = task.error_message;
    waiting.sentence = quoted(waiting.ref) + " failed at its last attempt (" + task.error_message +
                       ") and is tried again at " + until + " as attempt " + std::to_string(task.attempt) + '.';
  } else {
    waiting.kind = "timer";
    waiting.sentence =
        task.delay_reason == events::DelayReason::loop
            ? quoted(waiting.ref) + " begins at once: there were too many iterations for one turn."
            : quoted(waiting.ref) + " waits for a timer until " + until +
                  (task.delay_reason == events::DelayReason::wait_until ? ", its wait_until." : ", its start_delay.");
  }
  if (state.status == Status::paused)
    waiting.sentence += " The run is paused: it then waits for the run to be resumed.";
}

void of_held(const TaskState& task, Waiting& waiting) {
  waiting.kind = "paused";
  waiting.sentence = quoted(waiting.ref) + (task.scheduled_event != 0
                                                ? " was taken out of the queue " + quoted(waiting.queue) +
                                                      " because the run is paused; it is offered again on resume."
                                                : " is ready, but the run is paused; it is scheduled on resume.");
}

void of_queued(const TaskState& task, Waiting& waiting) {
  waiting.kind = "worker";
  waiting.since = task.offered_at;
  waiting.sentence = quoted(waiting.ref) + " waits in the queue " + quoted(waiting.queue) +
                     " for a worker that takes " + waiting.action + ", since " + reprise::to_string(task.offered_at) +
                     " (attempt " + std::to_string(task.attempt) + ").";
  if (task.delivery > 1) {
    waiting.sentence += " It was leased " + count(task.delivery - 1, "time", "times") + " before without a result.";
  }
}

void of_looping(const State& state, const LoopState& loop, Waiting& waiting) {
  waiting.kind = "loop";
  std::size_t open_now = 0;
  for (const auto& [iteration, task] : loop.iterations) open_now += open(task.status) ? 1 : 0;
  waiting.sentence = quoted(waiting.ref) + " loops: " + std::to_string(loop.ended) + " of " +
                     count(loop.total, "iteration has ended", "iterations have ended") + ", " +
                     count(open_now, "is open", "are open");
  const std::uint32_t left = loop.total - loop.next;
  if (left != 0) {
    waiting.sentence += ", " + count(left, "has not begun", "have not begun");
    if (state.status == Status::paused) waiting.sentence += "; the run is paused: none begins until it is resumed";
  }
  waiting.sentence += '.';
}

void of_running(const State& state, std::uint32_t index, const TaskState& task, Waiting& waiting) {
  waiting.until = task.deadline;
  const std::string since =
      " since " + reprise::to_string(task.since) + " (attempt " + std::to_string(task.attempt) + ')';
  if (state.plan->tasks[action_of(index)].kind == ActionKind::worker) {
    waiting.kind = "worker";
    waiting.worker = task.worker;
    waiting.sentence = quoted(waiting.ref) + " is with worker " + quoted(task.worker) + since;
    if (task.lease_until != Time{}) {
      waiting.sentence += "; the lease was given until " + reprise::to_string(task.lease_until);
    }
  } else if (state.plan->tasks[action_of(index)].kind == ActionKind::child) {
    waiting.kind = "child";
    waiting.sentence = quoted(waiting.ref);
    if (task.child) {
      waiting.child = reprise::to_string(task.child->id);
      waiting.sentence +=
          " waits for its child execution " + waiting.child + " of workflow " + quoted(task.child->workflow_id) + since;
    } else {
      waiting.sentence += " waits for its child execution to be started" + since;
    }
  } else {
    waiting.kind = "http";
    waiting.sentence = quoted(waiting.ref) + " runs " + waiting.action + " in the server" + since;
  }
  if (task.deadline != Time{}) waiting.sentence += "; it times out at " + reprise::to_string(task.deadline);
  waiting.sentence += '.';
}

void of_answering(const State& state, std::uint32_t index, Waiting& waiting) {
  const TaskPlan& plan = state.plan->tasks[index];
  const InteractionState& asks = *state.tasks[index].interaction;
  waiting.kind = "person";
  waiting.since = asks.requested_at;
  waiting.until = asks.until;
  waiting.interaction_id = to_string(interaction_uuid(state.id, plan.ref));
  waiting.may_answer = may_answer(*plan.interaction);
  waiting.sentence = quoted(waiting.ref) + " waits for a person to answer interaction " + waiting.interaction_id +
                     ", since " + reprise::to_string(asks.requested_at) + "; " + waiting.may_answer + " may answer";
  if (!asks.given.empty()) waiting.sentence += ", " + count(asks.given.size(), "has", "have") + " approved";
  if (asks.until != Time{}) waiting.sentence += "; it times out at " + reprise::to_string(asks.until);
  waiting.sentence += '.';
}

// The first failure that led to the end: where the task that ended the run could not be reached, the earliest failure
// among those that kept it from being reached.
std::uint32_t first_cause(const State& state, std::uint32_t from) {
  std::uint32_t cause = from;
  std::vector<bool> seen(state.tasks.size());
  std::vector<std::uint32_t> left{from};
  seen[from] = true;
  const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(state.tasks[a].since, state.tasks[a].order) <
           std::pair(state.tasks[b].since, state.tasks[b].order);
  };
  while (!left.empty()) {
    const std::uint32_t index = left.back();
    left.pop_back();
    const TaskState& task = state.tasks[index];
    if (task.status == TaskStatus::failed && !(task.unreachable && task.error_type == kUnreachable)) {
      const bool better = cause == from ? index != from : earlier(index, cause);
      if (better) cause = index;
      continue;
    }
    for (const std::uint32_t number : state.plan->tasks[index].in_edges) {
      const std::uint32_t before = state.plan->edges[number].from;
      if (state.edges[number] != EdgeStatus::skipped || seen[before]) continue;
      seen[before] = true;
      left.push_back(before);
    }
  }
  return cause;
}

// What one open task waits for; `number` is of an action or of an iteration.
void add_open(const State& state, std::uint32_t number, const TaskState& task, Explanation& explanation) {
  const TaskPlan& plan = state.plan->tasks[action_of(number)];
  Waiting& waiting = explanation.open.emplace_back();
  waiting.ref = ref_of(*state.plan, number);
  waiting.action = plan.action;
  waiting.queue = plan.kind == ActionKind::worker ? plan.queue : std::string();
  waiting.attempt = task.attempt;
  waiting.since = task.since;
  if (task.failures != 0) waiting.last_error = task.error_message;
  switch (task.status) {
    case TaskStatus::delayed: return of_delayed(state, task, waiting);
    case TaskStatus::held: return of_held(task, waiting);
    case TaskStatus::queued: return of_queued(task, waiting);
    case TaskStatus::running: return of_running(state, number, task, waiting);
    case TaskStatus::looping: return of_looping(state, *task.loop, waiting);
    case TaskStatus::answering: return of_answering(state, number, waiting);
    default: return of_waiting(state, number, waiting);
  }
}

// The first ones in order stand for all.
void add_iterations(const State& state, std::uint32_t action, Explanation& explanation) {
  constexpr std::size_t kMostShown = 20;
  std::size_t shown = 0;
  for (const auto& [iteration, task] : state.tasks[action].loop->iterations) {
    if (!open(task.status)) continue;
    if (++shown > kMostShown) return;
    add_open(state, iteration_number(action, iteration), task, explanation);
  }
}

std::string ended(const State& state) { return std::string(" at ") + reprise::to_string(state.ended_at); }

// The tasks that the run's end cut off, those first that began first.
std::vector<std::uint32_t> cut_off(const State& state) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < state.tasks.size(); ++i) {
    const TaskState& task = state.tasks[i];
    if (task.status == TaskStatus::cancelled && task.order != 0 && task.since == state.ended_at) found.push_back(i);
  }
  std::sort(found.begin(), found.end(),
            [&](std::uint32_t a, std::uint32_t b) { return state.tasks[a].order < state.tasks[b].order; });
  return found;
}

std::string of_cut_off(const State& state) {
  constexpr std::size_t kMostNamed = 3;
  const auto found = cut_off(state);
  std::string text;
  for (std::size_t i = 0; i < std::min(found.size(), kMostNamed); ++i) {
    const TaskState& task = state.tasks[found[i]];
    const TaskPlan& plan = state.plan->tasks[found[i]];
    text += (i == 0 ? " Not finished: " : ", ") + quoted(plan.ref) + " (" + plan.action;
    if (plan.kind == ActionKind::worker) {
      text += task.worker.empty() ? ", no worker of queue " + quoted(plan.queue) + " had taken it"
                                  : ", taken by worker " + quoted(task.worker);
    }
    text += ')';
  }
  if (found.size() > kMostNamed) text += " and " + std::to_string(found.size() - kMostNamed) + " more";
  return text.empty() ? text : text + '.';
}

std::string of_execution(const State& state, const Explanation& explanation) {
  std::size_t open_tasks = 0, waiting_tasks = 0;
  for (const TaskState& task : state.tasks) {
    open_tasks += open(task.status) ? 1 : 0;
    waiting_tasks += task.status == TaskStatus::waiting ? 1 : 0;
  }
  switch (state.status) {
    case Status::received: return "The run has not started yet.";
    case Status::running:
      return "The run is going on: " + count(open_tasks, "task is open", "tasks are open") + " and " +
             count(waiting_tasks, "waits", "wait") + " for other tasks.";
    case Status::paused:
      return "The run is paused: nothing new is scheduled until it is resumed. " +
             count(open_tasks, "task is open.", "tasks are open.");
    case Status::completed: return "The run completed" + ended(state) + '.';
    case Status::failed: {
      std::string text = "The run failed" + ended(state) + ": " +
                         (state.error_ref.empty() ? std::string() : quoted(state.error_ref) + " failed with ") +
                         state.error_message + '.';
      if (!explanation.first_cause_ref.empty() && explanation.first_cause_ref != state.error_ref) {
        text += " The first cause was " + quoted(explanation.first_cause_ref) + ": " + explanation.first_cause_message +
                '.';
      }
      return text;
    }
    case Status::cancelled_by_user: return "The run was cancelled" + ended(state) + '.' + of_cut_off(state);
    case Status::terminated: return "The run was terminated" + ended(state) + '.' + of_cut_off(state);
    case Status::timed_out:
      return "The run was not finished by " + reprise::to_string(state.timeout_at) + ", its timeout, and was ended." +
             of_cut_off(state);
    case Status::continued_as_new: return "The run ended" + ended(state) + " and goes on as " + state.successor + '.';
    default: return "The run is " + std::string(name(state.status)) + '.';
  }
}

}  // namespace

Explanation explain(const State& state) {
  Explanation explanation;
  const bool live = state.status == Status::running || state.status == Status::paused;
  for (std::uint32_t i = 0; live && i < state.tasks.size(); ++i) {
    const TaskState& task = state.tasks[i];
    if (task.status != TaskStatus::waiting && !open(task.status)) continue;
    add_open(state, i, task, explanation);
    if (task.status == TaskStatus::looping) add_iterations(state, i, explanation);
  }
  if (state.status == Status::failed) {
    explanation.first_cause_ref = state.error_ref;
    explanation.first_cause_message = state.error_message;
    explanation.first_cause_type = state.error_type;
    if (const auto found = state.plan->by_ref.find(state.error_ref); found != state.plan->by_ref.end()) {
      const std::uint32_t cause = first_cause(state, found->second);
      explanation.first_cause_ref = state.plan->tasks[cause].ref;
      explanation.first_cause_message = state.tasks[cause].error_message;
      explanation.first_cause_type = state.tasks[cause].error_type;
    }
  }
  if (state.status == Status::timed_out) {
    if (const auto found = cut_off(state); !found.empty()) {
      explanation.first_cause_ref = state.plan->tasks[found.front()].ref;
      explanation.first_cause_message = "it was not finished when the run's time was up";
      explanation.first_cause_type = "Timeout";
    }
  }
  explanation.sentence = of_execution(state, explanation);
  return explanation;
}

}  // namespace reprise::workflow
