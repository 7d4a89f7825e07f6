// /api/subscriptions: events sent out to receivers as signed webhooks.
#include "events/json.hpp"
#include "events/type_set.hpp"
#include "http/named_resource.hpp"

namespace reprise::http {
namespace {

using actors::SubscriptionCommand;

constexpr std::string_view kMembers = "url, types, workflow_id, secret, from";
constexpr std::size_t kMaxUrl = 2'000;
constexpr std::size_t kMaxSecret = 200;
constexpr std::size_t kMaxCursor = 24 << 10;
constexpr std::size_t kMaxPatterns = 64, kMaxPattern = 128;

constexpr ResourceKind kKind{"subscription", "subscriptions", &actors::Gateway::subscription,
                             &actors::Gateway::subscriptions};

std::optional<Response> take_types(actors::PutSubscriptionRequest& put, const JsonView& value) {
  if (!value.is(JsonView::Kind::array)) return wrong_member("types", "a list of event type patterns", value).value();
  const Place types("types");
  std::optional<Response> refused;
  std::size_t count = 0;
  std::string& out = put.types.bytes = "[";
  value.items([&](const JsonView& item) {
    const Place place(types, count);
    auto pattern = text_member(item, place, 1, kMaxPattern);
    if (!pattern) {
      refused = std::move(pattern.error());
    } else if (count == kMaxPatterns) {
      refused = invalid("types must have at most 64 patterns.").value();
    } else if (pattern->find(',') != std::string::npos) {
      refused = invalid(place.text() + " must be one pattern: a comma stands in no event type.").value();
    } else if (const auto known = events::parse_type_set(*pattern); !known) {
      refused = invalid(place.text() + ": " + known.error().detail).value();
    } else {
      if (count++ != 0) out += ',';
      append_json_string(out, *pattern);
    }
    return !refused;
  });
  if (refused) return refused;
  if (count == 0) return invalid("types must have one pattern at least: [\"*\"] is every event.").value();
  out += ']';
  return std::nullopt;
}

// One member into the request; nothing, or the answer that refuses it.
std::optional<Response> take(actors::PutSubscriptionRequest& put, std::string_view key, const JsonView& value) {
  if (key == "types") return take_types(put, value);
  std::string* text = key == "url"           ? &put.url
                      : key == "workflow_id" ? &put.workflow_id
                      : key == "secret"      ? &put.secret
                      : key == "from"        ? &put.from
                                             : nullptr;
  if (text == nullptr) return unknown_member("", key, kMembers).value();
  if (value.is(JsonView::Kind::null) && key != "url") return std::nullopt;
  auto given = text_member(value, key, 1, key == "url" ? kMaxUrl : key == "from" ? kMaxCursor : kMaxSecret);
  if (!given) return std::move(given.error());
  if (key == "workflow_id" && !is_workflow_id(*given)) {
    return invalid("workflow_id must be 1 to 128 characters of A-Z a-z 0-9 _ . : -").value();
  }
  *text = std::move(*given);
  return std::nullopt;
}

Checked<actors::PutSubscriptionRequest> put_of(const Request& request) {
  actors::PutSubscriptionRequest put;
  auto name = new_name(request);
  if (!name) return tl::unexpected(std::move(name.error()));
  put.name = std::move(*name);
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  auto refused = each_member(*body, [&](std::string_view key, const JsonView& value) { return take(put, key, value); });
  if (refused) return tl::unexpected(std::move(*refused));
  if (put.url.empty()) return invalid("url is missing: the http or https URL of the receiver is expected.");
  if (put.types.bytes.empty()) {
    return invalid("types is missing: a list of event type patterns such as [\"reprise.task.*\"] is expected.");
  }
  sign(put, request);
  return put;
}

void put_subscription(const Surface& surface, Exchange& exchange) {
  auto put = put_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const actors::Ticket ticket = defer_put(kKind, put->name, exchange);
  surface.gateway.put_subscription(std::move(*put), ticket);
}

// The one member that the command may have.
Checked<void> take_body(const Request& request, SubscriptionCommand what, actors::SubscriptionRequest& command) {
  const bool must = what == SubscriptionCommand::replay;
  const std::string_view member = what == SubscriptionCommand::pause    ? "reason"
                                  : what == SubscriptionCommand::rotate ? "secret"
                                  : what == SubscriptionCommand::replay ? "cursor"
                                                                        : "";
  std::string& text = what == SubscriptionCommand::pause    ? command.reason
                      : what == SubscriptionCommand::rotate ? command.secret
                                                            : command.cursor;
  const std::size_t most = what == SubscriptionCommand::pause ? kMaxReason : must ? kMaxCursor : kMaxSecret;
  auto given = only_member(request, member, what == SubscriptionCommand::pause ? 0 : 1, most);
  if (!given) return tl::unexpected(std::move(given.error()));
  text = std::move(*given);
  if (must && text.empty()) return invalid("cursor is missing: \"begin\" or a cursor of the feed is expected.");
  return {};
}

template <SubscriptionCommand what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto name = known_name(kKind, exchange);
  if (!name) return;
  actors::SubscriptionRequest command;
  if (what != SubscriptionCommand::remove) {
    if (auto taken = take_body(request, what, command); !taken) return exchange.respond(std::move(taken.error()));
  }
  command.name = *name;
  command.what = what;
  sign(command, request);
  const actors::Ticket ticket = defer_command(*name, what == SubscriptionCommand::remove, exchange);
  surface.gateway.steer_subscription(std::move(command), ticket);
}

void get_subscription(const Surface& surface, Exchange& exchange) { get_named(kKind, surface, exchange); }
void list_subscriptions(const Surface& surface, Exchange& exchange) { list_named(kKind, surface, exchange); }

}  // namespace

void add_subscription_routes(Router& router, const Surface& surface) {
  const auto add = [&](Method method, std::string pattern, Roles roles, RateClass rate, Handler handler) {
    add_route(router, surface, method, std::move(pattern), roles, rate, handler);
  };
  const std::string one = "/api/subscriptions/{name}";
  add(Method::get, "/api/subscriptions", kMayRead, RateClass::list, list_subscriptions);
  add(Method::put, one, kMaySteer, RateClass::none, put_subscription);
  add(Method::get, one, kMayRead, RateClass::read, get_subscription);
  add(Method::del, one, kMaySteer, RateClass::none, steer<SubscriptionCommand::remove>);
  add(Method::post, one + "/pause", kMaySteer, RateClass::none, steer<SubscriptionCommand::pause>);
  add(Method::post, one + "/resume", kMaySteer, RateClass::none, steer<SubscriptionCommand::resume>);
  add(Method::post, one + "/rotate", kMaySteer, RateClass::none, steer<SubscriptionCommand::rotate>);
  add(Method::post, one + "/replay", kMaySteer, RateClass::none, steer<SubscriptionCommand::replay>);
}

}  // namespace reprise::http
