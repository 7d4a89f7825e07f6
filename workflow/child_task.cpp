#include "workflow/child_task.hpp"

#include "workflow/apply.hpp"
#include "workflow/child_workflow.hpp"

namespace reprise::workflow {

namespace {

TellEnded told(const events::ExecutionOrigin& origin) {
  TellEnded out;
  out.parent = parent_of(origin);
  out.ref = origin.ref;
  out.attempt = origin.attempt;
  return out;
}

std::string reason_of(const State& parent, bool timed_out) {
  if (timed_out) return "the attempt of the parent execution timed out";
  switch (parent.status) {
    case Status::cancelled_by_user: return "the parent execution was cancelled";
    case Status::terminated: return "the parent execution was terminated";
    case Status::timed_out: return "the parent execution timed out";
    default: return "the parent execution no longer waits for it";
  }
}

}  // namespace

StartRun start_of_child(const State& parent, const std::string& ref, std::uint32_t attempt, const Json& args) {
  StartRun out;
  out.id = child_uuid(parent.id, ref, attempt);
  out.trigger = parent.trigger_type;
  events::ExecutionOrigin& origin = out.origin.emplace();
  origin.kind = events::OriginKind::child;
  origin.execution_id = to_string(parent.id);
  origin.ref = ref;
  origin.attempt = attempt;
  const auto document = parse_json(args.bytes);
  const auto child = document ? read_child_workflow(document->root()) : tl::unexpected(document.error());
  if (!child) return out;  // no workflow has an empty id: the start is refused, and says so
  out.workflow_id = child->workflow_id.empty() ? child->workflow_alias : child->workflow_id;
  out.workflow_version = child->version;
  if (child->trigger_inputs != nullptr) out.inputs.bytes = to_json(*child->trigger_inputs);
  out.timeout = child->timeout;
  origin.environment = child->environment;
  origin.reports = !child->detached;
  return out;
}

StopRun stop_of_child(const State& parent, const std::string& ref, const TaskState& task, bool timed_out) {
  StopRun out;
  out.id = task.child ? task.child->id : child_uuid(parent.id, ref, task.attempt);
  out.terminate = parent.status == Status::terminated;
  out.reason = reason_of(parent, timed_out);
  return out;
}

bool detached(const Json& args) {
  const auto document = parse_json(args.bytes);
  const auto child = document ? read_child_workflow(document->root()) : tl::unexpected(document.error());
  return child && child->detached;
}

TellEnded told_completed(const events::ExecutionOrigin& origin, const Json& result) {
  TellEnded out = told(origin);
  out.completed = true;
  out.result = result;
  return out;
}

TellEnded told_failed(const events::ExecutionOrigin& origin, const events::ExecutionFailed& failure) {
  TellEnded out = told(origin);
  out.message = failure.ref.empty() ? failure.message : failure.ref + ": " + failure.message;
  out.type = failure.type;
  return out;
}

TellEnded told_stopped(const events::ExecutionOrigin& origin, const char* what, const std::string& reason,
                       std::string_view type, bool retryable) {
  TellEnded out = told(origin);
  out.message = std::string("The child execution ") + what;
  if (!reason.empty()) out.message += ": " + reason;
  out.type = type;
  out.retryable = retryable;
  return out;
}

ExecutionId parent_of(const events::ExecutionOrigin& origin) {
  return parse_uuid(origin.execution_id).value_or(ExecutionId{});
}

bool reports(const events::ExecutionOrigin* origin) { return origin != nullptr && origin->reports; }

}  // namespace reprise::workflow
