// GET /api/executions and GET /api/executions/{id}.
#include <limits>

#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/run_body.hpp"
#include "http/surface.hpp"
#include "http/text.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

// Past this offset a page is walked to on a thread that may take its time.
constexpr std::size_t kNearOffset = 1000;

void get_execution(const Surface& surface, Exchange& exchange) {
  const auto id = execution_id(exchange.request());
  if (!id) return exchange.respond(id.error());
  const auto wait = wait_wanted(exchange.request(), surface.options.max_wait_s);
  if (!wait) return exchange.respond(wait.error());
  actors::Gateway& gateway = surface.gateway;
  if (wait->time == Duration{0}) return respond_run(exchange, gateway, *id);

  const actors::Ticket ticket = exchange.defer(
      [&gateway, id = *id, applied = wait->applied](Exchange& answered, actors::Answer&& answer) {
        if (answer.error.code != errc::ok) {
          answered.respond(error_response(answer.error, to_string(id)));
          return;
        }
        Headers headers;
        if (!applied.empty()) headers.emplace_back("Preference-Applied", applied);
        answer.id = id;
        respond_run(answered, gateway, answer, std::move(headers));
      },
      [&gateway](actors::Ticket gone) { gateway.abandon(gone); });
  gateway.wait(*id, workspace_of(exchange.request()), wait->time, ticket);
}

// `status` may be repeated, and each may hold several names separated by commas.
Checked<std::uint32_t> statuses_of(const Request& request) {
  std::uint32_t statuses = 0;
  std::optional<Response> refusal;
  for (const std::string_view value : request.parameters_of("status")) {
    for_each_element(value, [&](std::string_view name) {
      const auto found = projections::statuses_of_workflow_api(name);
      if (found) {
        statuses |= *found;
      } else {
        refusal = invalid("status must be pending, running, paused, completed, failed or cancelled, not '" +
                          std::string(name.substr(0, 64)) + "'.")
                      .value();
      }
      return found.has_value();
    });
    if (refusal) return tl::unexpected(std::move(*refusal));
  }
  return statuses;
}

Checked<projections::ListFilter> filter_of(const Request& request) {
  projections::ListFilter filter;
  filter.workspace = workspace_of(request);
  auto workflow = text_parameter(request, "workflow_id");
  if (!workflow) return tl::unexpected(std::move(workflow.error()));
  filter.workflow_id = std::move(*workflow);
  auto user = text_parameter(request, "user_id");
  if (!user) return tl::unexpected(std::move(user.error()));
  filter.user_id = std::move(*user);
  if (filter.user_id == "current") filter.user_id = caller_of(request).principal.user;
  auto statuses = statuses_of(request);
  if (!statuses) return tl::unexpected(std::move(statuses.error()));
  filter.statuses = *statuses;
  auto limit = number_parameter(request, "limit", 50, 1, 100);
  if (!limit) return tl::unexpected(std::move(limit.error()));
  filter.limit = *limit;
  auto offset = number_parameter(request, "offset", 0, 0, std::numeric_limits<std::int64_t>::max());
  if (!offset) return tl::unexpected(std::move(offset.error()));
  filter.offset = *offset;
  auto cursor = text_parameter(request, "cursor");
  if (!cursor) return tl::unexpected(std::move(cursor.error()));
  filter.cursor = std::move(*cursor).value_or("");
  return filter;
}

std::string list_body(const projections::ListPage& page, const projections::ListFilter& filter) {
  std::string body = "{\"executions\":[";
  body.reserve(page.rows.size() + 128);
  body.append(page.rows).append("],\"total\":").append(std::to_string(page.total));
  body.append(",\"limit\":").append(std::to_string(filter.limit));
  body.append(",\"offset\":").append(std::to_string(filter.offset));
  body.append(",\"next_cursor\":");
  if (page.next_cursor.empty()) {
    body += "null";
  } else {
    append_json_string(body, page.next_cursor);
  }
  body += '}';
  return body;
}

void list_executions(const Surface& surface, Exchange& exchange) {
  auto filter = filter_of(exchange.request());
  if (!filter) return exchange.respond(std::move(filter.error()));
  const bool far = filter->offset > kNearOffset && filter->cursor.empty();
  auto page = [&gateway = surface.gateway,
               filter = std::move(*filter)](storage::Reach reach) -> std::optional<Response> {
    auto asked = filter;
    if (asked.workflow_id) {
      auto name = gateway.queries().workflow_name(asked.workspace, *asked.workflow_id, reach);
      if (!name && name.error().code == errc::would_block && reach == storage::Reach::cached) return std::nullopt;
      if (!name) return error_response(name.error());
      asked.workflow_id = std::move(*name);
    }
    const auto found = gateway.queries().list(asked, reach);
    if (!found) {
      if (found.error().code == errc::would_block && reach == storage::Reach::cached) return std::nullopt;
      return error_response(found.error());
    }
    Response response;
    response.body = list_body(*found, filter);
    return response;
  };
  if (far) {
    exchange.offload([page = std::move(page)] { return *page(storage::Reach::disk); });
  } else {
    respond_from_store(exchange, std::move(page));
  }
}

}  // namespace

void add_execution_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/executions", kMayRead, RateClass::list, list_executions);
  add_route(router, surface, Method::get, "/api/executions/{execution_id}", kMayRead, RateClass::read, get_execution);
}

}  // namespace reprise::http
