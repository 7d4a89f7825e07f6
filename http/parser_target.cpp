#include "http/parser_target.hpp"

#include <cstddef>

#include "http/parser_text.hpp"

namespace reprise::http {
namespace {

constexpr std::string_view kBadEscape = "The request target has a percent sign that is not followed by two hex digits.";
constexpr std::string_view kBadNul = "The request target has an encoded NUL.";
constexpr std::string_view kBadUtf8 = "The request target is not UTF-8 after decoding.";
constexpr std::string_view kBadForm = "The request target is neither a path nor an absolute URI.";

std::string_view decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  bool high = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return kBadEscape;
      const int high_digit = hex_digit(text[i + 1]);
      const int low_digit = hex_digit(text[i + 2]);
      if (high_digit < 0 || low_digit < 0) return kBadEscape;
      c = static_cast<char>(high_digit * 16 + low_digit);
      if (c == '\0') return kBadNul;
      high |= (high_digit & 8) != 0;
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  return high && !valid_utf8(out) ? kBadUtf8 : std::string_view{};
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
      if (const auto fault = decode(segment, false, decoded); !fault.empty()) return fault;
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
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    stock.add_pair(into.query);
    auto& [name, value] = into.query.back();
    if (const auto fault = decode(pair.substr(0, equals), true, name); !fault.empty()) return fault;
    const std::string_view raw = equals < pair.size() ? pair.substr(equals + 1) : std::string_view{};
    if (const auto fault = decode(raw, true, value); !fault.empty()) return fault;
  }
  return {};
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
