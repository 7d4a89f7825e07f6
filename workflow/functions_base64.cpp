// FN: Base64 and its URL-safe alphabet.
#include <algorithm>
#include <string>

#include "events/base64.hpp"
#include "workflow/functions.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool encode(Evaluation& e, std::string_view name, Arguments a, bool url, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, name, a}.text(0, text) || !e.spend(text.size() / 16)) return false;
  std::string result;
  append_base64(result, text);
  if (url) {
    std::replace(result.begin(), result.end(), '+', '-');
    std::replace(result.begin(), result.end(), '/', '_');
  }
  return e.text(result, out);
}

// As Python's b64decode: characters of no digit are passed over, the padding must be there, and the bytes must be
// UTF-8.
bool decode(Evaluation& e, std::string_view name, Arguments a, bool url, Value& out) {
  const ArgumentReader arguments{e, name, a};
  std::string_view text;
  if (!arguments.text(0, text) || !e.spend(text.size() / 16)) return false;
  std::string result;
  std::uint32_t group = 0;
  std::size_t count = 0;
  std::size_t padding = 0;
  for (char c : text) {
    if (url && c == '-') c = '+';
    if (url && c == '_') c = '/';
    if (c == '=') {
      ++padding;
      if (count % 4 + padding >= 4 && count % 4 >= 2) break;
      continue;
    }
    const int digit = base64_digit(c);
    if (digit < 0) continue;
    padding = 0;
    group = group << 6 | static_cast<std::uint32_t>(digit);
    if (++count % 4 != 0) continue;
    for (int shift = 16; shift >= 0; shift -= 8) result += static_cast<char>(group >> shift & 255);
    group = 0;
  }
  const std::size_t rest = count % 4;
  if (rest == 1 || (rest != 0 && rest + padding < 4)) return arguments.refuse(0, "Base64 text with its padding");
  if (rest == 2) result += static_cast<char>(group >> 4 & 255);
  if (rest == 3) {
    result += static_cast<char>(group >> 10 & 255);
    result += static_cast<char>(group >> 2 & 255);
  }
  if (!valid_utf8(result)) return arguments.refuse(0, "Base64 of UTF-8 text");
  return e.text(result, out);
}

bool to_base64(Evaluation& e, Arguments a, Value& out) { return encode(e, "to_base64", a, false, out); }
bool to_base64url(Evaluation& e, Arguments a, Value& out) { return encode(e, "to_base64url", a, true, out); }
bool from_base64(Evaluation& e, Arguments a, Value& out) { return decode(e, "from_base64", a, false, out); }
bool from_base64url(Evaluation& e, Arguments a, Value& out) { return decode(e, "from_base64url", a, true, out); }

constexpr Function kBase64Functions[] = {{"from_base64", 1, 1, from_base64},
                                         {"from_base64url", 1, 1, from_base64url},
                                         {"to_base64", 1, 1, to_base64},
                                         {"to_base64url", 1, 1, to_base64url}};

}  // namespace

std::span<const Function> base64_functions() { return kBase64Functions; }

}  // namespace reprise::workflow
