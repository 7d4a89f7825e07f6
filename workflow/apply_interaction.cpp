// What the events of interactions do to the state.
#include "workflow/apply.hpp"

namespace reprise::workflow {

namespace {

bool of_this(const State& state, std::uint32_t index, const std::string& interaction_id) {
  return state.plan->tasks[index].interaction != nullptr &&
         interaction_id == to_string(interaction_uuid(state.id, state.plan->tasks[index].ref));
}

void end_interaction(InteractionState& asks, InteractionStatus status, Time time) {
  asks.status = status;
  asks.ended_at = time;
  for (InteractionState::Given& answer : asks.given) std::string().swap(answer.data.bytes);
}

}  // namespace

void Apply::close_interaction(TaskState& task) {
  if (task.interaction && task.interaction->open())
    end_interaction(*task.interaction, InteractionStatus::cancelled, time);
}

Misfit Apply::operator()(const events::InteractionCreated& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  const bool again = task.interaction && task.interaction->open();
  const bool ready = task.status == TaskStatus::waiting || task.status == TaskStatus::held;
  if (!live(state) || again || !ready || task.unresolved_in != 0 || !of_this(state, index, event.interaction_id)) {
    return "the task could not make an interaction";
  }
  task.interaction = std::make_unique<InteractionState>();
  task.interaction->created_at = time;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::InteractionRequested& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  if (!live(state) || task.status != TaskStatus::answering || !task.interaction ||
      task.interaction->status != InteractionStatus::idle || event.attempt != task.attempt ||
      !of_this(state, index, event.interaction_id)) {
    return "the task could not ask";
  }
  InteractionState& asks = *task.interaction;
  asks.status = InteractionStatus::pending;
  asks.message = event.message;
  asks.requested_at = time;
  asks.until = event.until;
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::InteractionAnswered& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  if (!live(state) || !task.interaction || !task.interaction->open() || !of_this(state, index, event.interaction_id)) {
    return "the interaction took no answer";
  }
  task.interaction->given.push_back({event.user, event.data, time});
  ++state.next_event_id;
  return kFits;
}

Misfit Apply::operator()(const events::InteractionCompleted& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  if (!live(state) || task.status != TaskStatus::answering || !task.interaction ||
      task.interaction->status != InteractionStatus::pending || !of_this(state, index, event.interaction_id)) {
    return "the interaction was not pending";
  }
  end_interaction(*task.interaction, InteractionStatus::completed, time);
  task.interaction->data = event.data;
  task.interaction->user = event.user;
  task.interaction->approved = event.approved;
  ++state.next_event_id;
  if (!event.approved) return kFits;  // task.failed follows
  task.status = TaskStatus::completed;
  task.since = time;
  settle(index, EdgeStatus::visited, EdgeStatus::skipped);
  return kFits;
}

Misfit Apply::operator()(const events::InteractionTimedOut& event, std::uint32_t index) {
  TaskState& task = state.tasks[index];
  if (!live(state) || task.status != TaskStatus::answering || !task.interaction ||
      task.interaction->status != InteractionStatus::pending || task.interaction->until == Time{} ||
      event.attempt != task.attempt || !of_this(state, index, event.interaction_id)) {
    return "the interaction had no deadline";
  }
  end_interaction(*task.interaction, InteractionStatus::timed_out, time);
  ++state.next_event_id;
  return kFits;
}

}  // namespace reprise::workflow
