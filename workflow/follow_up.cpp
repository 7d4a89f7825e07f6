#include "workflow/follow_up.hpp"

#include <algorithm>

#include "events/json.hpp"

namespace reprise::workflow {

namespace {

void member(std::string& out, std::string_view name, std::string_view text) {
  out.append(out.size() > 1 && out.back() != '{' ? ",\"" : "\"").append(name).append("\":");
  append_json_string(out, text);
}

// A failure as ACTIONS.<ref>.error has it.
void append_error(std::string& out, std::string_view ref, std::string_view message, std::string_view type,
                  std::uint32_t attempt) {
  out += '{';
  member(out, "ref", ref);
  member(out, "message", message);
  member(out, "type", type);
  member(out, "expr_context", "ACTIONS");
  out.append(",\"attempt\":").append(std::to_string(attempt)).append("}");
}

bool caught(const Plan& plan, const TaskPlan& task) {
  return std::any_of(task.out_edges.begin(), task.out_edges.end(),
                     [&](std::uint32_t number) { return plan.edges[number].kind == EdgeKind::error; });
}

// The failures that no error edge took, one of a run as a rule.
void append_errors(std::string& out, const State& state) {
  out += ",\"errors\":[";
  bool first = true;
  for (std::size_t i = 0; i < state.tasks.size(); ++i) {
    const TaskState& task = state.tasks[i];
    const TaskPlan& plan = state.plan->tasks[i];
    if (task.status != TaskStatus::failed || caught(*state.plan, plan)) continue;
    if (!first) out += ',';
    first = false;
    append_error(out, plan.ref, task.error_message, task.error_type, task.attempt);
  }
  out += ']';
}

}  // namespace

bool wants_error_handler(const State& state) {
  const bool handles = state.origin != nullptr && state.origin->kind == events::OriginKind::error_handler;
  return !state.plan->error_handler.empty() && !handles;
}

ExecutionId error_handler_id(const ExecutionId& id) { return uuid_derived(id, "error_handler"); }

std::optional<StartRun> error_handler_of(const State& state, const events::ExecutionFailed& failure) {
  if (!wants_error_handler(state)) return std::nullopt;
  const Plan& plan = *state.plan;
  StartRun out;
  out.id = error_handler_id(state.id);
  out.workflow_id = plan.error_handler;
  out.trigger = state.trigger_type;
  out.origin.emplace();
  out.origin->kind = events::OriginKind::error_handler;
  out.origin->execution_id = to_string(state.id);
  std::string& inputs = out.inputs.bytes;
  inputs += '{';
  member(inputs, "message", failure.ref.empty() ? failure.message : failure.ref + ": " + failure.message);
  member(inputs, "handler_wf_id", plan.error_handler);
  member(inputs, "orig_wf_id", plan.workflow_id);
  member(inputs, "orig_wf_exec_id", out.origin->execution_id);
  member(inputs, "orig_wf_title", plan.title);
  inputs += ",\"orig_wf_exec_url\":null";  // filled in on the way, where the server knows what it is called outside
  member(inputs, "trigger_type", events::name(state.trigger_type));
  append_errors(inputs, state);
  inputs += '}';
  return out;
}

ExecutionId successor_id(const ExecutionId& id) { return uuid_derived(id, "continued"); }

StartRun successor_of(const State& state, const events::ExecutionContinued& continued) {
  StartRun out;
  out.id = parse_uuid(continued.execution_id).value_or(successor_id(state.id));
  out.workflow_id = state.plan->workflow_id;
  out.workflow_version = state.successor_version.value_or(state.plan->version);
  out.inputs = continued.inputs;
  out.trigger = state.trigger_type;
  if (state.timeout_at != Time{}) out.timeout = state.timeout_at - state.started_at;
  if (state.origin != nullptr) {
    out.origin = *state.origin;
  } else {
    out.origin.emplace().kind = events::OriginKind::continued;
  }
  out.origin->continues = to_string(state.id);
  return out;
}

}  // namespace reprise::workflow
