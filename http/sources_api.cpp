// /api/sources: topics whose records start runs or answer interactions.
#include "http/named_resource.hpp"

namespace reprise::http {
namespace {

using actors::SourceCommand;

constexpr std::size_t kMaxText = 1000;
constexpr std::uint32_t kMaxInFlight = 100'000;
constexpr std::uint32_t kUsualInFlight = 1'000;

constexpr ResourceKind kKind{"source", "sources", &actors::Gateway::source, &actors::Gateway::sources};

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
  auto name = new_name(request);
  if (!name) return tl::unexpected(std::move(name.error()));
  put.name = std::move(*name);
  put.properties.bytes = "{}";
  put.max_in_flight = kUsualInFlight;
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
  sign(out, request);
  return out;
}

void put_source(const Surface& surface, Exchange& exchange) {
  auto put = put_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const actors::Ticket ticket = defer_put(kKind, put->put.name, exchange);
  surface.gateway.put_source(std::move(*put), ticket);
}

template <SourceCommand what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto name = known_name(kKind, exchange);
  if (!name) return;
  actors::SourceRequest command;
  command.name = *name;
  command.what = what;
  sign(command, request);
  if (what != SourceCommand::remove) {
    auto reason = only_member(request, what == SourceCommand::pause ? "reason" : "", 0, kMaxReason);
    if (!reason) return exchange.respond(std::move(reason.error()));
    command.reason = std::move(*reason);
  }
  const actors::Ticket ticket = defer_command(*name, what == SourceCommand::remove, exchange);
  surface.gateway.steer_source(std::move(command), ticket);
}

void get_source(const Surface& surface, Exchange& exchange) { get_named(kKind, surface, exchange); }
void list_sources(const Surface& surface, Exchange& exchange) { list_named(kKind, surface, exchange); }

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
