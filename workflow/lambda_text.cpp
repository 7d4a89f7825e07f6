#include "workflow/lambda_text.hpp"

#include "workflow/unicode.hpp"

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
  std::size_t at = 0;
  const char32_t code = next_character(character, at);
  return (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x20) || code == 0x85 || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f ||
         code == 0x205f || code == 0x3000;
}

std::string_view strip_white_space(std::string_view text) { return strip(text, is_white_space); }

std::string_view strip_characters(std::string_view text, std::string_view characters) {
  return strip(text, [characters](std::string_view c) { return characters.find(c) != characters.npos; });
}

}  // namespace reprise::workflow
