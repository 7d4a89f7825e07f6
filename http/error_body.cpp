#include "http/error_body.hpp"

#include "events/json.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kRetrySeconds = "1";

// Details of these come from below and may name files or rows.
bool shows_detail(errc code) {
  switch (code) {
    case errc::corrupt:
    case errc::unsupported_version:
    case errc::store_in_use:
    case errc::would_block:
    case errc::io:
    case errc::internal:
    case errc::unavailable:
    case errc::outcome_unknown: return false;
    default: return true;
  }
}

std::string detail_of(const Error& error) {
  if (error.detail.empty() || !shows_detail(error.code)) return std::string(sentence(error.code));
  std::string detail = error.detail;
  if (!error.where.empty() && detail.find(error.where) == std::string::npos) {
    detail.append(" (at ").append(error.where).append(")");
  }
  return detail;
}

std::string_view code_of(int status) {
  switch (status) {
    case 400: return "BAD_REQUEST";
    case 401: return "UNAUTHORIZED";
    case 403: return "FORBIDDEN";
    case 404: return "NOT_FOUND";
    case 405: return "METHOD_NOT_ALLOWED";
    case 406: return "NOT_ACCEPTABLE";
    case 408: return "REQUEST_TIMEOUT";
    case 411: return "LENGTH_REQUIRED";
    case 413: return "PAYLOAD_TOO_LARGE";
    case 414: return "URI_TOO_LONG";
    case 415: return "UNSUPPORTED_MEDIA_TYPE";
    case 417: return "EXPECTATION_FAILED";
    case 429: return "RATE_LIMITED";
    case 431: return "HEADERS_TOO_LARGE";
    case 501: return "NOT_IMPLEMENTED";
    case 503: return "UNAVAILABLE";
    case 505: return "HTTP_VERSION_NOT_SUPPORTED";
    default: return status >= 500 ? "INTERNAL" : "BAD_REQUEST";
  }
}

std::string_view title_of(int status) {
  switch (status) {
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 411: return "Length Required";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 431: return "Request Header Fields Too Large";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return status >= 500 ? "Internal Server Error" : "Bad Request";
  }
}

void add_headers(Response& response) {
  if (response.status == 503) response.headers.emplace_back("Retry-After", kRetrySeconds);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
}

std::string body_of(std::string_view error_code, std::string_view detail, std::string_view execution_id) {
  std::string body = "{\"detail\":";
  append_json_string(body, detail);
  body += ",\"error_code\":";
  append_json_string(body, error_code);
  if (!execution_id.empty()) {
    body += ",\"execution_id\":";
    append_json_string(body, execution_id);
  }
  body += '}';
  return body;
}

}  // namespace

ErrorKind kind_of(errc code) {
  switch (code) {
    case errc::ok: break;
    case errc::malformed: return {400, "MALFORMED_JSON"};
    case errc::invalid:
    case errc::definition_faults:
    case errc::inputs_rejected: return {422, "VALIDATION_ERROR"};
    case errc::expression: return {422, "EXPRESSION_ERROR"};
    case errc::not_found_workflow: return {404, "WORKFLOW_NOT_FOUND"};
    case errc::not_found_execution: return {404, "EXECUTION_NOT_FOUND"};
    case errc::not_found: return {404, "NOT_FOUND"};
    case errc::wrong_state: return {400, "INVALID_STATE"};
    case errc::idempotency_conflict: return {409, "IDEMPOTENCY_KEY_REUSED"};
    case errc::stale: return {409, "STALE"};
    case errc::duplicate: return {409, "DUPLICATE"};
    case errc::unauthorized: return {401, "UNAUTHORIZED"};
    case errc::forbidden: return {403, "FORBIDDEN"};
    case errc::rate_limited: return {429, "RATE_LIMITED"};
    case errc::too_large: return {413, "PAYLOAD_TOO_LARGE"};
    case errc::busy: return {503, "BUSY"};
    case errc::unavailable: return {503, "UNAVAILABLE"};
    case errc::outcome_unknown: return {503, "OUTCOME_UNKNOWN"};
    case errc::shutting_down: return {503, "SHUTTING_DOWN"};
    case errc::corrupt: return {500, "STORE_DAMAGED"};
    case errc::unsupported_version:
    case errc::store_in_use:
    case errc::would_block:
    case errc::io:
    case errc::internal: break;
  }
  return {500, "INTERNAL"};
}

std::string damage_of(const Error& error) {
  if (error.code != errc::corrupt) return {};
  std::string damage = error.detail.empty() ? std::string(sentence(error.code)) : error.detail;
  if (!error.where.empty()) damage.append(" (at ").append(error.where).append(")");
  return damage;
}

Response error_response(int status, std::string_view error_code, std::string_view detail,
                        std::string_view execution_id) {
  Response response;
  response.status = status;
  response.body = body_of(error_code, detail, execution_id);
  add_headers(response);
  return response;
}

Response error_response(const Error& error, std::string_view execution_id) {
  const ErrorKind kind = kind_of(error.code);
  Response response = error_response(kind.status, kind.code, detail_of(error), execution_id);
  response.damage = damage_of(error);
  return response;
}

Response faults_response(const Error& error, std::string_view faults) {
  Response response = error_response(error);
  if (faults.empty()) return response;
  response.body.pop_back();
  response.body.append(",\"errors\":").append(faults).append("}");
  return response;
}

Response detail_response(int status, std::string_view detail) {
  Response response;
  response.status = status;
  response.body = "{\"detail\":";
  append_json_string(response.body, detail);
  response.body += '}';
  add_headers(response);
  return response;
}

Response detail_response(const Error& error) {
  if (error.code == errc::not_found_execution) return detail_response(404, "Workflow execution not found");
  if (error.code == errc::not_found_workflow) return detail_response(404, "Invalid workflow ID");
  Response response = detail_response(kind_of(error.code).status, detail_of(error));
  response.damage = damage_of(error);
  return response;
}

bool of_workflow_executions(std::string_view path) {
  for (const std::string_view prefix : {"/workflow-executions", "/webhooks"}) {
    if (path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/')) return true;
  }
  return false;
}

Response refusal(std::string_view path, int status, std::string_view error_code, std::string_view detail) {
  if (of_workflow_executions(path)) return detail_response(status, detail);
  return error_response(status, error_code, detail);
}

Response server_error(std::string_view path, int status, std::string_view sentence) {
  if (of_workflow_executions(path)) return detail_response(status, sentence);
  if (path == "/api" || path.starts_with("/api/")) return error_response(status, code_of(status), sentence);
  Response response;
  response.status = status;
  response.content_type = "application/problem+json";
  response.body = "{\"type\":\"about:blank\",\"title\":";
  append_json_string(response.body, title_of(status));
  response.body += ",\"status\":" + std::to_string(status) + ",\"detail\":";
  append_json_string(response.body, sentence);
  response.body += '}';
  add_headers(response);
  return response;
}

}  // namespace reprise::http
