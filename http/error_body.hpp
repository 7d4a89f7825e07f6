// Errors as the surfaces show them. The Workflow API and the engine's own: {detail, error_code, execution_id?};
// /workflow-executions: {detail}.
#pragma once

#include <string>
#include <string_view>

#include "events/error.hpp"
#include "http/message.hpp"

namespace reprise::http {

// How a code is shown: HTTP status and error_code.
struct ErrorKind {
  int status;
  std::string_view code;
};
ErrorKind kind_of(errc code);

// What the log is told of an error that is damage of the store; empty for every other.
std::string damage_of(const Error& error);

// Faults of the server itself show their code's sentence only, never a detail: it may tell of the inside. That
// of damage is kept in Response::damage.
Response error_response(const Error& error, std::string_view execution_id = {});
Response error_response(int status, std::string_view error_code, std::string_view detail,
                        std::string_view execution_id = {});
// With the faults of a definition: a JSON array.
Response faults_response(const Error& error, std::string_view faults);

// {detail}, of /workflow-executions and /webhooks.
Response detail_response(int status, std::string_view detail);
Response detail_response(const Error& error);
bool of_workflow_executions(std::string_view path);

// A refusal in the shape of the surface that `path` belongs to.
Response refusal(std::string_view path, int status, std::string_view error_code, std::string_view detail);
// What the HTTP server answers by itself, likewise; RFC 9457 outside of the surfaces.
Response server_error(std::string_view path, int status, std::string_view sentence);

}  // namespace reprise::http
