#include "http/named_resource.hpp"

#include "events/json.hpp"

namespace reprise::http {

Checked<std::string> new_name(const Request& request) {
  const std::string& name = request.parameters.front();
  if (!is_workflow_id(name)) return invalid("name must be 1 to 128 characters of A-Z a-z 0-9 _ . : -");
  return name;
}

std::optional<std::string> known_name(const ResourceKind& kind, Exchange& exchange) {
  const std::string& name = exchange.request().parameters.front();
  if (is_workflow_id(name)) return name;
  std::string detail = "no ";
  detail.append(kind.noun).append(" ").append(name);
  exchange.respond(error_response({errc::not_found, std::move(detail), {}}));
  return std::nullopt;
}

Checked<std::string> only_member(const Request& request, std::string_view member, std::size_t min_size,
                                 std::size_t max_size) {
  const auto body = json_object(request, Empty::allowed);
  if (!body) return tl::unexpected(body.error());
  std::string out;
  auto refused = each_member(*body, [&](std::string_view key, const JsonView& value) -> std::optional<Response> {
    if (member.empty() || key != member) return unknown_member("", key, member).value();
    auto text = text_member(value, member, min_size, max_size);
    if (!text) return std::move(text.error());
    out = std::move(*text);
    return std::nullopt;
  });
  if (refused) return tl::unexpected(std::move(*refused));
  return out;
}

actors::Ticket defer_put(const ResourceKind& kind, const std::string& name, Exchange& exchange) {
  std::string location = "/api/";
  location.append(kind.collection).append("/").append(name);
  return exchange.defer([location = std::move(location)](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    if (answer.number == 1) {
      response.status = 201;
      response.headers.emplace_back("Location", location);
    }
    response.body = std::move(answer.body);
    answered.respond(std::move(response));
  });
}

actors::Ticket defer_command(const std::string& name, bool removed, Exchange& exchange) {
  return exchange.defer([name, removed](Exchange& answered, actors::Answer&& answer) {
    if (answer.error.code != errc::ok) return answered.respond(error_response(answer.error));
    Response response;
    if (removed) {
      response.body = "{\"name\":";
      append_json_string(response.body, name);
      response.body += ",\"deleted\":true}";
    } else {
      response.body = std::move(answer.body);
    }
    answered.respond(std::move(response));
  });
}

void get_named(const ResourceKind& kind, const Surface& surface, Exchange& exchange) {
  const auto name = known_name(kind, exchange);
  if (!name) return;
  exchange.offload(
      [&gateway = surface.gateway, one = kind.one, workspace = workspace_of(exchange.request()), name = *name] {
        auto json = (gateway.*one)(workspace, name);
        if (!json) return error_response(json.error());
        Response response;
        response.body = std::move(*json);
        return response;
      });
}

Checked<NamePage> name_page(const Request& request) {
  const auto limit = number_parameter(request, "limit", 50, 1, 100);
  if (!limit) return tl::unexpected(limit.error());
  auto after = text_parameter(request, "cursor");
  if (!after) return tl::unexpected(std::move(after.error()));
  std::string cursor = std::move(*after).value_or("");
  if (!cursor.empty() && !is_workflow_id(cursor)) {
    return invalid("cursor must be the next_cursor of an earlier page.");
  }
  return NamePage{static_cast<std::size_t>(*limit), std::move(cursor)};
}

void append_page_end(std::string& body, std::size_t limit, std::string_view next_cursor) {
  body.append("],\"limit\":").append(std::to_string(limit)).append(",\"next_cursor\":");
  if (next_cursor.empty()) {
    body += "null";
  } else {
    append_json_string(body, next_cursor);
  }
  body += '}';
}

void list_named(const ResourceKind& kind, const Surface& surface, Exchange& exchange) {
  auto page = name_page(exchange.request());
  if (!page) return exchange.respond(std::move(page.error()));
  exchange.offload(
      [&gateway = surface.gateway, kind, workspace = workspace_of(exchange.request()), page = std::move(*page)] {
        auto found = (gateway.*kind.page)(workspace, page.after, page.limit);
        if (!found) return error_response(found.error());
        Response response;
        response.body.append("{\"").append(kind.collection).append("\":[");
        for (const auto& each : found->rows) {
          response.body.append(&each == &found->rows.front() ? "" : ",").append(each.json);
        }
        append_page_end(response.body, page.limit, found->next);
        return response;
      });
}

}  // namespace reprise::http
