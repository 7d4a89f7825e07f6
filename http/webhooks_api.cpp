// POST /webhooks/{workflow_id}/{secret} and /wait: a start by whoever knows the secret, without a token.
#include <chrono>
#include <map>

#include "events/json.hpp"
#include "http/parser_text.hpp"
#include "http/webhook_secrets.hpp"
#include "http/workflow_executions.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

using Pairs = std::vector<std::pair<std::string, std::string>>;

// {"name": "value"}; a name that is repeated has a list.
std::string object_of(const Pairs& pairs) {
  std::map<std::string_view, std::vector<std::string_view>> values;
  std::vector<std::string_view> order;
  for (const auto& [name, value] : pairs) {
    auto& list = values[name];
    if (list.empty()) order.push_back(name);
    list.push_back(value);
  }
  std::string out = "{";
  for (const std::string_view name : order) {
    out += out.size() == 1 ? "" : ",";
    append_json_string(out, name);
    out += ':';
    const auto& list = values[name];
    if (list.size() > 1) out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      out += i == 0 ? "" : ",";
      append_json_string(out, list[i]);
    }
    if (list.size() > 1) out += ']';
  }
  return out += '}';
}

std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  if (!valid_utf8(out)) return std::nullopt;
  return out;
}

std::optional<Pairs> form_of(std::string_view body) {
  Pairs pairs;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals));
    auto value = decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    pairs.emplace_back(std::move(*name), std::move(*value));
  }
  return pairs;
}

std::string wrapped(std::string_view json) { return "{\"body\":" + std::string(json) + "}"; }

// What the body gives to TRIGGER: an object as it is, anything else as its member `body`.
Checked<std::string> trigger_of(const Request& request) {
  if (request.body.empty()) return "{}";
  const std::string type = request.media_type();
  if (type.empty() || type == "application/json" || type.ends_with("+json")) {
    if (const auto checked = check_json(request.body); !checked) {
      return faulty({"body"}, "JSON decode error: " + checked.error().detail, "json_invalid");
    }
    const JsonView view(request.body);
    return view.is(JsonView::Kind::object) ? std::string(view.bytes()) : wrapped(view.bytes());
  }
  if (type == kForm) {
    const auto pairs = form_of(request.body);
    if (!pairs) return faulty({"body"}, "Input should be a valid URL-encoded form", "value_error");
    return object_of(*pairs);
  }
  if (type.starts_with("text/")) {
    if (!valid_utf8(request.body)) return faulty({"body"}, "Input should be UTF-8", "value_error");
    std::string text;
    append_json_string(text, request.body);
    return wrapped(text);
  }
  return tl::unexpected<Response>(
      detail_response(415, "A webhook takes application/json, application/x-www-form-urlencoded or text/plain."));
}

std::string utf8_of(const std::string& text) {
  if (valid_utf8(text)) return text;
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < 0x80 ? std::string(1, c) : "\xEF\xBF\xBD";
  return out;
}

// The start that the call stands for; nobody hears whether the workflow or the secret is wrong.
Checked<actors::StartRequest> start_of(const Surface& surface, Request& request) {
  const auto webhook = surface.webhooks.find(request.parameters[0], request.parameters[1], surface.gateway.now());
  if (!webhook) return tl::unexpected<Response>(detail_response(401, "Unauthorized webhook request"));
  auto body = trigger_of(request);
  if (!body) return tl::unexpected(std::move(body.error()));
  auto call = std::make_shared<actors::WebhookCall>();
  call->body.bytes = std::move(*body);
  call->query.bytes = object_of(request.query);
  for (const auto& [name, value] : request.headers) call->headers.emplace_back(name, utf8_of(value));
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
