#include "workflow/lambda_text.hpp"

#include <algorithm>

namespace reprise::workflow {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

template <class Wanted>
std::string_view strip(std::string_view text, Wanted wanted) {
  for (auto c = first_character(text); !c.empty() && wanted(c); c = first_character(text)) text.remove_prefix(c.size());
  for (auto c = last_character(text); !c.empty() && wanted(c); c = last_character(text)) text.remove_suffix(c.size());
  return text;
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&out, code](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    tail(0);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

std::uint32_t code_of(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead;
  std::uint32_t code = lead & (0xffu >> (character.size() + 1));
  for (const char c : character.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3fu);
  return code;
}

std::size_t length_in_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

std::string_view first_character(std::string_view text) { return text.substr(0, offset_of_character(text, 1)); }

std::string_view last_character(std::string_view text) {
  if (text.empty()) return text;
  std::size_t at = text.size() - 1;
  while (at > 0 && continues(text[at])) --at;
  return text.substr(at);
}

std::size_t offset_of_character(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  for (; at < text.size() && count > 0; --count) {
    ++at;
    while (at < text.size() && continues(text[at])) ++at;
  }
  return at;
}

bool is_white_space(std::string_view character) {
  if (character.empty()) return false;
  const std::uint32_t code = code_of(character);
  return (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x20) || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
         code == 0x205f || code == 0x3000;
}

std::string_view strip_white_space(std::string_view text) { return strip(text, is_white_space); }

std::string_view strip_characters(std::string_view text, std::string_view characters) {
  return strip(text, [characters](std::string_view c) { return characters.find(c) != characters.npos; });
}

}  // namespace reprise::workflow
