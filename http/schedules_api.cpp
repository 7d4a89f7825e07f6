// /api/schedules: when workflows start by themselves.
#include <cmath>

#include "events/json.hpp"
#include "http/named_resource.hpp"

namespace reprise::http {
namespace {

using actors::ScheduleCommand;

constexpr std::string_view kMembers = "workflow_id, cron, every, timezone, inputs, overlap, catchup_window";
constexpr double kMaxSeconds = 10.0 * 366 * 86'400;

constexpr ResourceKind kKind{"schedule", "schedules", &actors::Gateway::schedule, &actors::Gateway::schedules};

// A span: a number of seconds, or a text such as "90s", which the engine reads.
Checked<std::string> span_member(const JsonView& value, std::string_view name) {
  if (value.is(JsonView::Kind::string)) return text_member(value, name, 1, 100);
  const auto seconds = value.is(JsonView::Kind::number) ? value.number() : std::nullopt;
  if (!seconds || !(*seconds >= 0) || *seconds > kMaxSeconds) {
    return wrong_member(name, "a number of seconds or a span such as \"90s\", of ten years at most", value);
  }
  return std::to_string(std::llround(*seconds * 1000)) + "ms";
}

std::optional<events::Overlap> overlap_of(std::string_view text) {
  for (const auto overlap : {events::Overlap::skip, events::Overlap::allow, events::Overlap::buffer_one}) {
    if (text == events::name(overlap)) return overlap;
  }
  return std::nullopt;
}

// One member into the request; nothing, or the answer that refuses it.
std::optional<Response> take(actors::PutScheduleRequest& put, std::string_view key, const JsonView& value) {
  std::string* text = key == "workflow_id" ? &put.workflow_id
                      : key == "cron"      ? &put.cron
                      : key == "timezone"  ? &put.timezone
                                           : nullptr;
  std::string* span = key == "every" ? &put.every : key == "catchup_window" ? &put.catchup_window : nullptr;
  if (text == nullptr && span == nullptr && key != "inputs" && key != "overlap") {
    return unknown_member("", key, kMembers).value();
  }
  if (value.is(JsonView::Kind::null) && key != "workflow_id") return std::nullopt;
  if (text != nullptr || span != nullptr) {
    auto given = text != nullptr ? text_member(value, key, 1, 1000) : span_member(value, key);
    if (!given) return std::move(given.error());
    *(text != nullptr ? text : span) = std::move(*given);
  } else if (key == "inputs") {
    if (!value.is(JsonView::Kind::object)) return wrong_member("inputs", "an object", value).value();
    put.inputs.bytes = value.bytes();
  } else {
    const auto overlap = value.is(JsonView::Kind::string) ? overlap_of(value.text()) : std::nullopt;
    if (!overlap) return wrong_member("overlap", "skip, allow or buffer_one", value).value();
    put.overlap = *overlap;
  }
  return std::nullopt;
}

Checked<actors::PutScheduleRequest> put_of(const Request& request) {
  actors::PutScheduleRequest put;
  auto name = new_name(request);
  if (!name) return tl::unexpected(std::move(name.error()));
  put.name = std::move(*name);
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  auto refused = each_member(*body, [&](std::string_view key, const JsonView& value) { return take(put, key, value); });
  if (refused) return tl::unexpected(std::move(*refused));
  if (put.workflow_id.empty()) return invalid("workflow_id is missing: the id of a workflow is expected.");
  if (!is_workflow_id(put.workflow_id)) {
    return tl::unexpected<Response>(error_response({errc::not_found_workflow, {}, {}}));
  }
  sign(put, request);
  return put;
}

void put_schedule(const Surface& surface, Exchange& exchange) {
  auto put = put_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const actors::Ticket ticket = defer_put(kKind, put->name, exchange);
  surface.gateway.put_schedule(std::move(*put), ticket);
}

actors::Ticket defer_trigger(Exchange& exchange) {
  return exchange.defer([](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    response.body = "{\"execution_id\":\"" + to_string(answer.id) + "\",\"schedule\":" + answer.body + "}";
    answered.respond(std::move(response));
  });
}

template <ScheduleCommand what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto name = known_name(kKind, exchange);
  if (!name) return;
  actors::ScheduleRequest command;
  command.name = *name;
  command.what = what;
  sign(command, request);
  if (what == ScheduleCommand::remove) {
    return surface.gateway.steer_schedule(std::move(command), defer_command(*name, true, exchange));
  }
  auto reason = only_member(request, what == ScheduleCommand::pause ? "reason" : "", 0, kMaxReason);
  if (!reason) return exchange.respond(std::move(reason.error()));
  command.reason = std::move(*reason);
  surface.gateway.steer_schedule(std::move(command), what == ScheduleCommand::trigger
                                                         ? defer_trigger(exchange)
                                                         : defer_command(*name, false, exchange));
}

void get_schedule(const Surface& surface, Exchange& exchange) { get_named(kKind, surface, exchange); }
void list_schedules(const Surface& surface, Exchange& exchange) { list_named(kKind, surface, exchange); }

}  // namespace

void add_schedule_routes(Router& router, const Surface& surface) {
  const auto add = [&](Method method, std::string pattern, Roles roles, RateClass rate, Handler handler) {
    add_route(router, surface, method, std::move(pattern), roles, rate, handler);
  };
  add(Method::get, "/api/schedules", kMayRead, RateClass::list, list_schedules);
  add(Method::put, "/api/schedules/{name}", kMaySteer, RateClass::none, put_schedule);
  add(Method::get, "/api/schedules/{name}", kMayRead, RateClass::read, get_schedule);
  add(Method::del, "/api/schedules/{name}", kMaySteer, RateClass::none, steer<ScheduleCommand::remove>);
  add(Method::post, "/api/schedules/{name}/pause", kMaySteer, RateClass::none, steer<ScheduleCommand::pause>);
  add(Method::post, "/api/schedules/{name}/resume", kMaySteer, RateClass::none, steer<ScheduleCommand::resume>);
  add(Method::post, "/api/schedules/{name}/trigger", kMaySteer, RateClass::execute, steer<ScheduleCommand::trigger>);
}

}  // namespace reprise::http
