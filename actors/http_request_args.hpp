// The arguments of core.http_request (contract language.md), read and checked.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "events/json.hpp"

namespace reprise::actors {

struct HttpRequestArgs {
  std::string url;  // with `params` appended
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;  // of payload (JSON) or form_data (urlencoded)
  bool has_body = false;
  std::string content_type;
  std::string user, password;  // basic authentication; empty: none
  long timeout_ms = 10'000;
  bool follow_redirects = false;
  long max_redirects = 20;
  bool verify_ssl = true;
};

// Errors: errc::invalid, naming the argument and what is expected.
Expected<HttpRequestArgs> read_http_request_args(const JsonValue& args);

}  // namespace reprise::actors
