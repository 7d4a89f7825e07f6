// /api/schedules: when workflows start by themselves.
#include <cmath>

#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"

namespace reprise::http {
namespace {

using actors::ScheduleCommand;

constexpr std::string_view kMembers = "workflow_id, cron, every, timezone, inputs, overlap, catchup_window";
constexpr std::size_t kMaxReason = 1024;
constexpr double kMaxSeconds = 10.0 * 366 * 86'400;

Error no_schedule(std::string_view name) { return {errc::not_found, "no schedule " + std::string(name), {}}; }

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
  put.name = request.parameters.front();
  if (!is_workflow_id(put.name)) return invalid("name must be 1 to 128 characters of A-Z a-z 0-9 _ . : -");
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  std::optional<Response> refused;
  body->members([&](std::string_view key, const JsonView& value) {
    refused = take(put, key, value);
    return !refused;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  if (put.workflow_id.empty()) return invalid("workflow_id is missing: the id of a workflow is expected.");
  if (!is_workflow_id(put.workflow_id)) {
    return tl::unexpected<Response>(error_response({errc::not_found_workflow, {}, {}}));
  }
  put.principal = caller_of(request).principal;
  put.causation = causation_of(request);
  return put;
}

void put_schedule(const Surface& surface, Exchange& exchange) {
  auto put = put_of(exchange.request());
  if (!put) return exchange.respond(std::move(put.error()));
  const actors::Ticket ticket = exchange.defer([name = put->name](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    if (answer.number == 1) {
      response.status = 201;
      response.headers.emplace_back("Location", "/api/schedules/" + name);
    }
    response.body = std::move(answer.body);
    answered.respond(std::move(response));
  });
  surface.gateway.put_schedule(std::move(*put), ticket);
}

Checked<std::string> reason_of(const Request& request, ScheduleCommand what) {
  const auto body = json_object(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  const bool may = what == ScheduleCommand::pause;
  std::string reason;
  std::optional<Response> refused;
  body->members([&](std::string_view key, const JsonView& value) {
    if (!may || key != "reason") {
      refused = unknown_member("", key, may ? "reason" : "").value();
      return false;
    }
    auto text = text_member(value, "reason", 0, kMaxReason);
    if (text) {
      reason = std::move(*text);
    } else {
      refused = std::move(text.error());
    }
    return !refused;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  return reason;
}

Response steered(ScheduleCommand what, const std::string& name, actors::Answer&& answer) {
  if (answer.error.code != errc::ok) return error_response(answer.error);
  Response response;
  switch (what) {
    case ScheduleCommand::remove:
      response.body = "{\"name\":";
      append_json_string(response.body, name);
      response.body += ",\"deleted\":true}";
      break;
    case ScheduleCommand::trigger:
      response.body = "{\"execution_id\":\"" + to_string(answer.id) + "\",\"schedule\":" + answer.body + "}";
      break;
    default: response.body = std::move(answer.body); break;
  }
  return response;
}

template <ScheduleCommand what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string& name = request.parameters.front();
  if (!is_workflow_id(name)) return exchange.respond(error_response(no_schedule(name)));
  auto reason = what == ScheduleCommand::remove ? Checked<std::string>() : reason_of(request, what);
  if (!reason) return exchange.respond(std::move(reason.error()));
  actors::ScheduleRequest command;
  command.name = name;
  command.what = what;
  command.reason = std::move(*reason);
  command.principal = caller_of(request).principal;
  command.causation = causation_of(request);
  const actors::Ticket ticket = exchange.defer([name](Exchange& answered, actors::Answer&& answer) {
    answered.respond(steered(what, name, std::move(answer)));
  });
  surface.gateway.steer_schedule(std::move(command), ticket);
}

void get_schedule(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string& name = request.parameters.front();
  if (!is_workflow_id(name)) return exchange.respond(error_response(no_schedule(name)));
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(request), name] {
    auto json = gateway.schedule(workspace, name);
    if (!json) return error_response(json.error());
    Response response;
    response.body = std::move(*json);
    return response;
  });
}

void list_schedules(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto limit = number_parameter(request, "limit", 50, 1, 100);
  if (!limit) return exchange.respond(limit.error());
  const std::string cursor = text_parameter(request, "cursor").value_or("");
  if (!cursor.empty() && !is_workflow_id(cursor)) {
    return exchange.respond(invalid("cursor must be the next_cursor of an earlier page.").value());
  }
  exchange.offload([&gateway = surface.gateway, workspace = workspace_of(request), cursor, limit = *limit] {
    auto found = gateway.schedules(workspace, cursor, limit + 1);
    if (!found) return error_response(found.error());
    const bool more = found->size() > limit;
    if (more) found->resize(limit);
    Response response;
    response.body = "{\"schedules\":[";
    for (const auto& schedule : *found) {
      response.body.append(&schedule == &found->front() ? "" : ",").append(schedule.json);
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
