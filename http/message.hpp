// One HTTP request as a handler sees it, and its response.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reprise::http {

enum class Method : std::uint8_t { get, head, post, put, del, patch, options, other };
std::string_view name(Method method);

struct Caller;  // who asks: auth.hpp

// Parsed and decoded. Lives as long as its Exchange.
struct Request {
  Method method = Method::get;
  std::string target;  // as it came
  std::string path;    // without query, percent-decoded once per segment (an encoded slash stays inside its segment)
  std::vector<std::string> segments;                         // of the path, decoded
  std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::vector<std::string> parameters;   // the router's {names}, in order of the pattern
  std::string peer;                      // address of the client
  std::shared_ptr<const Caller> caller;  // set by the gatekeeper before the handler runs

  std::string_view header(std::string_view lower_case_name) const;  // empty: absent; the first where it is repeated
  bool has_header(std::string_view lower_case_name) const;          // whether it came at all, with a value or without
  // The first value of a query parameter; nothing when absent.
  std::optional<std::string_view> parameter(std::string_view query_name) const;
  std::vector<std::string_view> parameters_of(std::string_view query_name) const;
  // The media type of Content-Type without parameters, lower case.
  std::string media_type() const;
};

struct Response {
  int status = 200;
  std::string_view content_type = "application/json";  // a literal
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // further ones
  bool close = false;                                        // close the connection afterwards
  std::string damage;  // found in the store on the way to this answer; for the log, never for the client
};

}  // namespace reprise::http
