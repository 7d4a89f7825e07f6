// Percent-encoding, and pairs of names and values written with it: queries, and forms (application/
// x-www-form-urlencoded, as the URL Standard of WHATWG has it in section 5). Pure, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace reprise::http {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Where the text stands. In a path a plus is a plus, elsewhere a space; only a form may have an encoded NUL.
enum class Encoded : std::uint8_t { path, query, form };
enum class Decoding : std::uint8_t { done, bad_escape, nul, no_utf8 };
// Overwrites `out`, so that its memory is used again; what it holds is of no use unless it is done.
Decoding percent_decode(std::string_view text, Encoded where, std::string& out);

// Calls take(name, value) with each pair as it is written, empty ones left out, until it gives false.
template <class Take>
bool each_encoded_pair(std::string_view text, Take&& take) {
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(pair.size() < text.size() ? pair.size() + 1 : pair.size());
    if (pair.empty()) continue;
    const std::string_view name = pair.substr(0, pair.find('='));
    if (!take(name, name.size() < pair.size() ? pair.substr(name.size() + 1) : std::string_view())) return false;
  }
  return true;
}

// In the order of the text. Nothing: an escape is cut off, or a name or value is no UTF-8.
std::optional<Pairs> parse_form(std::string_view body);

// {"name": "value"} in the order of first appearance; a name that is repeated has a list.
std::string json_of(const Pairs& pairs);

}  // namespace reprise::http
