// The state for people: GET /api/executions/{id}/state. Everything that the engine knows of the run, in words and ISO
// times.
#include <string>
#include <string_view>

#include "workflow/decide.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

namespace {

// Writes members one after the other; the comma is put where it belongs.
class Members {
 public:
  explicit Members(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, name);
    out_ += ':';
    return out_;
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  void text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) {
      key(name) += "null";
    } else {
      text(name, value);
    }
  }
  void number(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void time(std::string_view name, Time value) {
    std::string& out = key(name);
    if (value == Time{}) {
      out += "null";
      return;
    }
    out += '"';
    append_time(out, value);
    out += '"';
  }
  void json(std::string_view name, const Json& value) {
    key(name) += value.bytes.empty() ? std::string_view("null") : std::string_view(value.bytes);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view name_of(TimerKind kind) {
  switch (kind) {
    case TimerKind::execution_timeout: return "execution_timeout";
    case TimerKind::delay: return "delay";
    case TimerKind::attempt_timeout: return "attempt_timeout";
    case TimerKind::lease: return "lease";
  }
  return "unknown";
}

void append_error(Members& members, std::string_view message, std::string_view type, const std::string* ref) {
  std::string& out = members.key("error");
  Members error(out);
  error.text("message", message);
  error.text("type", type);
  if (ref != nullptr) error.text_or_null("ref", *ref);
  error.end();
}

void append_edges(Members& members, const State& state, std::uint32_t index) {
  std::string& out = members.key("depends_on");
  out += '[';
  bool first = true;
  for (const std::uint32_t number : state.plan->tasks[index].in_edges) {
    if (!first) out += ',';
    first = false;
    const Edge& edge = state.plan->edges[number];
    Members member(out);
    member.text("ref", state.plan->tasks[edge.from].ref);
    member.text("on", edge.kind == EdgeKind::success ? "success" : "error");
    member.text("edge", name(state.edges[number]));
    member.end();
  }
  out += ']';
}

void append_task(std::string& out, const State& state, std::uint32_t index) {
  const TaskPlan& plan = state.plan->tasks[index];
  const TaskState& task = state.tasks[index];
  Members members(out);
  members.text("ref", plan.ref);
  members.text("action", plan.action);
  members.text("status", name(task.status));
  members.time("since", task.since);
  members.number("attempt", task.attempt);
  members.number("delivery", task.delivery);
  members.number("failures", task.failures);
  append_edges(members, state, index);
  members.text_or_null("queue", plan.kind == ActionKind::worker ? std::string_view(plan.queue) : std::string_view());
  members.text_or_null("worker", task.worker);
  members.time("lease_until", task.lease_until);
  members.time("deadline", task.deadline);
  members.time("delay_until", task.delay_until);
  members.text_or_null("delay_reason",
                       task.status == TaskStatus::delayed ? events::name(task.delay_reason) : std::string_view());
  members.number("scheduled_event", task.scheduled_event);
  members.number("started_event", task.started_event);
  members.json("args", task.args);
  members.json("result", task.result);
  if (task.error_message.empty() && task.error_type.empty()) {
    members.key("error") += "null";
  } else {
    append_error(members, task.error_message, task.error_type, nullptr);
  }
  members.boolean("unreachable", task.unreachable);
  if (task.child) {
    Members child(members.key("child"));
    child.text("execution_id", to_string(task.child->id));
    child.text("workflow_id", task.child->workflow_id);
    child.number("workflow_version", task.child->workflow_version);
    child.end();
  } else {
    members.key("child") += "null";
  }
  members.end();
}

void append_timers(Members& members, const State& state) {
  std::string& out = members.key("timers");
  out += '[';
  bool first = true;
  for (const Effects::Timer& timer : outstanding(state).arm) {
    if (!first) out += ',';
    first = false;
    Members member(out);
    member.text("kind", name_of(timer.id.kind));
    const bool of_task = timer.id.kind != TimerKind::execution_timeout;
    member.text_or_null("ref", of_task ? std::string_view(state.plan->tasks[timer.id.task].ref) : std::string_view());
    member.number("attempt", timer.id.attempt);
    member.time("due", timer.due);
    member.end();
  }
  out += ']';
}

}  // namespace

void append_json(std::string& out, const State& state) {
  Members members(out);
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
    members.key("origin") += "null";
  }
  members.text_or_null("continued_as", state.successor);
  members.json("inputs", state.trigger);
  members.json("result", state.result);
  if (state.error_message.empty() && state.error_type.empty()) {
    members.key("error") += "null";
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
  members.key("interactions") += "[]";
  members.end();
}

}  // namespace reprise::workflow
