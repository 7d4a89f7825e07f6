// The request target: its form (RFC 9112, 3.2), and its path and query decoded.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/parser_stock.hpp"

namespace reprise::http {

// Fills path, segments and query from `target`. Empty: done; else the sentence of a 400.
//
// The root has no segment; every other path has one for each slash, so that an empty one (`//`, a slash at the end) is
// seen. `path` shows a slash that came encoded as %2F: it separates nothing.
std::string_view read_target(std::string_view target, Method method, Request& into, RequestStock& stock);

}  // namespace reprise::http
