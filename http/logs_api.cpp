// GET /api/executions/{id}/logs and /logs/download.
#include <limits>

#include "events/json.hpp"
#include "events/json_time.hpp"
#include "http/request_check.hpp"
#include "http/run_body.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"
#include "projections/log_lines.hpp"

namespace reprise::http {
namespace {

using projections::LogFilter;
using projections::LogForm;

// A run with more lines than this is read on a thread that may take its time.
constexpr std::uint64_t kFewLines = 2000;

struct Question {
  ExecutionId id;
  std::string workspace;
  LogFilter filter;
};

Checked<Question> question_of(const Request& request) {
  Question question;
  const auto id = execution_id(request);
  if (!id) return tl::unexpected(id.error());
  question.id = *id;
  question.workspace = workspace_of(request);
  auto level = level_parameter(request);
  if (!level) return tl::unexpected(std::move(level.error()));
  question.filter.level = *level;
  auto node = text_parameter(request, "node_id");
  if (!node) return tl::unexpected(std::move(node.error()));
  question.filter.node_id = std::move(*node);
  return question;
}

// {"execution_id":...,"workflow_id":...
std::string opening(const ExecutionId& id, const projections::StatusRow& row) {
  std::string body = "{\"execution_id\":\"";
  append_uuid(body, id);
  body += "\",\"workflow_id\":";
  append_json_string(body, row.workflow_id);
  return body;
}

// What reading the store says: the lines and the run they belong to, an error, or nothing where it would have to wait.
std::optional<Response> logs_page(actors::Gateway& gateway, const Question& question, storage::Reach reach) {
  const bool may_wait = reach == storage::Reach::disk;
  const auto bytes = gateway.queries().status_row(question.id, question.workspace, reach);
  if (!bytes) {
    if (bytes.error().code == errc::would_block && !may_wait) return std::nullopt;
    return error_response(bytes.error(), to_string(question.id));
  }
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return error_response(row.error(), to_string(question.id));
  if (row->log_lines > kFewLines && !may_wait) return std::nullopt;
  const auto page = projections::read_logs(gateway.store(), question.id, question.filter, LogForm::json, reach);
  if (!page) {
    if (page.error().code == errc::would_block && !may_wait) return std::nullopt;
    return error_response(page.error(), to_string(question.id));
  }
  Response response;
  response.body = opening(question.id, *row);
  response.body.append(",\"total_logs\":").append(std::to_string(page->total));
  response.body.append(",\"logs\":[").append(page->lines).append("],\"limit\":");
  response.body.append(std::to_string(question.filter.limit)).append(",\"offset\":");
  response.body.append(std::to_string(question.filter.offset)).append("}");
  return response;
}

void get_logs(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  auto question = question_of(request);
  if (!question) return exchange.respond(std::move(question.error()));
  const auto limit = number_parameter(request, "limit", 1000, 1, 10'000);
  if (!limit) return exchange.respond(limit.error());
  const auto offset = number_parameter(request, "offset", 0, 0, std::numeric_limits<std::int64_t>::max());
  if (!offset) return exchange.respond(offset.error());
  question->filter.limit = *limit;
  question->filter.offset = *offset;
  respond_from_store(exchange, [&gateway = surface.gateway, question = std::move(*question)](storage::Reach reach) {
    return logs_page(gateway, question, reach);
  });
}

Response download(actors::Gateway& gateway, const Question& question, LogForm form) {
  const std::string id = to_string(question.id);
  const auto bytes = gateway.queries().status_row(question.id, question.workspace, storage::Reach::disk);
  if (!bytes) return error_response(bytes.error(), id);
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return error_response(row.error(), id);
  auto page = projections::read_logs(gateway.store(), question.id, question.filter, form, storage::Reach::disk);
  if (!page) return error_response(page.error(), id);
  Response response;
  const bool text = form == LogForm::text;
  response.headers.emplace_back("Content-Disposition",
                                "attachment; filename=\"execution-" + id + (text ? "-logs.txt\"" : "-logs.json\""));
  if (text) {
    response.content_type = "text/plain; charset=utf-8";
    response.body = std::move(page->lines);
    return response;
  }
  response.body = opening(question.id, *row);
  response.body += ",\"started_at\":";
  append_json_time(response.body, row->started_at);
  response.body += ",\"completed_at\":";
  append_json_time(response.body, row->completed_at);
  response.body.append(",\"logs\":[").append(page->lines).append("]}");
  return response;
}

void download_logs(const Surface& surface, Exchange& exchange) {
  auto question = question_of(exchange.request());
  if (!question) return exchange.respond(std::move(question.error()));
  auto wanted = text_parameter(exchange.request(), "format");
  if (!wanted) return exchange.respond(std::move(wanted.error()));
  const std::string format = std::move(*wanted).value_or("text");
  if (format != "text" && format != "json") {
    return exchange.respond(invalid("format must be text or json, not '" + format.substr(0, 64) + "'.").value());
  }
  question->filter.limit = std::numeric_limits<std::size_t>::max();
  const LogForm form = format == "text" ? LogForm::text : LogForm::json;
  exchange.offload([&gateway = surface.gateway, question = std::move(*question), form] {
    return download(gateway, question, form);
  });
}

}  // namespace

void add_log_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/logs", kMayRead, RateClass::read, get_logs);
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/logs/download", kMayRead, RateClass::download,
            download_logs);
}

}  // namespace reprise::http
