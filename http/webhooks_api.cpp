// POST /webhooks/{workflow_id}/{secret} and /wait: a start by whoever knows the secret, without a token.
#include <chrono>

#include "http/form.hpp"
#include "http/webhook_body.hpp"
#include "http/webhook_secrets.hpp"
#include "http/workflow_executions.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

// The start that the call stands for; nobody hears whether the workflow or the secret is wrong.
Checked<actors::StartRequest> start_of(const Surface& surface, Request& request) {
  const auto webhook = surface.webhooks.find(request.parameters[0], request.parameters[1], surface.gateway.now());
  if (!webhook) return tl::unexpected<Response>(detail_response(401, "Unauthorized webhook request"));
  auto body = trigger_of(request);
  if (!body) {
    const BodyFault& fault = body.error();
    if (fault.status == 422) return faulty({"body"}, fault.message, fault.type);
    return tl::unexpected<Response>(detail_response(fault.status, fault.message));
  }
  auto call = std::make_shared<actors::WebhookCall>();
  call->body.bytes = std::move(*body);
  call->query.bytes = json_of(request.query);
  for (const auto& [name, value] : request.headers) call->headers.emplace_back(name, header_text(value));
  // From here on the caller is somebody of the webhook's workspace.
  request.caller = std::make_shared<const Caller>(Caller{events::Principal{"", webhook->workspace}, 0, true, {}});
  actors::StartRequest start;
  start.workflow_id = webhook->workflow_id;
  start.principal = request.caller->principal;
  start.webhook = std::move(call);
  start.causation = causation_of(request);
  start.trigger = events::Trigger::webhook;
  return start;
}

Response refused(const Error& error) {
  return error.code == errc::inputs_rejected ? run_refused(error) : detail_response(error);
}

void call(const Surface& surface, Exchange& exchange) {
  auto start = start_of(surface, exchange.request());
  if (!start) return exchange.respond(std::move(start.error()));
  const actors::Ticket ticket =
      exchange.defer([uuid = workflow_uuid(start->principal.workspace, start->workflow_id),
                      payload = start->webhook->body.bytes](Exchange& answered, actors::Answer&& answer) {
        const bool started = answer.error.code == errc::ok;
        answered.respond(started ? run_started(uuid, answer.id, payload) : refused(answer.error));
      });
  surface.gateway.start(std::move(*start), ticket);
}

// The result alone where the run has completed; 202 where it goes on, 424 where it ended otherwise.
Response ended(const Uuid& workflow, const actors::Answer& answer) {
  const auto row = projections::parse_status_row(answer.row);
  if (!row) return detail_response(row.error());
  Response response;
  if (!row->final) {
    response = run_started(workflow, answer.id, {});
    response.status = 202;
    return response;
  }
  std::string_view result = "null", error = "null";
  JsonView(row->json).members([&](std::string_view key, JsonView value) {
    if (key == "result") result = value.bytes();
    if (key == "error") error = value.bytes();
    return true;
  });
  if (row->status == projections::Status::completed) {
    response.body = result;
    return response;
  }
  response.status = 424;
  response.body.append("{\"detail\":{\"message\":\"The workflow execution did not complete\",\"status\":\"");
  response.body.append(workflow_executions_name(row->status)).append("\",\"wf_exec_id\":\"");
  append_run_id(response.body, workflow, answer.id);
  response.body.append("\",\"error\":").append(error).append("}}");
  return response;
}

void call_and_wait(const Surface& surface, Exchange& exchange) {
  const auto wait = query_number(exchange.request(), "wait", surface.options.max_wait_s, 1, surface.options.max_wait_s);
  if (!wait) return exchange.respond(wait.error());
  auto start = start_of(surface, exchange.request());
  if (!start) return exchange.respond(std::move(start.error()));
  start->wait = std::chrono::seconds(*wait);
  actors::Gateway& gateway = surface.gateway;
  const actors::Ticket ticket = exchange.defer(
      [uuid = workflow_uuid(start->principal.workspace, start->workflow_id)](Exchange& answered,
                                                                             actors::Answer&& answer) {
        answered.respond(answer.error.code == errc::ok ? ended(uuid, answer) : refused(answer.error));
      },
      [&gateway](actors::Ticket gone) { gateway.abandon(gone); });
  gateway.start(std::move(*start), ticket);
}

}  // namespace

void add_webhook_routes(Router& router, const Surface& surface) {
  const std::string webhook = "/webhooks/{workflow_id}/{secret}";
  add_route(router, surface, Method::post, webhook, 0, RateClass::execute, call);
  add_route(router, surface, Method::post, webhook + "/wait", 0, RateClass::execute, call_and_wait);
}

}  // namespace reprise::http
