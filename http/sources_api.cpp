// /api/sources: topics whose records start runs or answer interactions.
#include <array>

#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"

namespace reprise::http {
namespace {

using actors::SourceCommand;

constexpr std::size_t kMaxReason = 1024;
constexpr std::size_t kMaxText = 1000;
constexpr std::uint32_t kMaxInFlight = 100'000;
constexpr std::uint32_t kUsualInFlight = 1'000;

Error no_source(std::string_view name) { return {errc::not_found, "no source " + std::string(name), {}}; }

// Takes the members of an object one by one: `take` gives nothing, or the answer that refuses.
template <class F>
std::optional<Response> each_member(const JsonView& object, F&& take) {
  std::optional<Response> refused;
  object.members([&](std::string_view key, const JsonView& value) {
    refused = take(key, value);
    return !refused;
  });
  return refused;
}

std::optional<Response> take_text(std::string& into, std::string_view place, const JsonView& value) {
  auto text = text_member(value, place, 1, kMaxText);
  if (!text) return std::move(text.error());
  into = std::move(*text);
  return std::nullopt;
}

std::optional<Response> take_kafka(events::SourcePut& put, std::string_view key, const JsonView& value) {
  if (key == "topic") return take_text(put.topic, "kafka/topic", value);
  if (key == "brokers") {
    if (value.is(JsonView::Kind::null)) return std::nullopt;
    return take_text(put.brokers, "kafka/brokers", value);
  }
  if (key == "start") {
    const std::string text = value.is(JsonView::Kind::string) ? value.text() : std::string();
    if (text != "earliest" && text != "latest") return wrong_member("kafka/start", "earliest or latest", value).value();
    put.start = text == "earliest" ? events::SourceStart::earliest : events::SourceStart::latest;
    return std::nullopt;
  }
  if (key == "properties") {
    if (!value.is(JsonView::Kind::object)) {
      return wrong_member("kafka/properties", "an object of names and texts", value).value();
    }
    put.properties.bytes = value.bytes();
    return std::nullopt;
  }
  return unknown_member("kafka", key, "brokers, topic, start, properties").value();
}

std::optional<Response> take_target(events::SourcePut& put, bool& interaction, std::string_view key,
                                    const JsonView& value) {
  if (key == "workflow_id") return take_text(put.workflow_id, "target/workflow_id", value);
  if (key == "inputs") {
    const std::string text = value.is(JsonView::Kind::string) ? value.text() : std::string();
    if (text != "value" && text != "record") return wrong_member("target/inputs", "value or record", value).value();
    put.inputs = text == "value" ? events::SourceInputs::value : events::SourceInputs::record;
    return std::nullopt;
  }
  if (key == "interaction") {
    if (!value.is(JsonView::Kind::boolean) || !value.boolean()) {
      return wrong_member("target/interaction", "true", value).value();
    }
    interaction = true;
    return std::nullopt;
  }
  return unknown_member("target", key, "workflow_id, inputs, interaction").value();
}

std::optional<Response> take(events::SourcePut& put, bool& interaction, std::string_view key, const JsonView& value) {
  if (key == "kafka" || key == "target") {
    if (!value.is(JsonView::Kind::object)) return wrong_member(key, "an object", value).value();
    return each_member(value, [&](std::string_view inner, const JsonView& of) {
      return key == "kafka" ? take_kafka(put, inner, of) : take_target(put, interaction, inner, of);
    });
  }
  if (key == "dead_letter_topic") {
    if (value.is(JsonView::Kind::null)) return std::nullopt;
    return take_text(put.dead_letter_topic, key, value);
  }
  if (key == "max_in_flight") {
    const auto number = integer_member(value, key, 1, kMaxInFlight);
    if (!number) return number.error();
    put.max_in_flight = static_cast<std::uint32_t>(*number);
    return std::nullopt;
  }
  return unknown_member("", key, "kafka, target, dead_letter_topic, max_in_flight").value();
}

Checked<actors::PutSourceRequest> put_of(const Request& request) {
  actors::PutSourceRequest out;
  events::SourcePut& put = out.put;
  put.name = request.parameters.front();
  put.properties.bytes = "{}";
  put.max_in_flight = kUsualInFlight;
  if (!is_workflow_id(put.name)) return invalid("name must be 1 to 128 characters of A-Z a-z 0-9 _ . : -");
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  bool interaction = false;
  auto refused = each_member(
      *body, [&](std::string_view key, const JsonView& value) { return take(put, interaction, key, value); });
  if (refused) return tl::unexpected(std::move(*refused));
  if (put.topic.empty()) return invalid("kafka/topic is missing: the name of a topic is expected.");
  if (interaction && !put.workflow_id.empty()) {
    return invalid("target must have either workflow_id or interaction, not both.");
  }
  if (!interaction && put.workflow_id.empty()) {
    return invalid("target is missing: {\"workflow_id\": ...} or {\"interaction\": true} is expected.");
  }
  if (!interaction && !is_workflow_id(put.workflow_id)) {
    return tl::unexpected<Response>(error_response({errc::not_found_workflow, {}, {}}));
  }
  out.principal = caller_of(request).principal;
  out.causation = causation_of(request);
  return out;
}

void put_source(const Surface& surface, Exchange& exchange) {
  auto put = put_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const actors::Ticket ticket = exchange.defer([name = put->put.name](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    if (answer.number == 1) {
      response.status = 201;
      response.headers.emplace_back("Location", "/api/sources/" + name);
    }
    response.body = std::move(answer.body);
    answered.respond(std::move(response));
  });
  surface.gateway.put_source(std::move(*put), ticket);
}

Checked<std::string> reason_of(const Request& request, SourceCommand what) {
  const auto body = json_object(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  const bool may = what == SourceCommand::pause;
  std::string reason;
  auto refused = each_member(*body, [&](std::string_view key, const JsonView& value) -> std::optional<Response> {
    if (!may || key != "reason") return unknown_member("", key, may ? "reason" : "").value();
    auto text = text_member(value, "reason", 0, kMaxReason);
    if (!text) return std::move(text.error());
    reason = std::move(*text);
    return std::nullopt;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  return reason;
}

template <SourceCommand what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string& name = request.parameters.front();
  if (!is_workflow_id(name)) return exchange.respond(error_response(no_source(name)));
  auto reason = what == SourceCommand::remove ? Checked<std::string>() : reason_of(request, what);
  if (!reason) return exchange.respond(std::move(reason.error()));
  actors::SourceRequest command;
  command.name = name;
  command.what = what;
  command.reason = std::move(*reason);
  command.principal = caller_of(request).principal;
  command.causation = causation_of(request);
  const actors::Ticket ticket = exchange.defer([name](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    if (what == SourceCommand::remove) {
      response.body = "{\"name\":";
      append_json_string(response.body, name);
      response.body += ",\"deleted\":true}";
    } else {
      response.body = std::move(answer.body);
    }
    answered.respond(std::move(response));
  });
  surface.gateway.steer_source(std::move(command), ticket);
}

void get_source(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string& name = request.parameters.front();
  if (!is_workflow_id(name)) return exchange.respond(error_response(no_source(name)));
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(request), name] {
    auto json = gateway.source(workspace, name);
    if (!json) return error_response(json.error());
    Response response;
    response.body = std::move(*json);
    return response;
  });
}

void list_sources(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto limit = number_parameter(request, "limit", 50, 1, 100);
  if (!limit) return exchange.respond(limit.error());
  const std::string cursor = text_parameter(request, "cursor").value_or("");
  if (!cursor.empty() && !is_workflow_id(cursor)) {
    return exchange.respond(invalid("cursor must be the next_cursor of an earlier page.").value());
  }
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(request), cursor, limit = *limit] {
    auto found = gateway.sources(workspace, cursor, limit + 1);
    if (!found) return error_response(found.error());
    const bool more = found->size() > limit;
    if (more) found->resize(limit);
    Response response;
    response.body = "{\"sources\":[";
    for (const auto& source : *found) {
      response.body.append(&source == &found->front() ? "" : ",").append(source.json);
    }
    response.body.append("],\"limit\":").append(std::to_string(limit)).append(",\"next_cursor\":");
    if (more) {
      append_json_string(response.body, found->back().name);
    } else {
      response.body += "null";
    }
    response.body += '}';
    return response;
  });
}

}  // namespace

void add_source_routes(Router& router, const Surface& surface) {
  const auto add = [&](Method method, std::string pattern, Roles roles, RateClass rate, Handler handler) {
    add_route(router, surface, method, std::move(pattern), roles, rate, handler);
  };
  add(Method::get, "/api/sources", kMayRead, RateClass::list, list_sources);
  add(Method::put, "/api/sources/{name}", kMaySteer, RateClass::none, put_source);
  add(Method::get, "/api/sources/{name}", kMayRead, RateClass::read, get_source);
  add(Method::del, "/api/sources/{name}", kMaySteer, RateClass::none, steer<SourceCommand::remove>);
  add(Method::post, "/api/sources/{name}/pause", kMaySteer, RateClass::none, steer<SourceCommand::pause>);
  add(Method::post, "/api/sources/{name}/resume", kMaySteer, RateClass::none, steer<SourceCommand::resume>);
}

}  // namespace reprise::http
