// /healthz, /readyz, /metrics, /api/info and /openapi.json.
#include "events/json.hpp"
#include "events/json_time.hpp"
#include "http/error_body.hpp"
#include "http/event_hub.hpp"
#include "http/metrics.hpp"
#include "http/openapi.hpp"
#include "http/server.hpp"
#include "http/surface.hpp"

namespace reprise::http {
namespace {

void health(const Surface&, Exchange& exchange) {
  Response response;
  response.body = "{\"status\":\"ok\"}";
  exchange.respond(std::move(response));
}

void ready(const Surface& surface, Exchange& exchange) {
  if (surface.draining.load()) return exchange.respond(error_response({errc::shutting_down, {}, {}}));
  if (surface.gateway.journal().failing()) return exchange.respond(error_response({errc::unavailable, {}, {}}));
  Response response;
  response.body = "{\"status\":\"ready\"}";
  exchange.respond(std::move(response));
}

void metrics(const Surface& surface, Exchange& exchange) {
  exchange.offload([&surface] {
    const Server* server = surface.server.load();
    const ServerNumbers numbers = server == nullptr ? ServerNumbers{} : server->numbers();
    Response response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = surface.metrics.render(surface.gateway, server == nullptr ? nullptr : &numbers,
                                           surface.stream.load(), surface.hub.numbers(), surface.options.version);
    return response;
  });
}

void append_stream(std::string& body, const actors::StreamNumbers& numbers) {
  body += R"({"kind":"kafka","brokers":)";
  append_json_string(body, numbers.brokers);
  body += ",\"topic\":";
  append_json_string(body, numbers.topic);
  body.append(R"(,"state":")").append(name(numbers.state));
  body.append(R"(","published":)").append(std::to_string(numbers.published));
  body.append(",\"lag\":").append(std::to_string(numbers.lag));
  body.append(",\"errors\":").append(std::to_string(numbers.errors)).append(",\"last_success\":");
  append_json_time(body, numbers.last_success);
  body += ",\"last_error\":";
  if (numbers.last_error.empty()) {
    body += "null";
  } else {
    body += "{\"time\":";
    append_json_time(body, numbers.last_error_at);
    body += ",\"message\":";
    append_json_string(body, numbers.last_error);
    body += '}';
  }
  body += '}';
}

void info(const Surface& surface, Exchange& exchange) {
  const storage::Store& store = surface.gateway.store();
  Response response;
  std::string& body = response.body;
  body = "{\"version\":";
  append_json_string(body, surface.options.version);
  body += ",\"mode\":";
  append_json_string(body, surface.options.mode);
  body.append(",\"store_format\":").append(std::to_string(storage::kStoreFormat));
  body.append(",\"partitions\":").append(std::to_string(store.partitions())).append(",\"store_id\":");
  append_json_string(body, store.identity());
  body += ",\"stream\":";
  if (const actors::Stream* stream = surface.stream.load()) {
    append_stream(body, stream->numbers());
  } else {
    body += "null";
  }
  body += '}';
  exchange.respond(std::move(response));
}

void openapi(const Surface&, Exchange& exchange) {
  Response response;
  response.body = openapi_document();
  exchange.respond(std::move(response));
}

}  // namespace

void add_operation_routes(Router& router, const Surface& surface) {
  const auto add = [&](std::string pattern, Roles roles, Handler handler) {
    add_route(router, surface, Method::get, std::move(pattern), roles, RateClass::none, handler);
  };
  add("/healthz", 0, health);
  add("/readyz", 0, ready);
  add("/openapi.json", 0, openapi);
  add("/metrics", kEveryRole, metrics);
  add("/api/info", kEveryRole, info);
}

}  // namespace reprise::http
