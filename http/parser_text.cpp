#include "http/parser_text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace reprise::http {

bool valid_field_text(std::string_view text) {
  constexpr std::uint64_t ones = 0x0101010101010101u;
  constexpr std::uint64_t tops = ones * 0x80;
  const auto has_zero = [](std::uint64_t x) { return (x - ones) & ~x & tops; };
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data(), sizeof x);
    // Bytes below 0x20, or equal to 0x7F. A tab is below too, so what is found here is looked at again.
    const std::uint64_t suspicious = ((x - ones * 0x20) & ~x & tops) | has_zero(x ^ (ones * 0x7F));
    if (suspicious != 0 && !character::all(text.substr(0, sizeof x), character::field)) return false;
    text.remove_prefix(sizeof x);
  }
  return character::all(text, character::field);
}

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    if (first < 0x80) {
      ++i;
      continue;
    }
    // RFC 3629, 4: the second byte's range depends on the first, so that no form is longer than it must be, no
    // surrogate is encoded, and nothing lies beyond U+10FFFF.
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
      length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
      length = 3;
      if (first == 0xE0) low = 0xA0;
      if (first == 0xED) high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
      length = 4;
      if (first == 0xF0) low = 0x90;
      if (first == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (length > text.size() - i) return false;
    for (std::size_t k = 1; k < length; ++k) {
      const auto c = static_cast<unsigned char>(text[i + k]);
      if (c < low || c > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += length;
  }
  return true;
}

}  // namespace reprise::http
