#include "http/execution_head.hpp"

#include "events/json_time.hpp"
#include "http/printed_ids.hpp"

namespace reprise::http {

using projections::Status;

std::string_view workflow_executions_name(Status status) {
  switch (status) {
    case Status::received:
    case Status::scheduled:
    case Status::running:
    case Status::stopping:
    case Status::paused:
    case Status::interrupted:
    case Status::resuming: return "RUNNING";
    case Status::completed:
    case Status::completed_with_error: return "COMPLETED";
    case Status::rejected:
    case Status::failed:
    case Status::crashed: return "FAILED";
    case Status::cancelled_by_user:
    case Status::cancelled_by_system: return "CANCELED";
    case Status::terminated: return "TERMINATED";
    case Status::timed_out: return "TIMED_OUT";
    case Status::continued_as_new: return "CONTINUED_AS_NEW";
  }
  return "RUNNING";
}

void append_execution_head(std::string& out, const projections::StatusRow& row, const RunIds& ids) {
  const auto time = [&out](std::string_view name, Time value) {
    out.append(",\"").append(name).append("\":");
    append_json_time(out, value);
  };
  out += "{\"id\":\"";
  append_run_id(out, ids.workflow, ids.execution);
  out += "\",\"run_id\":\"";
  append_uuid(out, ids.run);
  out += '"';
  time("start_time", row.started_at);
  time("execution_time", row.started_at);
  time("close_time", row.completed_at);
  out.append(",\"status\":\"").append(workflow_executions_name(row.status));
  // What clients of that system know all its runs by.
  out += "\",\"workflow_type\":\"DSLWorkflow\",\"task_queue\":\"tracecat-task-queue\",\"history_length\":";
  out.append(std::to_string(row.last_event_id)).append(",\"parent_wf_exec_id\":");
  append_parent(out, ids);
}

}  // namespace reprise::http
