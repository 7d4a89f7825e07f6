// POST /api/workflows/{workflow_id}/execute: the way in that has to be lean.
#include <algorithm>

#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/run_body.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxKey = 255;

Checked<Json> inputs_of(const Request& request) {
  const auto body = json_object(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  Json inputs;
  std::optional<Response> refusal;
  body->members([&](std::string_view key, JsonView value) {
    if (key != "inputs") {
      refusal = unknown_member("", key, "inputs").value();
    } else if (!value.is(JsonView::Kind::object)) {
      refusal = wrong_member("inputs", "an object", value).value();
    } else {
      inputs.bytes = value.bytes();
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  return inputs;
}

Checked<std::string> idempotency_key_of(const Request& request) {
  const auto named = [](const auto& header) { return header.first == "idempotency-key"; };
  if (std::count_if(request.headers.begin(), request.headers.end(), named) > 1) {
    return invalid("Idempotency-Key is given more than once: one value is expected.");
  }
  const std::string_view key = request.header("idempotency-key");
  const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool names_nothing = key.empty() && request.has_header("idempotency-key");
  if (names_nothing || key.size() > kMaxKey || !printable) {
    return invalid("Idempotency-Key must have 1 to 255 printable ASCII characters.");
  }
  return std::string(key);
}

// {execution_id, workflow_id, status, started_at}
std::string started_body(const actors::Answer& answer, const projections::StatusRow& row) {
  std::string body = "{\"execution_id\":\"";
  append_uuid(body, answer.id);
  body += "\",\"workflow_id\":";
  append_json_string(body, row.workflow_id);
  body.append(",\"status\":\"").append(projections::workflow_api_name(row.status)).append("\",\"started_at\":\"");
  append_time(body, row.started_at);
  body += "\"}";
  return body;
}

void answer_started(Exchange& exchange, const actors::Answer& answer, Headers headers) {
  const auto row = projections::parse_status_row(answer.row);
  if (!row) {
    exchange.respond(error_response(row.error(), to_string(answer.id)));
    return;
  }
  Response response;
  response.body = started_body(answer, *row);
  response.headers = std::move(headers);
  exchange.respond(std::move(response));
}

void execute(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  actors::StartRequest start;
  start.workflow_id = request.parameters.front();
  if (!is_workflow_id(start.workflow_id)) {
    exchange.respond(error_response({errc::not_found_workflow, {}, {}}));
    return;
  }
  const auto wait = wait_wanted(request, surface.options.max_wait_s);
  if (!wait) return exchange.respond(wait.error());
  auto inputs = inputs_of(request);
  if (!inputs) return exchange.respond(std::move(inputs.error()));
  auto key = idempotency_key_of(request);
  if (!key) return exchange.respond(std::move(key.error()));
  start.principal = caller_of(request).principal;
  start.inputs = std::move(*inputs);
  start.idempotency_key = std::move(*key);
  start.causation = causation_of(request);
  start.wait = wait->time;

  const bool waits = wait->time > Duration{0};
  actors::Gateway& gateway = surface.gateway;
  const actors::Ticket ticket = exchange.defer(
      [&gateway, waits, applied = wait->applied](Exchange& answered, actors::Answer&& answer) {
        if (answer.error.code != errc::ok) {
          answered.respond(error_response(answer.error, answer.id.nil() ? std::string() : to_string(answer.id)));
          return;
        }
        Headers headers;
        if (!applied.empty()) headers.emplace_back("Preference-Applied", applied);
        if (answer.flag) headers.emplace_back("Idempotency-Replayed", "true");
        if (waits) {
          respond_run(answered, gateway, answer, std::move(headers));
        } else {
          answer_started(answered, answer, std::move(headers));
        }
      },
      waits ? Exchange::OnGone([&gateway](actors::Ticket gone) { gateway.abandon(gone); }) : Exchange::OnGone());
  gateway.start(std::move(start), ticket);
}

}  // namespace

void add_execute_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::post, "/api/workflows/{workflow_id}/execute", kMaySteer, RateClass::execute,
            execute);
}

}  // namespace reprise::http
