#include "http/workflow_executions.hpp"

#include <variant>

#include "events/json.hpp"
#include "http/text.hpp"

namespace reprise::http {

tl::unexpected<Response> faulty(std::initializer_list<std::string_view> loc, std::string_view message,
                                std::string_view type) {
  Response response;
  response.status = 422;
  std::string& body = response.body;
  body = "{\"detail\":[{\"loc\":[";
  bool first = true;
  for (const std::string_view step : loc) {
    if (!first) body += ',';
    first = false;
    append_json_string(body, step);
  }
  body += "],\"msg\":";
  append_json_string(body, message);
  body += ",\"type\":";
  append_json_string(body, type);
  body += "}]}";
  return tl::unexpected<Response>(std::move(response));
}

Checked<std::uint64_t> query_number(const Request& request, std::string_view name, std::uint64_t fallback,
                                    std::uint64_t min, std::uint64_t max) {
  const auto text = request.parameter(name);
  if (!text || text->empty()) return fallback;
  const auto value = parse_unsigned(*text);
  if (!value) return faulty({"query", name}, "Input should be a valid integer", "int_parsing");
  if (*value < min) {
    return faulty({"query", name}, "Input should be greater than or equal to " + std::to_string(min),
                  "greater_than_equal");
  }
  if (*value > max) {
    return faulty({"query", name}, "Input should be less than or equal to " + std::to_string(max), "less_than_equal");
  }
  return *value;
}

Checked<void> check_workspace(const Request& request) {
  const auto text = request.parameter("workspace_id");
  if (!text || text->empty()) return {};
  const Caller& caller = caller_of(request);
  const std::string& own = caller.principal.workspace;
  if (*text == own) return {};
  const auto id = parse_uuid(*text);
  if (!id) return faulty({"query", "workspace_id"}, "Input should be a valid UUID", "uuid_parsing");
  if (caller.anonymous || *id == workspace_uuid(own)) return {};
  return tl::unexpected<Response>(detail_response(403, "The token is of another workspace."));
}

Checked<RunName> run_name(const Request& request) {
  if (const auto name = parse_run_name(request.parameters.front())) return *name;
  return tl::unexpected<Response>(detail_response({errc::not_found_execution, {}, {}}));
}

Expected<std::string> find_run(const actors::Gateway& gateway, const RunName& name, const std::string& workspace,
                               storage::Reach reach) {
  auto bytes = gateway.queries().status_row(name.id, workspace, reach);
  if (!bytes || !name.workflow) return bytes;
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  if (workflow_uuid(workspace, row->workflow_id) != *name.workflow) return fail(errc::not_found_execution, {});
  return bytes;
}

Response run_started(const Uuid& workflow, const ExecutionId& execution, std::string_view payload) {
  Response response;
  std::string& body = response.body;
  body = "{\"message\":\"Workflow execution started\",\"wf_id\":\"";
  append_workflow_id(body, workflow);
  body += "\",\"wf_exec_id\":\"";
  append_run_id(body, workflow, execution);
  body.append("\",\"payload\":").append(payload.empty() ? "null" : payload).append("}");
  return response;
}

Response run_refused(const Error& error) {
  Response response;
  response.status = 400;
  response.body = "{\"detail\":{\"type\":\"TracecatValidationError\",\"message\":";
  append_json_string(response.body, sentence(error.code));
  response.body += ",\"detail\":";
  append_json_string(response.body, error.detail);
  response.body += "}}";
  return response;
}

Expected<RunOrigin> origin_of(const actors::Gateway& gateway, const ExecutionId& id) {
  RunOrigin origin;
  std::optional<ExecutionId> parent;
  std::string workspace;
  const auto read = gateway.queries().events(
      id, 0, 2,
      [&](const events::Record& record) {
        if (const auto* started = std::get_if<events::ExecutionStarted>(&record.event)) {
          origin.run = run_uuid(started->seed);
          origin.trigger = started->trigger;
        } else if (const auto* wanted = std::get_if<events::ExecutionOrigin>(&record.event)) {
          parent = parse_uuid(wanted->execution_id);
          workspace = record.principal.workspace;
          origin.environment = wanted->environment;
        }
      },
      storage::Reach::disk);
  if (!read) return tl::unexpected(read.error());
  if (!parent) return origin;
  const auto bytes = gateway.queries().status_row(*parent, workspace, storage::Reach::disk);
  const auto row = bytes ? projections::parse_status_row(*bytes) : tl::unexpected(bytes.error());
  if (row) append_run_id(origin.parent, workflow_uuid(workspace, row->workflow_id), *parent);
  return origin;
}

}  // namespace reprise::http
