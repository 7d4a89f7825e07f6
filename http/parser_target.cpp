#include "http/parser_target.hpp"

#include <cstddef>

#include "http/form.hpp"
#include "http/parser_text.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kBadEscape = "The request target has a percent sign that is not followed by two hex digits.";
constexpr std::string_view kBadNul = "The request target has an encoded NUL.";
constexpr std::string_view kBadUtf8 = "The request target is not UTF-8 after decoding.";
constexpr std::string_view kBadForm = "The request target is neither a path nor an absolute URI.";

// The sentence of what is wrong; empty: nothing is.
std::string_view decode(std::string_view text, Encoded where, std::string& out) {
  switch (percent_decode(text, where, out)) {
    case Decoding::done: break;
    case Decoding::bad_escape: return kBadEscape;
    case Decoding::nul: return kBadNul;
    case Decoding::no_utf8: return kBadUtf8;
  }
  return {};
}

std::string_view read_path(std::string_view path, Request& into, RequestStock& stock) {
  if (path.size() == 1) {
    into.path.assign(path);
    return {};
  }
  const bool plain = path.find('%') == std::string_view::npos;
  if (plain) into.path.assign(path);
  for (std::size_t at = 0; at < path.size();) {
    const std::size_t begin = at + 1;
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view segment = path.substr(begin, end - begin);
    stock.add_string(into.segments);
    std::string& decoded = into.segments.back();
    if (plain) {
      decoded.assign(segment);
    } else {
      if (const auto fault = decode(segment, Encoded::path, decoded); !fault.empty()) return fault;
      into.path += '/';
      for (const char c : decoded) {
        if (c == '/') {
          into.path += "%2F";
        } else {
          into.path += c;
        }
      }
    }
    at = end;
  }
  return {};
}

std::string_view read_query(std::string_view query, Request& into, RequestStock& stock) {
  std::string_view fault;
  each_encoded_pair(query, [&](std::string_view raw_name, std::string_view raw_value) {
    stock.add_pair(into.query);
    auto& [name, value] = into.query.back();
    fault = decode(raw_name, Encoded::query, name);
    if (fault.empty()) fault = decode(raw_value, Encoded::query, value);
    return fault.empty();
  });
  return fault;
}

// What follows the authority of an absolute URI; nothing when `target` is none.
bool strip_authority(std::string_view& target) {
  const std::size_t colon = target.find("://");
  if (colon == std::string_view::npos) return false;
  const std::string_view scheme = target.substr(0, colon);
  if (!same_token(scheme, "http") && !same_token(scheme, "https")) return false;
  target.remove_prefix(colon + 3);
  const std::size_t end = std::min(target.find_first_of("/?"), target.size());
  const std::string_view authority = target.substr(0, end);
  if (authority.empty() || !character::all(authority, character::host)) return false;
  target.remove_prefix(end);
  return true;
}

}  // namespace

std::string_view read_target(std::string_view target, Method method, Request& into, RequestStock& stock) {
  if (!character::all(target, character::target)) return "The request target has a character that must be encoded.";
  if (target == "*") {
    if (method != Method::options) return kBadForm;
    into.path.assign(target);
    return {};
  }
  if (target.front() != '/' && !strip_authority(target)) return kBadForm;
  const std::size_t mark = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, mark);
  if (path.empty()) path = "/";
  if (const auto fault = read_path(path, into, stock); !fault.empty()) return fault;
  return mark < target.size() ? read_query(target.substr(mark + 1), into, stock) : std::string_view{};
}

}  // namespace reprise::http
