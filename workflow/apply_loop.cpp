// What the events of a loop do to the state.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "workflow/apply.hpp"

namespace reprise::workflow {

bool any_open(const LoopState& loop) {
  return std::any_of(loop.iterations.begin(), loop.iterations.end(),
                     [](const auto& each) { return open(each.second.status); });
}

// With its first event an iteration begins: the next one of its loop.
TaskState* Apply::find_or_begin(std::uint32_t number) {
  if (is_iteration(number)) {
    const TaskState& action = state.tasks[action_of(number)];
    const std::uint32_t iteration = iteration_of(number);
    if (action.status == TaskStatus::looping && iteration == action.loop->next && iteration < action.loop->total) {
      LoopState& loop = *action.loop;
      TaskState& fresh = loop.iterations[loop.next++];
      const LoopState::Record& record = loop.records[iteration];
      fresh.attempt = record.attempt;
      if (record.delivery != 0) {
        fresh.last_attempt = record.attempt;
        fresh.last_delivery = record.delivery;
      }
      return &fresh;
    }
  }
  return find(number);
}

Misfit Apply::operator()(const events::TaskLoopStarted& event, std::uint32_t number) {
  if (is_iteration(number)) return kNoTask;
  TaskState& task = state.tasks[number];
  const auto& variables = state.plan->tasks[number].for_each;
  if (!live(state) || variables.empty() || event.iterations > kMostIterations || !may_open(task, event.attempt)) {
    return "the loop could not begin";
  }
  auto items = LoopItems::read(event.items.bytes, variables, event.iterations);
  if (!items) return "the items are not what the loop runs through";
  if (!task.loop) task.loop = std::make_unique<LoopState>();
  LoopState& loop = *task.loop;
  loop.total = event.iterations;
  loop.next = 0;
  loop.ended = 0;
  loop.policy.reset();
  loop.items = std::move(*items);
  loop.results.begin(event.iterations);
  loop.records.resize(std::max<std::size_t>(loop.records.size(), event.iterations));
  loop.iterations.clear();
  task.status = TaskStatus::looping;
  task.since = time;
  task.attempt = event.attempt;
  task.delivery = 1;
  task.scheduled_event = state.next_event_id;
  task.started_event = state.next_event_id;
  task.order = ++state.order;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::TaskLoopPolicy& event, std::uint32_t number) {
  if (is_iteration(number)) return kNoTask;
  TaskState& task = state.tasks[number];
  if (!live(state) || task.status != TaskStatus::looping || task.loop->next != 0 || task.loop->policy ||
      state.plan->tasks[number].child_loop_args == nullptr || event.batch_size == 0) {
    return "it is no loop that has just begun";
  }
  task.loop->policy = ChildLoop{event.strategy, event.batch_size, event.isolated};
  ++state.next_event_id;
  return kFits;
}

// The outcome of an iteration that is not tried again, with its last attempt. It leaves nothing else behind.
Misfit Apply::end_iteration(std::uint32_t number, std::uint32_t delivery, std::string_view result) {
  LoopState& loop = *state.tasks[action_of(number)].loop;
  const std::uint32_t iteration = iteration_of(number);
  if (!loop.results.put(iteration, result)) return "the results of the loop are too large";
  loop.records[iteration] = {loop.iterations[iteration].attempt, delivery};
  loop.iterations.erase(iteration);
  ++loop.ended;
  return kFits;
}

// Whether the loop fails with it or takes the error for a result is decided later.
Misfit Apply::fail_iteration(std::uint32_t number, std::uint32_t delivery) {
  TaskState& action = state.tasks[action_of(number)];
  const TaskState& task = *find(number);
  action.error_message = task.error_message;
  action.error_type = task.error_type;
  std::string result = R"({"is_error":true,"type":)";
  append_json_string(result, task.error_type);
  result += R"(,"message":)";
  append_json_string(result, task.error_message);
  result += '}';
  return end_iteration(number, delivery, result);
}

// The event holds no result: it is the list of what the iterations brought.
Misfit Apply::complete_loop(const events::TaskCompleted& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  if (!live(state) || event.attempt != task.attempt || event.delivery != 1 || !event.result.bytes.empty() ||
      task.loop->ended != task.loop->total) {
    return "the loop was not at its end";
  }
  task.status = TaskStatus::completed;
  task.since = time;
  task.failures = 0;
  task.last_attempt = event.attempt;
  task.last_delivery = 1;
  task.result.bytes = task.loop->results.list();
  drop_loop(index);
  settle(index, EdgeStatus::visited, EdgeStatus::skipped);
  ++state.next_event_id;
  return kFits;
}

// It is over: what nobody asks for any more.
void Apply::drop_loop(std::uint32_t action) {
  LoopState& loop = *state.tasks[action].loop;
  loop.items = {};
  loop.results = {};
}

}  // namespace reprise::workflow
