// Errors as the Workflow API and the engine's own API show them: {detail, error_code, execution_id?}.
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

// Faults of the server itself show their code's sentence only, never a detail: it may tell of the inside.
Response error_response(const Error& error, std::string_view execution_id = {});
Response error_response(int status, std::string_view error_code, std::string_view detail,
                        std::string_view execution_id = {});
// With the faults of a definition: a JSON array.
Response faults_response(const Error& error, std::string_view faults);

// What the HTTP server answers by itself, in the shape of the surface that `path` belongs to; RFC 9457 outside of them.
Response server_error(std::string_view path, int status, std::string_view sentence);

}  // namespace reprise::http
