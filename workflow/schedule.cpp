#include "workflow/schedule.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "workflow/child_workflow.hpp"
#include "workflow/definition_builtin.hpp"
#include "workflow/follow_up.hpp"
#include "workflow/interaction.hpp"
#include "workflow/loop.hpp"
#include "workflow/pure_action.hpp"
#include "workflow/wait_until.hpp"

namespace reprise::workflow {

namespace {

constexpr Duration kShortest{1};  // of a retry's delay: no turn may try again within itself for ever

void examine_successors(Turn& turn, std::uint32_t task) {
  const State& state = turn.state();
  for (const std::uint32_t number : turn.plan().tasks[task].out_edges) {
    const std::uint32_t target = turn.plan().edges[number].to;
    const TaskState& of = state.tasks[target];
    // In a paused run it is held, and examined on resume.
    // Two edges of one task may lead to the same target: the second finds it in the list already, and run_ready skips
    // it.
    if (of.status == TaskStatus::waiting && of.unresolved_in == 0 && of.attempt == 0) turn.make_ready(target);
  }
}

void end_failed(Turn& turn, std::string message, std::string type, std::string ref) {
  cancel_open_tasks(turn);
  turn.emit(events::ExecutionFailed{std::move(message), std::move(type), std::move(ref)});
}

// The attempt that comes next, or that waits to begin.
std::uint32_t next_attempt(const State& state, std::uint32_t number) {
  if (const TaskState* task = state.find(number)) {
    return task->status == TaskStatus::held && task->attempt != 0 ? task->attempt : task->attempt + 1;
  }
  return state.tasks[action_of(number)].loop->records[iteration_of(number)].attempt + 1;
}

void skip(Turn& turn, std::uint32_t task, events::SkipReason reason) {
  turn.emit(events::TaskSkipped{turn.plan().tasks[task].ref, reason}, task);
  examine_successors(turn, task);
}

struct Wait {
  Time until;
  events::DelayReason reason;
};

// How long the definition wants the task to wait; empty: not at all. Errors are sentences.
tl::expected<std::optional<Wait>, std::string> wanted_wait(Turn& turn, std::uint32_t index) {
  const TaskPlan& plan = turn.plan().tasks[index];
  if (plan.wait_until) {
    auto value = plan.wait_until->evaluate(turn.scope(), turn.pool());
    if (!value) return tl::unexpected(std::move(value.error().detail));
    if (!(*value)->IsNull()) {
      const auto until = (*value)->IsString() ? resolve_wait_until(text_of(**value), turn.now()) : std::nullopt;
      if (!until) {
        constexpr std::size_t kMost = 200;
        return tl::unexpected("wait_until must be " + std::string(kWaitUntilForms) + ", found '" +
                              to_text(**value).substr(0, kMost) + "'");
      }
      // One that is past takes the start_delay away as well.
      if (*until <= turn.now()) return std::nullopt;
      return Wait{*until, events::DelayReason::wait_until};
    }
  }
  if (plan.start_delay.count() <= 0) return std::nullopt;
  return Wait{later(turn.now(), plan.start_delay), events::DelayReason::start_delay};
}

// Rules 1 to 3 of the contract, then the wait.
void examine(Turn& turn, std::uint32_t index) {
  const State& state = turn.state();
  const TaskPlan& plan = turn.plan().tasks[index];
  if (!plan.in_edges.empty()) {
    const auto visited = std::count_if(plan.in_edges.begin(), plan.in_edges.end(), [&](std::uint32_t number) {
      return state.edges[number] == EdgeStatus::visited;
    });
    if (visited == 0) return skip(turn, index, events::SkipReason::edges);
    if (!plan.join_any && static_cast<std::size_t>(visited) != plan.in_edges.size()) {
      return fail_unscheduled(turn, index,
                              "The task cannot be reached: not all of the tasks it depends on took the edge to it",
                              kUnreachable);
    }
  }
  if (plan.run_if) {
    auto value = plan.run_if->evaluate(turn.scope(), turn.pool());
    if (!value) return fail_unscheduled(turn, index, std::move(value.error().detail), kRunIfError);
    if (!truthy(**value)) return skip(turn, index, events::SkipReason::run_if);
  }
  auto wait = wanted_wait(turn, index);
  if (!wait) return fail_unscheduled(turn, index, std::move(wait.error()), kExpressionError);
  if (*wait) return delay(turn, index, (*wait)->until, (*wait)->reason);
  schedule(turn, index);
}

// An action that finishes at once: its attempt begins and ends in this turn.
void run_inline(Turn& turn, std::uint32_t number, const std::string& ref, std::uint32_t attempt,
                const JsonValue& args) {
  const TaskPlan& plan = turn.plan().tasks[action_of(number)];
  turn.emit(events::TaskScheduled{ref, plan.action, attempt, {}, {}, {}}, number);
  turn.emit(events::TaskStarted{ref, attempt, 1, {}, {}}, number);
  PureOutcome outcome = run_pure_action(plan.action, args, turn.pool());
  if (outcome.log) {
    turn.emit(events::TaskLogged{ref, {{turn.now(), outcome.log->first, std::move(outcome.log->second)}}});
  }
  if (!outcome.ok) {
    const bool again = will_retry(turn, number, outcome.retryable);
    turn.emit(events::TaskFailed{ref, attempt, 1, std::move(outcome.error_message), std::move(outcome.error_type),
                                 outcome.retryable, again},
              number);
    return after_failure(turn, number, again);
  }
  Json result;
  reprise::append_json(result.bytes, *outcome.result);
  turn.emit(events::TaskCompleted{ref, attempt, 1, std::move(result), {}}, number);
  if (!is_iteration(number)) turn.scope().remember(number, *outcome.result);
  after_success(turn, number);
}

// core.workflow.continue_as_new: the attempt's result is the run that goes on, and the run ends with it.
void go_on(Turn& turn, std::uint32_t index, std::uint32_t attempt, const JsonValue& args) {
  const TaskPlan& plan = turn.plan().tasks[index];
  if (std::string why = argument_refusal(*find_built_in(plan.action), args); !why.empty()) {
    return fail_unscheduled(turn, index, plan.action + ": " + why, kExpressionError);
  }
  turn.emit(events::TaskScheduled{plan.ref, plan.action, attempt, {}, {}, {}}, index);
  turn.emit(events::TaskStarted{plan.ref, attempt, 1, {}, {}}, index);
  const auto member = [&args](std::string_view name) {
    const JsonValue* value = find(args, name);
    return value == nullptr || value->IsNull() ? nullptr : value;
  };
  const JsonValue* given = member("trigger_inputs");
  const JsonValue* version = member("version");
  Json inputs{given == nullptr ? std::string("{}") : to_json(*given)};
  // What another version expects is asked when it starts.
  auto admitted = version != nullptr ? Expected<Json>(inputs) : admit_inputs(turn.plan(), given, inputs.bytes);
  if (!admitted) {
    turn.emit(events::TaskFailed{plan.ref, attempt, 1, std::move(admitted.error().detail), std::string(kInputsRejected),
                                 false, false},
              index);
    return after_failure(turn, index, false);
  }
  const std::string successor = reprise::to_string(successor_id(turn.state().id));
  turn.emit(events::TaskCompleted{plan.ref, attempt, 1, Json{'"' + successor + '"'}, {}}, index);
  cancel_open_tasks(turn);
  if (version != nullptr) turn.emit(events::ExecutionVersionWanted{version->IsUint() ? version->GetUint() : 0});
  turn.emit(events::ExecutionContinued{successor, std::move(*admitted)});
}

void end_completed(Turn& turn) {
  Json result;
  if (const auto& returns = turn.plan().returns) {
    auto value = returns->evaluate(turn.scope(), turn.pool());
    if (!value) return end_failed(turn, "returns: " + value.error().detail, std::string(kExpressionError), {});
    reprise::append_json(result.bytes, **value);
  } else {
    append_context(result.bytes, turn.state());
  }
  turn.emit(events::ExecutionCompleted{std::move(result)});
}

}  // namespace

bool will_retry(const Turn& turn, std::uint32_t task, bool retryable) {
  const std::uint32_t most = turn.plan().tasks[action_of(task)].retry.max_attempts;
  const TaskState* of = turn.state().find(task);
  return retryable && (most == 0 || (of == nullptr ? 0 : of->failures) + 1 < most);
}

void delay(Turn& turn, std::uint32_t task, Time until, events::DelayReason reason) {
  turn.emit(events::TaskDelayed{ref_of(turn.plan(), task), next_attempt(turn.state(), task), until, reason}, task);
}

void fail_unscheduled(Turn& turn, std::uint32_t task, std::string message, std::string_view type) {
  const std::uint32_t attempt = next_attempt(turn.state(), task);
  turn.emit(
      events::TaskFailed{ref_of(turn.plan(), task), attempt, 1, std::move(message), std::string(type), false, false},
      task);
  after_failure(turn, task, false);
}

void schedule(Turn& turn, std::uint32_t number) {
  const TaskPlan& plan = turn.plan().tasks[action_of(number)];
  const std::uint32_t attempt = next_attempt(turn.state(), number);
  const bool iteration = is_iteration(number);
  if (!plan.for_each.empty() && !iteration) return start_loop(turn, number, attempt);
  if (iteration) turn.scope().bind(number);
  if (plan.interaction) turn.scope().of_interaction(number, true);
  auto args = plan.args.evaluate(turn.scope(), turn.pool());
  turn.scope().unbind();
  if (plan.interaction) turn.scope().of_interaction(number, false);
  if (!args) return fail_unscheduled(turn, number, "args: " + args.error().detail, kExpressionError);
  if (plan.interaction) open_interaction(turn, number);
  std::string ref = ref_of(turn.plan(), number);
  if (plan.kind == ActionKind::inline_pure) return run_inline(turn, number, ref, attempt, **args);
  if (plan.kind == ActionKind::goes_on) return go_on(turn, number, attempt, **args);
  if (plan.kind == ActionKind::child) {
    if (auto child = read_child_workflow(**args); !child) {
      return fail_unscheduled(turn, number, std::move(child.error().detail), kExpressionError);
    }
  }
  Json bytes;
  reprise::append_json(bytes.bytes, **args);
  if (plan.kind == ActionKind::worker) {
    turn.emit(events::TaskScheduled{std::move(ref), plan.action, attempt, plan.queue, std::move(bytes), {}}, number);
    return;
  }
  const Time deadline = deadline_from(plan, turn.now());
  turn.emit(events::TaskScheduled{ref, plan.action, attempt, {}, std::move(bytes), deadline}, number);
  turn.emit(events::TaskStarted{std::move(ref), attempt, 1, {}, {}}, number);
}

void after_success(Turn& turn, std::uint32_t index) {
  if (is_iteration(index)) return turn.make_ready(action_of(index));
  const TaskPlan& plan = turn.plan().tasks[index];
  if (turn.state().tasks[index].status == TaskStatus::answering) return ask(turn, index);
  if (plan.retry_until) {
    const TaskState& task = turn.state().tasks[index];
    auto enough = plan.retry_until->evaluate(turn.scope(), turn.pool());
    if (!enough || !truthy(**enough)) {
      const bool again = enough.has_value();
      turn.emit(events::TaskFailed{plan.ref, task.attempt, task.delivery,
                                   again ? "retry_until does not hold yet" : "retry_until: " + enough.error().detail,
                                   std::string(again ? kRetryUntil : kExpressionError), again, again},
                index);
      if (!again) return after_failure(turn, index, false);
      auto wait = wanted_wait(turn, index);
      // The whole task again, with its own delay; one that has none waits as long as after a first failure.
      const Time soonest = later(turn.now(), std::max(plan.retry.initial_interval, kShortest));
      const bool own = wait.has_value() && wait->has_value();
      delay(turn, index, own ? (*wait)->until : soonest, own ? (*wait)->reason : events::DelayReason::retry);
      return;
    }
  }
  examine_successors(turn, index);
}

void after_failure(Turn& turn, std::uint32_t index, bool will_retry) {
  const std::uint32_t action = action_of(index);
  const TaskPlan& plan = turn.plan().tasks[action];
  const TaskState& task = turn.state().tasks[action];
  if (will_retry) {
    const std::uint32_t failures = turn.state().find(index)->failures;
    const std::uint32_t next = failures == UINT32_MAX ? UINT32_MAX : failures + 1;
    delay(turn, index, later(turn.now(), backoff(plan.retry, next)), events::DelayReason::retry);
    return;
  }
  if (is_iteration(index)) {
    if (loop_policy(turn, action).isolated) return turn.make_ready(action);
    return fail_loop(turn, action, ref_of(turn.plan(), index) + " failed: " + task.error_message, task.error_type);
  }
  const bool caught = std::any_of(plan.out_edges.begin(), plan.out_edges.end(), [&](std::uint32_t number) {
    return turn.plan().edges[number].kind == EdgeKind::error;
  });
  if (caught) return examine_successors(turn, index);
  end_failed(turn, task.error_message, task.error_type, plan.ref);
}

void cancel_open_tasks(Turn& turn) {
  const State& state = turn.state();
  for (std::uint32_t i = 0; i < state.tasks.size(); ++i) {
    if (!open(state.tasks[i].status)) continue;
    if (state.tasks[i].status == TaskStatus::looping) cancel_iterations(turn, i);
    turn.emit(events::TaskCancelled{turn.plan().tasks[i].ref, std::max(state.tasks[i].attempt, 1u)}, i);
  }
}

void run_ready(Turn& turn) {
  std::uint32_t task = 0;
  while (!turn.ended() && turn.next_ready(task)) {
    const TaskState& of = turn.state().tasks[task];
    if (of.status == TaskStatus::looping) {
      continue_loop(turn, task);
      continue;
    }
    const bool untouched = of.attempt == 0 && (of.status == TaskStatus::waiting || of.status == TaskStatus::held);
    if (untouched) examine(turn, task);
  }
  if (!turn.ended() && turn.state().unresolved == 0) end_completed(turn);
}

Duration backoff(const RetryPolicy& policy, std::uint32_t next_attempt) {
  // By squaring: multiplications only, whose results are the same on every machine.
  double factor = 1.0;
  double power = policy.backoff;
  for (std::uint32_t left = next_attempt > 2 ? next_attempt - 2 : 0; left != 0; left >>= 1) {
    if ((left & 1) != 0) factor *= power;
    power *= power;
  }
  const double most = static_cast<double>(policy.max_interval.count());
  const double wanted = static_cast<double>(policy.initial_interval.count()) * factor;
  if (!(wanted < most)) return std::max(policy.max_interval, kShortest);
  return std::max(Duration{static_cast<std::int64_t>(wanted)}, kShortest);
}

}  // namespace reprise::workflow
