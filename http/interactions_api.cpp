// The inbox: GET /api/interactions, GET /api/interactions/{interaction_id}, POST /api/interactions/{id}/answer; and
// POST /workflow-executions/{execution_id}/interactions/{interaction_id}.
#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/run_body.hpp"
#include "http/surface.hpp"
#include "http/text.hpp"
#include "http/workflow_executions.hpp"
#include "projections/interactions.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxUser = 256;

Response unknown(std::string_view id) {
  return error_response(404, "INTERACTION_NOT_FOUND",
                        "There is no interaction '" + std::string(id.substr(0, 128)) + "'.");
}

// ---- GET

Checked<std::uint32_t> statuses_of(const Request& request) {
  std::uint32_t statuses = 0;
  std::optional<Response> refusal;
  for (const std::string_view value : request.parameters_of("status")) {
    for_each_element(value, [&](std::string_view name) {
      const auto found = projections::parse_interaction_status(name);
      if (found) {
        statuses |= 1u << static_cast<unsigned>(*found);
      } else {
        refusal = invalid("status must be idle, pending, completed, timed_out or cancelled, not '" +
                          std::string(name.substr(0, 64)) + "'.")
                      .value();
      }
      return found.has_value();
    });
    if (refusal) return tl::unexpected(std::move(*refusal));
  }
  return statuses;
}

void list_interactions(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  projections::InteractionFilter filter;
  filter.workspace = workspace_of(request);
  auto workflow = text_parameter(request, "workflow_id");
  if (!workflow) return exchange.respond(std::move(workflow.error()));
  filter.workflow_id = std::move(*workflow);
  auto statuses = statuses_of(request);
  if (!statuses) return exchange.respond(std::move(statuses.error()));
  filter.statuses = *statuses;
  auto limit = number_parameter(request, "limit", 50, 1, 1000);
  if (!limit) return exchange.respond(std::move(limit.error()));
  filter.limit = *limit;
  auto cursor = text_parameter(request, "cursor");
  if (!cursor) return exchange.respond(std::move(cursor.error()));
  filter.cursor = std::move(*cursor).value_or("");
  respond_from_store(
      exchange,
      [&gateway = surface.gateway, filter = std::move(filter)](storage::Reach reach) -> std::optional<Response> {
        const auto page = gateway.queries().interactions(filter, reach);
        if (!page) {
          if (page.error().code == errc::would_block) return std::nullopt;
          return error_response(page.error());
        }
        Response response;
        response.body.append("{\"interactions\":[").append(page->rows).append("],\"next_cursor\":");
        if (page->next_cursor.empty()) {
          response.body += "null}";
        } else {
          append_json_string(response.body, page->next_cursor);
          response.body += '}';
        }
        return response;
      });
}

void get_interaction(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string& text = request.parameters.front();
  const auto id = parse_uuid(text);
  if (!id) return exchange.respond(unknown(text));
  respond_from_store(exchange,
                     [&gateway = surface.gateway, id = *id,
                      workspace = workspace_of(request)](storage::Reach reach) -> std::optional<Response> {
                       const auto bytes = gateway.queries().interaction_row(id, workspace, reach);
                       if (!bytes) {
                         if (bytes.error().code == errc::would_block) return std::nullopt;
                         if (bytes.error().code == errc::not_found) return unknown(to_string(id));
                         return error_response(bytes.error());
                       }
                       const auto row = projections::parse_interaction_row(*bytes);
                       if (!row) return error_response(row.error());
                       Response response;
                       response.body = row->json;
                       return response;
                     });
}

// ---- POST

// What both surfaces send alike. Groups are asked of a known caller only: an open server knows nobody.
actors::AnswerRequest answer_of(const Request& request, const Uuid& interaction) {
  const Caller& caller = caller_of(request);
  actors::AnswerRequest answer;
  answer.interaction_id = interaction;
  answer.principal = caller.principal;
  if (!caller.anonymous) answer.groups = caller.groups;
  answer.causation = causation_of(request);
  return answer;
}

Checked<void> read_answer(const Request& request, actors::AnswerRequest& answer) {
  const auto body = json_object(request, Empty::refused);
  if (!body) return tl::unexpected(body.error());
  std::optional<Response> refusal;
  body->members([&](std::string_view key, JsonView value) {
    if (key == "data") {
      answer.data.bytes = value.bytes();
    } else if (key == "user" && !caller_of(request).anonymous) {
      refusal = invalid("user is for open servers: your token says who you are.").value();
    } else if (key == "user") {
      auto user = text_member(value, "user", 1, kMaxUser);
      if (user) {
        answer.user = std::move(*user);
      } else {
        refusal = std::move(user.error());
      }
    } else {
      refusal = unknown_member("", key, "data, user").value();
    }
    return !refusal;
  });
  if (refusal) return tl::unexpected(std::move(*refusal));
  if (answer.data.bytes.empty()) return invalid("data is missing: it must be the answer, any JSON value.");
  return {};
}

void answer_interaction(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const std::string text = request.parameters.front();
  const auto id = parse_uuid(text);
  if (!id) return exchange.respond(unknown(text));
  actors::AnswerRequest command = answer_of(request, *id);
  if (auto read = read_answer(request, command); !read) return exchange.respond(std::move(read.error()));
  const actors::Ticket ticket = exchange.defer([text](Exchange& answered, actors::Answer&& answer) {
    switch (answer.error.code) {
      case errc::ok: {
        Response response;
        response.body = std::move(answer.body);
        return answered.respond(std::move(response));
      }
      case errc::not_found:
      case errc::not_found_execution: return answered.respond(unknown(text));
      case errc::wrong_state: return answered.respond(error_response(409, "INTERACTION_CLOSED", answer.error.detail));
      case errc::duplicate: return answered.respond(error_response(409, "ALREADY_ANSWERED", answer.error.detail));
      default: return answered.respond(error_response(answer.error));
    }
  });
  surface.gateway.answer(std::move(command), ticket);
}

// ---- POST /workflow-executions/{execution_id}/interactions/{interaction_id}

Response not_found_there() { return detail_response(404, "Interaction not found"); }

// Members beside `data` are left alone, as that system leaves them.
Checked<std::string> data_of(const Request& request) {
  if (!is_json(request) || request.body.empty()) return faulty({"body"}, "Field required", "missing");
  if (const auto checked = check_json(request.body); !checked) {
    return faulty({"body"}, "JSON decode error: " + checked.error().detail, "json_invalid");
  }
  const JsonView body(request.body);
  if (!body.is(JsonView::Kind::object)) {
    return faulty({"body"}, "Input should be a valid dictionary or object to extract fields from",
                  "model_attributes_type");
  }
  std::string data;
  body.members([&](std::string_view key, JsonView value) {
    if (key == "data") data = value.bytes();
    return true;
  });
  if (data.empty()) return faulty({"body", "data"}, "Field required", "missing");
  return data;
}

Response answered_there(actors::Answer&& answer, const std::string& data) {
  switch (answer.error.code) {
    case errc::ok: {
      Response response;
      response.body.append("{\"message\":\"success\",\"detail\":").append(data).append("}");
      return response;
    }
    case errc::not_found:
    case errc::not_found_execution: return not_found_there();
    case errc::wrong_state:
    case errc::duplicate: return detail_response(409, answer.error.detail);
    case errc::invalid: return faulty({"body", "data"}, answer.error.detail, "value_error").value();
    default: return detail_response(answer.error);
  }
}

void answer_run(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto run = run_name(request);
  if (!run) return exchange.respond(run.error());
  const auto id = parse_uuid(request.parameters.back());
  if (!id) return exchange.respond(not_found_there());
  auto data = data_of(request);
  if (!data) return exchange.respond(std::move(data.error()));
  actors::AnswerRequest command = answer_of(request, *id);
  command.execution_id = run->id;
  command.data.bytes = *data;
  look_then<std::string>(
      exchange,
      [&gateway = surface.gateway, run = *run, workspace = workspace_of(request)](storage::Reach reach) {
        return find_run(gateway, run, workspace, reach);
      },
      [&surface, command = std::move(command), data = std::move(*data)](Exchange& found, Expected<std::string> row) {
        if (!row) return found.respond(detail_response(row.error()));
        const actors::Ticket ticket = found.defer([data](Exchange& answered, actors::Answer&& answer) {
          answered.respond(answered_there(std::move(answer), data));
        });
        surface.gateway.answer(command, ticket);
      });
}

}  // namespace

void add_interaction_routes(Router& router, const Surface& surface) {
  const std::string one = "/api/interactions/{interaction_id}";
  add_route(router, surface, Method::get, "/api/interactions", kMayRead, RateClass::list, list_interactions);
  add_route(router, surface, Method::get, one, kMayRead, RateClass::read, get_interaction);
  add_route(router, surface, Method::post, one + "/answer", kMaySteer, RateClass::none, answer_interaction);
  add_run_route<answer_run>(router, surface, Method::post, "/interactions/{interaction_id}", kMaySteer,
                            RateClass::none);
}

}  // namespace reprise::http
