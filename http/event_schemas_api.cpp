// GET /api/events/schemas and /api/events/schemas/{type}: the JSON Schemas of public events.
#include <string>

#include "events/event_schema.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"

namespace reprise::http {
namespace {

std::string all_schemas() {
  std::string body = "{\"schemas\":{";
  for (const std::string_view name : events::type_names()) {
    if (body.back() != '{') body += ',';
    body.append("\n\"").append(name).append("\":").append(events::event_schema(name));
  }
  return body + "}}";
}

void get_schemas(const Surface&, Exchange& exchange) {
  static const std::string body = all_schemas();
  Response response;
  response.body = body;
  exchange.respond(std::move(response));
}

void get_schema(const Surface&, Exchange& exchange) {
  const std::string& name = exchange.request().parameters[0];
  Response response;
  response.content_type = "application/schema+json";
  response.body = events::event_schema(name);
  if (response.body.empty()) {
    return exchange.respond(
        refuse(404, "NOT_FOUND", "There is no event type " + quoted(name) + "; GET /api/events/schemas has all.")
            .value());
  }
  exchange.respond(std::move(response));
}

}  // namespace

void add_event_schema_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/events/schemas", kEveryRole, RateClass::none, get_schemas);
  add_route(router, surface, Method::get, "/api/events/schemas/{type}", kEveryRole, RateClass::none, get_schema);
}

}  // namespace reprise::http
