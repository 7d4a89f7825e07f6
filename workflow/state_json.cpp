// The state for people: GET /api/executions/{id}/state. Everything that the engine knows of the run, in words and ISO
// times.
#include <string>
#include <string_view>

#include "events/json_members.hpp"
#include "workflow/decide.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

namespace {

std::string_view name_of(TimerKind kind) {
  switch (kind) {
    case TimerKind::execution_timeout: return "execution_timeout";
    case TimerKind::delay: return "delay";
    case TimerKind::attempt_timeout: return "attempt_timeout";
    case TimerKind::lease: return "lease";
    case TimerKind::interaction: return "interaction";
  }
  return "unknown";
}

void append_error(JsonMembers& members, std::string_view message, std::string_view type, const std::string* ref) {
  std::string& out = members.key("error");
  JsonMembers error(out);
  error.text("message", message);
  error.text("type", type);
  if (ref != nullptr) error.text_or_null("ref", *ref);
  error.end();
}

void append_edges(JsonMembers& members, const State& state, std::uint32_t index) {
  std::string& out = members.key("depends_on");
  append_json_list(out, state.plan->tasks[index].in_edges, [&](std::uint32_t number) {
    const Edge& edge = state.plan->edges[number];
    JsonMembers member(out);
    member.text("ref", state.plan->tasks[edge.from].ref);
    member.text("on", edge.kind == EdgeKind::success ? "success" : "error");
    member.text("edge", name(state.edges[number]));
    member.end();
  });
}

// What an action and an iteration of its loop have both.
void append_attempt(JsonMembers& members, const TaskState& task) {
  members.text("status", name(task.status));
  members.time("since", task.since);
  members.number("attempt", task.attempt);
  members.number("delivery", task.delivery);
  members.number("failures", task.failures);
  members.text_or_null("worker", task.worker);
  members.time("lease_until", task.lease_until);
  members.time("deadline", task.deadline);
  members.time("delay_until", task.delay_until);
  members.text_or_null("delay_reason",
                       task.status == TaskStatus::delayed ? events::name(task.delay_reason) : std::string_view());
  members.number("scheduled_event", task.scheduled_event);
  members.number("started_event", task.started_event);
  members.json("args", task.args.bytes);
  members.json("result", task.result.bytes);
  if (task.error_message.empty() && task.error_type.empty()) {
    members.null("error");
  } else {
    append_error(members, task.error_message, task.error_type, nullptr);
  }
}

void append_loop(JsonMembers& members, const std::string& ref, const LoopState& loop) {
  JsonMembers of_loop(members.key("loop"));
  of_loop.number("total", loop.total);
  of_loop.number("begun", loop.next);
  of_loop.number("ended", loop.ended);
  std::string& out = of_loop.key("iterations");
  append_json_list(out, loop.iterations, [&](const auto& entry) {
    const auto& [iteration, task] = entry;
    JsonMembers member(out);
    member.text("ref", ref + '[' + std::to_string(iteration) + ']');
    member.number("iteration", iteration);
    append_attempt(member, task);
    member.end();
  });
  of_loop.end();
}

void append_task(std::string& out, const State& state, std::uint32_t index) {
  const TaskPlan& plan = state.plan->tasks[index];
  const TaskState& task = state.tasks[index];
  JsonMembers members(out);
  members.text("ref", plan.ref);
  members.text("action", plan.action);
  members.text_or_null("queue", plan.kind == ActionKind::worker ? std::string_view(plan.queue) : std::string_view());
  append_attempt(members, task);
  members.boolean("unreachable", task.unreachable);
  append_edges(members, state, index);
  if (task.loop) {
    append_loop(members, plan.ref, *task.loop);
  } else {
    members.null("loop");
  }
  if (task.child) {
    JsonMembers child(members.key("child"));
    child.text("execution_id", to_string(task.child->id));
    child.text("workflow_id", task.child->workflow_id);
    child.number("workflow_version", task.child->workflow_version);
    child.end();
  } else {
    members.null("child");
  }
  members.end();
}

void append_timers(JsonMembers& members, const State& state) {
  std::string& out = members.key("timers");
  append_json_list(out, outstanding(state).arm, [&](const Effects::Timer& timer) {
    JsonMembers member(out);
    member.text("kind", name_of(timer.id.kind));
    const bool of_task = timer.id.kind != TimerKind::execution_timeout;
    member.text_or_null("ref", of_task ? ref_of(*state.plan, timer.id.task) : std::string());
    member.number("attempt", timer.id.attempt);
    member.time("due", timer.due);
    member.end();
  });
}

void append_interaction(std::string& out, const State& state, std::uint32_t index) {
  const TaskPlan& plan = state.plan->tasks[index];
  const InteractionState& asks = *state.tasks[index].interaction;
  JsonMembers members(out);
  members.text("interaction_id", to_string(interaction_uuid(state.id, plan.ref)));
  members.text("ref", plan.ref);
  members.text("type", plan.interaction->type == InteractionType::approval ? "approval" : "response");
  members.text("status", name(asks.status));
  members.json("message", asks.message.bytes);
  members.number("required_approvers", plan.interaction->required_approvers);
  std::string& answers = members.key("answers");
  append_json_list(answers, asks.given, [&](const InteractionState::Given& given) {
    JsonMembers answer(answers);
    answer.text_or_null("user", given.user);
    answer.time("at", given.at);
    answer.end();
  });
  members.json("data", asks.data.bytes);
  if (asks.status == InteractionStatus::completed) {
    members.boolean("approved", asks.approved);
  } else {
    members.null("approved");
  }
  members.time("created_at", asks.created_at);
  members.time("requested_at", asks.requested_at);
  members.time("until", asks.until);
  members.time("ended_at", asks.ended_at);
  members.end();
}

void append_interactions(JsonMembers& members, const State& state) {
  std::string& out = members.key("interactions");
  out += '[';
  bool first = true;
  for (std::uint32_t i = 0; i < state.tasks.size(); ++i) {
    if (!state.tasks[i].interaction) continue;
    if (!first) out += ',';
    first = false;
    append_interaction(out, state, i);
  }
  out += ']';
}

}  // namespace

void append_json(std::string& out, const State& state) {
  JsonMembers members(out);
  members.text("execution_id", to_string(state.id));
  members.text("run_id", to_string(run_id(state)));
  members.text("workflow_id", state.plan->workflow_id);
  members.number("workflow_version", state.plan->version);
  members.text("status", name(state.status));
  members.number("event_id", state.next_event_id - 1);
  members.time("started_at", state.started_at);
  members.time("ended_at", state.ended_at);
  members.time("timeout_at", state.timeout_at);
  members.text("trigger_type", events::name(state.trigger_type));
  members.text("environment", state.environment());
  if (state.origin) {
    events::append_json(members.key("origin"), events::Event(*state.origin));
  } else {
    members.null("origin");
  }
  members.text_or_null("continued_as", state.successor);
  members.json("inputs", state.trigger.bytes);
  members.json("result", state.result.bytes);
  if (state.error_message.empty() && state.error_type.empty()) {
    members.null("error");
  } else {
    append_error(members, state.error_message, state.error_type, &state.error_ref);
  }
  members.number("unresolved", state.unresolved);
  std::string& tasks = members.key("tasks");
  tasks += '[';
  for (std::uint32_t i = 0; i < state.tasks.size(); ++i) {
    if (i != 0) tasks += ',';
    append_task(tasks, state, i);
  }
  tasks += ']';
  append_timers(members, state);
  append_interactions(members, state);
  members.end();
}

}  // namespace reprise::workflow
