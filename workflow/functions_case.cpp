// FN: text spelled another way: upper and lower case, slugs, percent-encoding.
#include <string>

#include "workflow/functions.hpp"
#include "workflow/html_text.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

template <std::string (*map)(std::string_view)>
bool mapped(Evaluation& e, std::string_view name, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, name, a}.text(0, text) || !e.spend(text.size() / 16)) return false;
  return e.text(map(text), out);
}

bool lowercase(Evaluation& e, Arguments a, Value& out) { return mapped<to_lower>(e, "lowercase", a, out); }
bool uppercase(Evaluation& e, Arguments a, Value& out) { return mapped<to_upper>(e, "uppercase", a, out); }
bool capitalize(Evaluation& e, Arguments a, Value& out) { return mapped<to_capitalized>(e, "capitalize", a, out); }
bool titleize(Evaluation& e, Arguments a, Value& out) { return mapped<to_title>(e, "titleize", a, out); }

bool digit(char c) { return c >= '0' && c <= '9'; }

// Letters in their ASCII spelling and lower case, digits, and a dash for whatever lies between them.
std::string slug(std::string_view text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_character(text, at);
    if (c < 0x80) {
      plain += static_cast<char>(c);
    } else if (const char* spelling = ascii_spelling(c)) {
      plain += spelling;
    } else if (c < 0x300 || c > 0x36f) {  // accents that stand apart leave no trace
      plain += ' ';
    }
  }
  plain = to_lower(decode_html(plain));
  std::string out;
  bool dash = false;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    const char c = plain[i];
    if (c == ',' && i > 0 && digit(plain[i - 1]) && i + 1 < plain.size() && digit(plain[i + 1])) continue;
    if (!digit(c) && !(c >= 'a' && c <= 'z')) {
      dash = true;
      continue;
    }
    if (dash && !out.empty()) out += '-';
    dash = false;
    out += c;
  }
  return out;
}

bool slugify(Evaluation& e, Arguments a, Value& out) { return mapped<slug>(e, "slugify", a, out); }

// urllib.parse.quote: all but letters, digits and _.-~/ .
bool url_encode(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "url_encode", a}.text(0, text) || !e.spend(text.size() / 16)) return false;
  std::string result;
  for (const char c : text) {
    const bool plain = digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("_.-~/").find(c) != std::string_view::npos;
    if (plain) {
      result += c;
      continue;
    }
    constexpr char digits[] = "0123456789ABCDEF";
    result += '%';
    result += digits[static_cast<unsigned char>(c) >> 4];
    result += digits[c & 15];
  }
  return e.text(result, out);
}

int hex_value(char c) {
  if (digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// urllib.parse.unquote: what is no %XX stays, bytes that are no UTF-8 become U+FFFD.
bool url_decode(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "url_decode", a}.text(0, text) || !e.spend(text.size() / 16)) return false;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      bytes += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      bytes += text[i];
    }
  }
  if (valid_utf8(bytes)) return e.text(bytes, out);
  std::string result;
  for (std::size_t at = 0; at < bytes.size();) append_character(result, next_character(bytes, at));
  return e.text(result, out);
}

constexpr Function kCaseFunctions[] = {
    {"capitalize", 1, 1, capitalize}, {"lowercase", 1, 1, lowercase}, {"slugify", 1, 1, slugify},
    {"titleize", 1, 1, titleize},     {"uppercase", 1, 1, uppercase}, {"url_decode", 1, 1, url_decode},
    {"url_encode", 1, 1, url_encode},
};

}  // namespace

std::span<const Function> case_functions() { return kCaseFunctions; }

}  // namespace reprise::workflow
