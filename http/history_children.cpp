#include "http/history_children.hpp"

#include <utility>
#include <variant>

#include "events/json.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {

namespace {

using namespace events;

struct ChildTypeName {
  bool detached;
  bool terminated;

  std::string_view operator()(const TaskScheduled&) const { return "START_CHILD_WORKFLOW_EXECUTION_INITIATED"; }
  std::string_view operator()(const TaskChildStarted&) const { return "CHILD_WORKFLOW_EXECUTION_STARTED"; }
  std::string_view operator()(const TaskCompleted& event) const {
    return detached || event.result.bytes.empty() ? "" : "CHILD_WORKFLOW_EXECUTION_COMPLETED";
  }
  std::string_view operator()(const TaskFailed& event) const {
    if (event.type == "ChildCancelled") return "CHILD_WORKFLOW_EXECUTION_CANCELED";
    if (event.type == "ChildTerminated") return "CHILD_WORKFLOW_EXECUTION_TERMINATED";
    if (event.type == "TimeoutError") return "CHILD_WORKFLOW_EXECUTION_TIMED_OUT";
    return "CHILD_WORKFLOW_EXECUTION_FAILED";
  }
  std::string_view operator()(const TaskTimedOut&) const { return "CHILD_WORKFLOW_EXECUTION_TIMED_OUT"; }
  // A run's end goes down to its children as what it is.
  std::string_view operator()(const TaskCancelled&) const {
    return terminated ? "CHILD_WORKFLOW_EXECUTION_TERMINATED" : "CHILD_WORKFLOW_EXECUTION_CANCELED";
  }
  template <class Other>
  std::string_view operator()(const Other&) const {
    return {};
  }
};

std::string member_or(const JsonValue& args, std::string_view name, std::string_view fallback) {
  const JsonValue* value = find(args, name);
  return value == nullptr || value->IsNull() ? std::string(fallback) : to_json(*value);
}

std::string text_member(const JsonValue& args, std::string_view name) {
  const JsonValue* value = find(args, name);
  return value != nullptr && value->IsString() ? std::string(text_of(*value)) : std::string();
}

}  // namespace

std::string_view child_history_type(const Event& event, bool detached, bool terminated) {
  return std::visit(ChildTypeName{detached, terminated}, event);
}

namespace {

std::string_view service_of(Trigger trigger) {
  switch (trigger) {
    case Trigger::manual: break;
    case Trigger::scheduled: return "tracecat-schedule-runner";
    case Trigger::webhook: return "tracecat-runner";
  }
  return "tracecat-api";
}

}  // namespace

void append_role(std::string& out, std::string_view name, std::string_view workspace, Trigger trigger) {
  const bool user = !name.empty();
  out.append("{\"type\":\"").append(user ? "user" : "service").append("\",\"workspace_id\":\"");
  append_uuid(out, workspace_uuid(workspace));
  out += "\",\"user_id\":";
  if (user) {
    out += '"';
    append_uuid(out, user_uuid(workspace, name));
    out += '"';
  } else {
    out += "null";
  }
  out.append(",\"access_level\":").append(user ? "0" : "999").append(",\"service_id\":\"");
  out.append(service_of(trigger)).append("\"}");
}

// The workflow that a definition names by its id or by its UUID. Of a text that may be either, what it looks like: a
// name hardly makes the bits of a UUID's version and variant.
static Uuid uuid_of(std::string_view workspace, std::string_view workflow) {
  const auto printed = parse_workflow_uuid(workflow);
  const auto version = printed ? printed->bytes[6] >> 4 : 0;
  if (version >= 1 && version <= 8 && printed->bytes[8] >> 6 == 2) return *printed;
  return workflow_uuid(workspace, workflow);
}

ChildCall::ChildCall(const TaskScheduled& scheduled, const HistoryGroups& groups) {
  const auto document = parse_json(scheduled.args.bytes);
  const JsonValue none(rapidjson::kObjectType);
  const JsonValue& args = document && document->root().IsObject() ? document->root() : none;
  workflow_ = text_member(args, "workflow_id");
  if (workflow_.empty()) workflow_ = text_member(args, "workflow_alias");
  title_ = workflow_;
  trigger_inputs_ = member_or(args, "trigger_inputs", "null");
  detached_ = text_member(args, "wait_strategy") == "detach";
  const RunIds& run = groups.ids();
  const Uuid workflow = uuid_of(run.workspace, workflow_);
  append_run_id(execution_, workflow, child_uuid(run.execution, scheduled.ref, scheduled.attempt));
  const std::string timeout = member_or(args, "timeout", "null");

  input_ = "{\"role\":";
  append_role(input_, run.user, run.workspace, Trigger::manual);
  input_ += ",\"dsl\":null,\"wf_id\":\"";  // the definition is in the child's own history
  append_workflow_id(input_, workflow);
  input_.append("\",\"trigger_inputs\":").append(trigger_inputs_);
  input_.append(",\"parent_run_context\":").append(groups.run_context());
  input_.append(",\"runtime_config\":{\"environment\":").append(member_or(args, "environment", "null"));
  input_.append(",\"timeout\":").append(timeout).append("},\"timeout\":").append(timeout);
  input_ += ",\"schedule_id\":null}";
}

void ChildCall::began(const TaskChildStarted& event, std::string_view workspace) {
  const auto id = parse_uuid(event.execution_id);
  if (!id) return;
  execution_.clear();
  append_run_id(execution_, workflow_uuid(workspace, event.workflow_id), *id);
}

void ChildCall::append_group(std::string& out, const HistoryGroups::Action& action, std::uint64_t event_id,
                             std::uint32_t attempt, std::string_view result) const {
  out.append("{\"event_id\":").append(std::to_string(event_id));
  out += ",\"udf_namespace\":\"core.workflow\",\"udf_name\":\"execute\",\"udf_key\":\"core.workflow.execute\"";
  out += ",\"action_id\":null,\"action_ref\":null,\"action_title\":";
  append_json_string(out, title_);
  out += ",\"action_description\":\"\",\"action_input\":";
  out.append(input_).append(",\"action_result\":").append(result.empty() ? "null" : result);
  out.append(",\"current_attempt\":").append(std::to_string(attempt)).append(action.schedule);
  out.append(",\"related_wf_exec_id\":\"").append(execution_).append("\"}");
}

}  // namespace reprise::http
