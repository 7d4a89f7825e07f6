// POST /webhooks/{workflow_id}/{secret}/interactions/{category}: an answer by whoever knows the webhook's secret, for
// the runs of its workflow alone. `category` says which service forwards the answer; no meaning hangs on it.
#include <algorithm>

#include "events/json.hpp"
#include "http/webhook_secrets.hpp"
#include "http/workflow_executions.hpp"
#include "projections/interactions.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

struct Body {
  std::string interaction_id, execution_id, action_ref, data;
};

Checked<Body> body_of(const Request& request) {
  if (!is_json(request) || request.body.empty()) return faulty({"body"}, "Field required", "missing");
  if (const auto checked = check_json(request.body); !checked) {
    return faulty({"body"}, "JSON decode error: " + checked.error().detail, "json_invalid");
  }
  const JsonView view(request.body);
  if (!view.is(JsonView::Kind::object)) {
    return faulty({"body"}, "Input should be a valid dictionary or object to extract fields from",
                  "model_attributes_type");
  }
  Body body;
  std::optional<Response> refused;
  view.members([&](std::string_view key, JsonView value) {
    if (key == "data") {
      body.data = value.bytes();
      return true;
    }
    std::string* const member = key == "interaction_id" ? &body.interaction_id
                                : key == "execution_id" ? &body.execution_id
                                : key == "action_ref"   ? &body.action_ref
                                                        : nullptr;
    if (member == nullptr) return true;
    if (!value.is(JsonView::Kind::string)) {
      refused = faulty({"body", key}, "Input should be a valid string", "string_type").value();
      return false;
    }
    *member = value.text();
    return true;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  for (const auto& [name, value] :
       {std::pair{"interaction_id", &body.interaction_id}, std::pair{"execution_id", &body.execution_id},
        std::pair{"action_ref", &body.action_ref}, std::pair{"data", &body.data}}) {
    if (value->empty()) return faulty({"body", name}, "Field required", "missing");
  }
  return body;
}

Response not_found() { return detail_response(404, "Interaction not found"); }

Response answered(const actors::Answer& answer) {
  switch (answer.error.code) {
    case errc::ok: {
      Response response;
      response.body = R"({"message":"Interaction processed successfully"})";
      return response;
    }
    case errc::not_found:
    case errc::not_found_execution: return not_found();
    case errc::wrong_state:
    case errc::duplicate: return detail_response(409, answer.error.detail);
    case errc::invalid: return faulty({"body", "data"}, answer.error.detail, "value_error").value();
    default: return detail_response(answer.error);
  }
}

void answer_by_webhook(const Surface& surface, Exchange& exchange) {
  Request& request = exchange.request();
  const auto webhook = surface.webhooks.find(request.parameters[0], request.parameters[1], surface.gateway.now());
  if (!webhook) return exchange.respond(detail_response(401, "Unauthorized webhook request"));
  auto body = body_of(request);
  if (!body) return exchange.respond(std::move(body.error()));
  const auto interaction = parse_uuid(body->interaction_id);
  if (!interaction) return exchange.respond(not_found());
  request.caller = std::make_shared<const Caller>(Caller{events::Principal{"", webhook->workspace}, 0, true, {}});

  actors::AnswerRequest command;
  command.interaction_id = *interaction;
  command.principal = request.caller->principal;
  command.groups.emplace();  // a webhook is in no group of approvers
  command.causation = causation_of(request);
  command.data.bytes = std::move(body->data);
  // What the caller says of the interaction has to be so, and it has to be of the webhook's workflow.
  look_then<std::string>(
      exchange,
      [&gateway = surface.gateway, id = *interaction, workspace = webhook->workspace](storage::Reach reach) {
        return gateway.queries().interaction_row(id, workspace, reach);
      },
      [&surface, command = std::move(command), workflow = webhook->workflow_id, execution = body->execution_id,
       ref = body->action_ref](Exchange& found, Expected<std::string> bytes) mutable {
        if (!bytes) {
          return found.respond(bytes.error().code == errc::not_found ? not_found() : detail_response(bytes.error()));
        }
        const auto row = projections::parse_interaction_row(*bytes);
        if (!row) return found.respond(detail_response(row.error()));
        const auto run = parse_run_name(execution);
        if (row->workflow_id != workflow || row->ref != ref || !run || row->execution_id != run->id) {
          return found.respond(not_found());
        }
        command.execution_id = row->execution_id;
        const actors::Ticket ticket =
            found.defer([](Exchange& later, actors::Answer&& answer) { later.respond(answered(answer)); });
        surface.gateway.answer(std::move(command), ticket);
      });
}

}  // namespace

void add_webhook_answer_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::post, "/webhooks/{workflow_id}/{secret}/interactions/{category}", 0,
            RateClass::none, answer_by_webhook);
}

}  // namespace reprise::http
