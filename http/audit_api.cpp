// /api/executions/{id}/state, /explain, /tasks and /replay: answered by folding the run again, on a query thread.
#include "actors/audit.hpp"
#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"
#include "http/text.hpp"

namespace reprise::http {
namespace {

using actors::Audit;

// Answers with what `ask(Audit, id, workspace)` makes: an Expected<std::string> of JSON.
template <class Ask>
void answer_with(const Surface& surface, Exchange& exchange, Ask ask) {
  const auto id = execution_id(exchange.request());
  if (!id) return exchange.respond(id.error());
  exchange.offload(
      [&gateway = surface.gateway, id = *id, workspace = workspace_of(exchange.request()), ask = std::move(ask)] {
        Expected<std::string> body = ask(Audit(gateway), id, workspace);
        if (!body) return error_response(body.error(), to_string(id));
        Response response;
        response.body = std::move(*body);
        return response;
      });
}

// `at`: an event's id or an instant; nothing when absent.
Checked<Audit::At> at_of(const Request& request) {
  Audit::At at;
  auto text = parameter_of(request, "at");
  if (!text) return tl::unexpected(std::move(text.error()));
  if (!*text) return at;
  at.event_id = parse_unsigned(**text);
  if (!at.event_id) at.time = parse_time(**text);
  if ((at.event_id && *at.event_id == 0) || (!at.event_id && !at.time)) {
    return invalid("at must be the id of an event, from 1, or an RFC 3339 time.");
  }
  return at;
}

void get_state(const Surface& surface, Exchange& exchange) {
  const auto at = at_of(exchange.request());
  if (!at) return exchange.respond(at.error());
  answer_with(surface, exchange, [at = *at](const Audit& audit, const ExecutionId& id, const std::string& workspace) {
    return audit.state(id, workspace, at);
  });
}

void get_explain(const Surface& surface, Exchange& exchange) {
  answer_with(surface, exchange, [](const Audit& audit, const ExecutionId& id, const std::string& workspace) {
    return audit.explain(id, workspace);
  });
}

void get_tasks(const Surface& surface, Exchange& exchange) {
  answer_with(surface, exchange, [](const Audit& audit, const ExecutionId& id, const std::string& workspace) {
    return audit.tasks(id, workspace);
  });
}

std::string report_body(const actors::ReplayReport& report) {
  std::string body = "{\"events\":" + std::to_string(report.events);
  body += ",\"state_hash\":";
  append_json_string(body, report.state_hash);
  body += ",\"stored_state_hash\":";
  append_json_string(body, report.stored_state_hash);
  body.append(",\"matches\":").append(report.matches ? "true" : "false").append(",\"first_difference\":");
  if (report.first_difference.empty()) {
    body += "null";
  } else {
    append_json_string(body, report.first_difference);
  }
  return body += '}';
}

void replay(const Surface& surface, Exchange& exchange) {
  const auto body = json_object(exchange.request(), Empty::allowed);
  if (!body) return exchange.respond(body.error());
  std::optional<Response> refusal;
  body->members([&](std::string_view key, JsonView) {
    refusal = unknown_member("", key, "").value();
    return false;
  });
  if (refusal) return exchange.respond(std::move(*refusal));
  answer_with(surface, exchange,
              [](const Audit& audit, const ExecutionId& id, const std::string& workspace) -> Expected<std::string> {
                const auto report = audit.replay(id, workspace);
                if (!report) return tl::unexpected(report.error());
                return report_body(*report);
              });
}

}  // namespace

void add_audit_routes(Router& router, const Surface& surface) {
  const auto add = [&](Method method, std::string pattern, Handler handler) {
    add_route(router, surface, method, std::move(pattern), kMayRead, RateClass::read, handler);
  };
  add(Method::get, "/api/executions/{execution_id}/state", get_state);
  add(Method::get, "/api/executions/{execution_id}/explain", get_explain);
  add(Method::get, "/api/executions/{execution_id}/tasks", get_tasks);
  add(Method::post, "/api/executions/{execution_id}/replay", replay);
}

}  // namespace reprise::http
