// /api/workflows: definitions and their versions.
#include <limits>

#include "events/json.hpp"
#include "events/sha256.hpp"
#include "http/named_resource.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

using projections::WorkflowRow;

constexpr std::string_view kYaml = "application/yaml";

bool is_yaml_type(std::string_view type) {
  return type == kYaml || type == "application/x-yaml" || type == "text/yaml" || type == "text/x-yaml";
}

Checked<std::string> workflow_id_of(const Request& request) {
  const std::string& id = request.parameters.front();
  if (is_workflow_id(id)) return id;
  return tl::unexpected<Response>(error_response({errc::not_found_workflow, {}, {}}));
}

// {"workflow_id":...,"version":...,"hash":...,"registered_at":...,"media_type":...
void append_row(std::string& out, const WorkflowRow& row) {
  out += "{\"workflow_id\":";
  append_json_string(out, row.workflow_id);
  out.append(",\"version\":").append(std::to_string(row.version)).append(",\"hash\":\"");
  events::append_hex(out, row.hash);
  out += "\",\"registered_at\":\"";
  append_time(out, row.registered_at);
  out += "\",\"registered_by\":";
  append_json_string(out, row.user);
  out += ",\"media_type\":";
  append_json_string(out, row.media_type);
}

// ---- PUT

Checked<actors::PutWorkflowRequest> definition_of(const Request& request) {
  actors::PutWorkflowRequest put;
  put.workflow_id = request.parameters.front();
  if (!is_workflow_id(put.workflow_id)) {
    return invalid("workflow_id must be 1 to 128 characters of A-Z a-z 0-9 _ . : -");
  }
  const std::string type = request.media_type();
  put.yaml = is_yaml_type(type);
  if (!put.yaml && !is_json(request)) {
    return refuse(415, "UNSUPPORTED_MEDIA_TYPE",
                  "A definition is expected as application/json, application/yaml or text/yaml.");
  }
  if (auto plain = plain_body(request); !plain) return tl::unexpected(std::move(plain.error()));
  if (request.body.empty()) {
    return refuse(400, put.yaml ? "MALFORMED_YAML" : "MALFORMED_JSON", "The body is empty: a definition is expected.");
  }
  if (!put.yaml) {
    auto body = json_object(request, Empty::refused);
    if (!body) return tl::unexpected(std::move(body.error()));
  }
  put.source = request.body;
  put.principal = caller_of(request).principal;
  put.causation = causation_of(request);
  return put;
}

Response registered(const actors::Answer& answer) {
  Response response;
  response.status = answer.flag && answer.number == 1 ? 201 : 200;
  if (response.status == 201) response.headers.emplace_back("Location", "/api/workflows/" + answer.name);
  std::string& body = response.body;
  body = "{\"workflow_id\":";
  append_json_string(body, answer.name);
  body.append(",\"version\":").append(std::to_string(answer.number));
  body.append(",\"changed\":").append(answer.flag ? "true" : "false");
  body.append(",\"warnings\":").append(answer.body.empty() ? "[]" : answer.body).append("}");
  return response;
}

void put_workflow(const Surface& surface, Exchange& exchange) {
  auto put = definition_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const bool yaml = put->yaml;
  const actors::Ticket ticket = exchange.defer([yaml](Exchange& answered, actors::Answer&& answer) {
    switch (answer.error.code) {
      case errc::ok: return answered.respond(registered(answer));
      case errc::definition_faults: return answered.respond(faults_response(answer.error, answer.body));
      case errc::malformed:
        if (yaml) return answered.respond(error_response(400, "MALFORMED_YAML", answer.error.detail));
        break;
      default: break;
    }
    answered.respond(error_response(answer.error));
  });
  surface.gateway.put_workflow(std::move(*put), ticket);
}

// ---- DELETE

void delete_workflow(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  auto id = workflow_id_of(request);
  if (!id) return exchange.respond(std::move(id.error()));
  const actors::Ticket ticket = exchange.defer([id = *id](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    response.body = "{\"workflow_id\":";
    append_json_string(response.body, id);
    response.body += ",\"deleted\":true}";
    answered.respond(std::move(response));
  });
  surface.gateway.delete_workflow(std::move(*id), caller_of(request).principal, ticket);
}

// ---- GET

// The definition in canonical form with what is known about it; a YAML source as it was sent where the client asks for
// YAML.
Response shown(const WorkflowRow& row, bool wants_yaml) {
  Response response;
  if (wants_yaml && is_yaml_type(row.media_type)) {
    response.content_type = kYaml;
    response.body = row.source;
    return response;
  }
  append_row(response.body, row);
  response.body.append(",\"definition\":").append(row.canonical.empty() ? "null" : row.canonical);
  if (is_yaml_type(row.media_type)) {
    response.body += ",\"source\":";
    append_json_string(response.body, row.source);
  }
  response.body += '}';
  return response;
}

void get_workflow(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  auto id = workflow_id_of(request);
  if (!id) return exchange.respond(std::move(id.error()));
  const auto version = number_parameter(request, "version", 0, 1, std::numeric_limits<std::uint32_t>::max());
  if (!version) return exchange.respond(version.error());
  const bool yaml = accepts(request, kYaml) || accepts(request, "text/yaml") || accepts(request, "application/x-yaml");
  exchange.offload([&gateway = surface.gateway, id = std::move(*id), version = static_cast<std::uint32_t>(*version),
                    workspace = workspace_of(request), yaml] {
    const auto name = gateway.queries().workflow_name(workspace, id, storage::Reach::disk);
    if (!name) return error_response(name.error());
    const auto row = gateway.queries().workflow(workspace, *name, version);
    return row ? shown(*row, yaml) : error_response(row.error());
  });
}

void append_rows(std::string& body, const std::vector<WorkflowRow>& rows, std::size_t limit,
                 std::string_view next_cursor) {
  bool first = true;
  for (const WorkflowRow& row : rows) {
    if (!first) body += ',';
    first = false;
    append_row(body, row);
    body += '}';
  }
  append_page_end(body, limit, next_cursor);
}

void list_workflows(const Surface& surface, Exchange& exchange) {
  auto page = name_page(exchange.request());
  if (!page) return exchange.respond(std::move(page.error()));
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(exchange.request()), page = std::move(*page)] {
    const auto found = gateway.queries().workflows(workspace, page.after, page.limit);
    if (!found) return error_response(found.error());
    Response response;
    response.body = "{\"workflows\":[";
    append_rows(response.body, found->rows, page.limit, found->next);
    return response;
  });
}

void list_versions(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  auto id = workflow_id_of(request);
  if (!id) return exchange.respond(std::move(id.error()));
  const auto limit = number_parameter(request, "limit", 50, 1, 100);
  if (!limit) return exchange.respond(limit.error());
  const auto before = number_parameter(request, "cursor", 0, 1, std::numeric_limits<std::uint32_t>::max());
  if (!before) return exchange.respond(invalid("cursor must be the next_cursor of an earlier page.").value());
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(request), id = std::move(*id), limit = *limit,
                    before = static_cast<std::uint32_t>(*before)] {
    const auto name = gateway.queries().workflow_name(workspace, id, storage::Reach::disk);
    if (!name) return error_response(name.error());
    auto rows = gateway.queries().versions(workspace, *name, limit + 1, before);
    if (!rows) return error_response(rows.error());
    if (rows->empty() && before == 0) return error_response({errc::not_found_workflow, {}, {}});
    const bool more = rows->size() > limit;  // one more than the page was asked for
    if (more) rows->resize(limit);
    Response response;
    response.body = "{\"workflow_id\":";
    append_json_string(response.body, *name);
    response.body += ",\"versions\":[";
    append_rows(response.body, *rows, limit, more ? std::to_string(rows->back().version) : std::string());
    return response;
  });
}

}  // namespace

void add_workflow_routes(Router& router, const Surface& surface) {
  const auto add = [&](Method method, std::string pattern, Roles roles, RateClass rate, Handler handler) {
    add_route(router, surface, method, std::move(pattern), roles, rate, handler);
  };
  add(Method::get, "/api/workflows", kMayRead, RateClass::list, list_workflows);
  add(Method::put, "/api/workflows/{workflow_id}", kMaySteer, RateClass::none, put_workflow);
  add(Method::get, "/api/workflows/{workflow_id}", kMayRead, RateClass::read, get_workflow);
  add(Method::del, "/api/workflows/{workflow_id}", kMaySteer, RateClass::none, delete_workflow);
  add(Method::get, "/api/workflows/{workflow_id}/versions", kMayRead, RateClass::list, list_versions);
}

}  // namespace reprise::http
