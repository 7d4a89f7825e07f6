#include "workflow/loop.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "workflow/child_workflow.hpp"
#include "workflow/definition_builtin.hpp"
#include "workflow/definition_members.hpp"
#include "workflow/schedule.hpp"

namespace reprise::workflow {

namespace {

void fail_before(Turn& turn, std::uint32_t action, std::string message) {
  fail_unscheduled(turn, action, "for_each: " + std::move(message), kExpressionError);
}

// Empty: they are larger than may be.
std::optional<Json> items_of(const std::vector<LoopVariable>& variables, const std::vector<const JsonValue*>& lists,
                             rapidjson::SizeType iterations) {
  Json items{"{"};
  for (std::size_t v = 0; v < variables.size(); ++v) {
    if (v != 0) items.bytes += ',';
    append_json_string(items.bytes, variables[v].name);
    items.bytes += ":[";
    for (rapidjson::SizeType i = 0; i < iterations; ++i) {
      if (i != 0) items.bytes += ',';
      reprise::append_json(items.bytes, (*lists[v])[i]);
      if (items.bytes.size() > kMostLoopItems) return std::nullopt;
    }
    items.bytes += ']';
  }
  items.bytes += '}';
  return items;
}

void end_loop(Turn& turn, std::uint32_t action) {
  const std::string& ref = turn.plan().tasks[action].ref;
  turn.emit(events::TaskCompleted{ref, turn.state().tasks[action].attempt, 1, {}, {}}, action);
  after_success(turn, action);
}

// An earlier turn had no room for it: it goes on with its own timer, and the others after it.
bool put_off(const LoopState& loop) {
  if (loop.iterations.empty()) return false;
  const TaskState& newest = loop.iterations.rbegin()->second;
  return newest.status == TaskStatus::delayed && newest.delay_reason == events::DelayReason::loop;
}

// Whether it is time to begin iterations. Not for each single one that has ended: what an evaluation has to read
// (inputs, results) is read once a turn, so that several share the cost.
bool has_room(const LoopState& loop, const LoopPolicy& policy) {
  if (policy.in_batches) return loop.iterations.empty();
  const std::uint32_t at_once = std::max(policy.in_flight / 4, 1u);
  return loop.iterations.size() + at_once <= policy.in_flight;
}

}  // namespace

LoopPolicy loop_policy(Turn& turn, std::uint32_t action) {
  const TaskPlan& plan = turn.plan().tasks[action];
  LoopPolicy policy;
  policy.in_flight = std::clamp(kMostOpenIterations / std::max(turn.plan().loops, 1u), 1u, kMostInFlight);
  if (plan.kind != ActionKind::child) return policy;
  const auto& loop = turn.state().tasks[action].loop;
  const ChildLoop& how = loop && loop->policy ? *loop->policy : plan.child_loop;
  policy.isolated = how.isolated;
  switch (how.strategy) {
    case LoopStrategy::parallel: break;
    case LoopStrategy::sequential: policy.in_flight = 1; break;
    case LoopStrategy::batch:
      policy.in_flight = std::min(policy.in_flight, how.batch_size);
      policy.in_batches = true;
      break;
  }
  return policy;
}

void start_loop(Turn& turn, std::uint32_t action, std::uint32_t attempt) {
  const TaskPlan& plan = turn.plan().tasks[action];
  std::vector<const JsonValue*> lists;
  rapidjson::SizeType iterations = 0;
  for (const LoopVariable& variable : plan.for_each) {
    auto list = variable.items.evaluate(turn.scope(), turn.pool());
    if (!list) return fail_before(turn, action, std::move(list.error().detail));
    if (!(*list)->IsArray()) {
      return fail_before(
          turn, action, "var." + variable.name + " needs a list to run through, found " + std::string(kind_of(**list)));
    }
    iterations = lists.empty() ? (*list)->Size() : std::min(iterations, (*list)->Size());
    lists.push_back(*list);
  }
  if (iterations > kMostIterations) {
    return fail_before(
        turn, action,
        "a loop may have " + std::to_string(kMostIterations) + " iterations, not " + std::to_string(iterations));
  }
  auto items = items_of(plan.for_each, lists, iterations);
  if (!items) {
    return fail_before(turn, action,
                       "a loop may run through " + std::to_string(kMostLoopItems) + " bytes of values, not more");
  }
  std::optional<ChildLoop> policy;
  if (plan.child_loop_args) {
    auto given = plan.child_loop_args->evaluate(turn.scope(), turn.pool());
    if (!given) return fail_unscheduled(turn, action, "args: " + std::move(given.error().detail), kExpressionError);
    if (std::string why = argument_refusal(*find_built_in(plan.action), **given); !why.empty()) {
      return fail_unscheduled(turn, action, plan.action + ": " + why, kExpressionError);
    }
    policy = read_child_loop(**given);
  }
  turn.emit(events::TaskLoopStarted{plan.ref, attempt, iterations, std::move(*items)}, action);
  if (policy) {
    turn.emit(events::TaskLoopPolicy{plan.ref, policy->strategy, policy->batch_size, policy->isolated}, action);
  }
  turn.make_ready(action);
}

void continue_loop(Turn& turn, std::uint32_t action) {
  const State& state = turn.state();
  const TaskState& task = state.tasks[action];
  if (turn.ended() || task.status != TaskStatus::looping) return;
  const LoopPolicy policy = loop_policy(turn, action);
  const LoopState& loop = *task.loop;
  bool begins = has_room(loop, policy) && !put_off(loop);
  for (;;) {
    if (loop.results.size() > kMostLoopResults) {
      return fail_loop(
          turn, action,
          "the results of the iterations are larger than " + std::to_string(kMostLoopResults) + " bytes together",
          std::string(kResultTooLarge));
    }
    if (loop.ended == loop.total) return end_loop(turn, action);
    begins = begins && loop.next < loop.total && loop.iterations.size() < policy.in_flight;
    if (!begins || state.status == Status::paused) return;
    const std::uint32_t iteration = iteration_number(action, loop.next);
    if (turn.full()) return delay(turn, iteration, turn.now(), events::DelayReason::loop);
    schedule(turn, iteration);
    if (turn.ended() || task.status != TaskStatus::looping) return;
  }
}

void cancel_iterations(Turn& turn, std::uint32_t action) {
  const TaskState& task = turn.state().tasks[action];
  for (const auto& [iteration, of] : task.loop->iterations) {
    if (!open(of.status)) continue;
    const std::uint32_t number = iteration_number(action, iteration);
    turn.emit(events::TaskCancelled{ref_of(turn.plan(), number), std::max(of.attempt, 1u)}, number);
  }
}

void fail_loop(Turn& turn, std::uint32_t action, std::string message, std::string type) {
  cancel_iterations(turn, action);
  const std::uint32_t attempt = turn.state().tasks[action].attempt;
  turn.emit(
      events::TaskFailed{turn.plan().tasks[action].ref, attempt, 1, std::move(message), std::move(type), false, false},
      action);
  after_failure(turn, action, false);
}

}  // namespace reprise::workflow
