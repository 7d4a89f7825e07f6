#include "http/run_body.hpp"

#include <optional>

#include "http/auth.hpp"
#include "http/error_body.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {

std::string run_body(std::string_view status_json, std::string_view lines) {
  constexpr std::string_view member = ",\"logs\":[";
  std::string body;
  body.reserve(status_json.size() + member.size() + lines.size() + 2);
  if (!status_json.empty()) status_json.remove_suffix(1);
  body.append(status_json).append(member).append(lines).append("]}");
  return body;
}

void respond_run(Exchange& exchange, const actors::Gateway& gateway, const ExecutionId& id, Headers headers) {
  respond_from_store(exchange,
                     [&gateway, id, workspace = workspace_of(exchange.request()),
                      headers = std::move(headers)](storage::Reach reach) -> std::optional<Response> {
                       Response response;
                       const auto read = gateway.queries().execution(id, workspace, response.body, reach);
                       if (!read) {
                         if (read.error().code == errc::would_block && reach == storage::Reach::cached)
                           return std::nullopt;
                         return error_response(read.error(), to_string(id));
                       }
                       response.headers = headers;
                       return response;
                     });
}

void respond_run(Exchange& exchange, const actors::Gateway& gateway, const actors::Answer& answer, Headers headers) {
  const auto row = projections::parse_status_row(answer.row);
  if (!row) {
    exchange.respond(error_response(row.error(), to_string(answer.id)));
    return;
  }
  if (answer.lines.empty() && row->log_lines > 0) {
    respond_run(exchange, gateway, answer.id, std::move(headers));
    return;
  }
  Response response;
  response.body = run_body(row->json, answer.lines);
  response.headers = std::move(headers);
  exchange.respond(std::move(response));
}

}  // namespace reprise::http
