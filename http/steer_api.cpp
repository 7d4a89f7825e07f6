// POST /api/executions/{id}/cancel, /terminate, /pause and /resume.
#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

using actors::Steer;

constexpr std::size_t kMaxReason = 1024;

// The code of a command that does not fit the state.
std::string_view misfit_code(Steer what) {
  switch (what) {
    case Steer::cancel: return "EXECUTION_NOT_CANCELLABLE";
    case Steer::terminate: return "EXECUTION_NOT_TERMINABLE";
    case Steer::pause: return "EXECUTION_NOT_PAUSABLE";
    case Steer::resume: return "EXECUTION_NOT_RESUMABLE";
  }
  return {};
}

std::string_view participle(Steer what) {
  switch (what) {
    case Steer::cancel: return "cancelled";
    case Steer::terminate: return "terminated";
    case Steer::pause: return "paused";
    case Steer::resume: return "resumed";
  }
  return {};
}

std::string_view time_member(Steer what) {
  switch (what) {
    case Steer::cancel: return "cancelled_at";
    case Steer::terminate: return "terminated_at";
    case Steer::pause:
    case Steer::resume: break;
  }
  return {};
}

Checked<std::string> reason_of(const Request& request, Steer what) {
  const auto body = json_object(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  std::string reason;
  std::optional<Response> refusal;
  body->members([&](std::string_view key, JsonView value) {
    if (key != "reason" || what == Steer::resume) {
      refusal = unknown_member("", key, what == Steer::resume ? "" : "reason").value();
      return false;
    }
    auto text = text_member(value, "reason", 0, kMaxReason);
    if (text) {
      reason = std::move(*text);
    } else {
      refusal = std::move(text.error());
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  return reason;
}

Response steered(Steer what, const ExecutionId& id, const actors::Answer& answer) {
  const auto row = projections::parse_status_row(answer.row);
  if (!row) return error_response(row.error(), to_string(id));
  Response response;
  std::string& body = response.body;
  body = "{\"execution_id\":\"";
  append_uuid(body, id);
  body.append("\",\"status\":\"").append(projections::workflow_api_name(row->status)).append("\"");
  if (const std::string_view member = time_member(what); !member.empty()) {
    body.append(",\"").append(member).append("\":\"");
    append_time(body, from_millis(static_cast<std::int64_t>(answer.number)));
    body += '"';
  }
  body += '}';
  return response;
}

// The engine's sentence names its own state; a client knows the one that a GET of the run shows.
std::string misfit_sentence(Steer what, const ExecutionId& id, const actors::Answer& answer) {
  const auto row = projections::parse_status_row(answer.row);
  if (!row) return answer.error.detail.empty() ? std::string(sentence(errc::wrong_state)) : answer.error.detail;
  std::string text = "The execution ";
  if (!answer.id.nil() && answer.id != id) text.append("went on as ").append(to_string(answer.id)).append(", which ");
  text.append("is ").append(projections::workflow_api_name(row->status));
  return text.append(", so it cannot be ").append(participle(what)).append(".");
}

template <Steer what>
void steer(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto id = execution_id(request);
  if (!id) return exchange.respond(id.error());
  auto reason = reason_of(request, what);
  if (!reason) return exchange.respond(std::move(reason.error()));
  actors::SteerRequest command;
  command.id = *id;
  command.what = what;
  command.reason = std::move(*reason);
  command.principal = caller_of(request).principal;
  command.causation = causation_of(request);
  const actors::Ticket ticket = exchange.defer([id = *id](Exchange& answered, actors::Answer&& answer) {
    // One that has gone on as another is passed on: the answer is of the run that it came to.
    if (answer.error.code == errc::ok) return answered.respond(steered(what, answer.id.nil() ? id : answer.id, answer));
    const std::string text = to_string(id);
    if (answer.error.code == errc::wrong_state) {
      return answered.respond(error_response(400, misfit_code(what), misfit_sentence(what, id, answer), text));
    }
    answered.respond(error_response(answer.error, text));
  });
  surface.gateway.steer(std::move(command), ticket);
}

}  // namespace

void add_steer_routes(Router& router, const Surface& surface) {
  const auto add = [&](std::string pattern, Handler handler) {
    add_route(router, surface, Method::post, std::move(pattern), kMaySteer, RateClass::none, handler);
  };
  add("/api/executions/{execution_id}/cancel", steer<Steer::cancel>);
  add("/api/executions/{execution_id}/terminate", steer<Steer::terminate>);
  add("/api/executions/{execution_id}/pause", steer<Steer::pause>);
  add("/api/executions/{execution_id}/resume", steer<Steer::resume>);
}

}  // namespace reprise::http
