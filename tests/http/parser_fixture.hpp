// Feeds a parser the way a connection does and writes down what it says, so that two ways of feeding can be compared.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "http/parser.hpp"

namespace reprise::http::test {

struct Verdict {
  int status = 0;     // of a failure; 0: none
  bool done = false;  // else: more is wanted
  std::size_t used = 0;
  std::string text;  // everything that was understood

  bool operator==(const Verdict&) const = default;
};

inline std::string describe(const Request& request, const RequestParser& parser) {
  std::string text(name(request.method));
  const auto add = [&text](std::string_view what) { text.append("|").append(what); };
  add(request.target);
  add(request.path);
  for (const auto& segment : request.segments) add("/" + segment);
  for (const auto& [key, value] : request.query) add("?" + key + "=" + value);
  for (const auto& [key, value] : request.headers) add(key + ": " + value);
  add(request.body);
  add(parser.keep_alive() ? "keep" : "close");
  return text;
}

// `next_piece` says how many bytes come at once.
template <class F>
Verdict parse(std::string_view bytes, const ParserLimits& limits, F&& next_piece) {
  RequestParser parser(limits);
  Request request;
  RequestStock stock;
  parser.start(request, stock);
  Verdict verdict;
  while (verdict.used < bytes.size()) {
    const std::size_t size = next_piece(bytes.size() - verdict.used);
    const std::size_t used = parser.feed(bytes.substr(verdict.used, size));
    verdict.used += used;
    if (parser.state() == RequestParser::State::failed) {
      verdict.status = parser.fault_status();
      verdict.text = parser.fault_sentence();
      verdict.used = 0;  // whatever follows is not read, so it does not matter where it was noticed
      return verdict;
    }
    if (parser.state() == RequestParser::State::done) {
      verdict.done = true;
      verdict.text = describe(request, parser);
      return verdict;
    }
    if (used != size) {
      verdict.text = "bytes are left over though the request is not complete";
      return verdict;
    }
  }
  return verdict;
}

inline Verdict parse_at_once(std::string_view bytes, const ParserLimits& limits = {}) {
  return parse(bytes, limits, [](std::size_t left) { return left; });
}
inline Verdict parse_byte_by_byte(std::string_view bytes, const ParserLimits& limits = {}) {
  return parse(bytes, limits, [](std::size_t) { return std::size_t{1}; });
}

}  // namespace reprise::http::test
