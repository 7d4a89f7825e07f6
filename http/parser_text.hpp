// The character classes of RFC 9110 and 9112, as one table lookup each.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace reprise::http {

namespace character {
enum Class : std::uint8_t { token = 1, field = 2, target = 4, host = 8 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    std::uint8_t classes = 0;
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    constexpr std::string_view token_marks = "!#$%&'*+-.^_`|~";
    constexpr std::string_view host_marks = "-._~!$&'()*+,;=:[]%";
    const char as_char = static_cast<char>(c);
    if (alphanumeric || (c != 0 && token_marks.find(as_char) != std::string_view::npos)) classes |= token;
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) classes |= field;
    if (c > 0x20 && c < 0x7F && c != '#') classes |= target;
    if (alphanumeric || (c != 0 && host_marks.find(as_char) != std::string_view::npos)) classes |= host;
    table[c] = classes;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> classes = make_classes();

// Characters of a token in lower case; 0 for all others.
constexpr std::array<char, 256> make_token_letters() {
  std::array<char, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    if ((classes[c] & token) != 0) table[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  return table;
}
inline constexpr std::array<char, 256> token_letters = make_token_letters();

constexpr bool is(char c, Class wanted) { return (classes[static_cast<unsigned char>(c)] & wanted) != 0; }

constexpr bool all(std::string_view text, Class wanted) {
  std::uint8_t common = wanted;
  for (const char c : text) common &= classes[static_cast<unsigned char>(c)];
  return common != 0;
}
}  // namespace character

// Whether all of a header's value may stand there: eight bytes at a time, for it is most of what a request is made of.
bool valid_field_text(std::string_view text);

// ASCII only: HTTP's tokens know no other letters.
constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

constexpr bool same_token(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (to_lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

constexpr std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// -1: not a hexadecimal digit.
constexpr int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace reprise::http
