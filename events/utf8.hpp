// UTF-8 as RFC 3629 has it: shortest forms only, no surrogates, nothing beyond U+10FFFF. Whatever asks whether bytes
// are text asks here.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reprise {

// Bytes of the character beyond ASCII at the front, 2 to 4; 0: there is no whole one. Always inline, since JSON strings
// are written through it: called, it makes those beyond ASCII take thrice as long.
[[gnu::always_inline]] inline std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned lead = byte(0), second = byte(1);
  // The second byte's range is what keeps out longer forms than needed, surrogates and what lies beyond (section 4).
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!tail(1) || !tail(2) || (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
      return 0;
    }
    return 4;
  }
  return 0;
}

bool valid_utf8(std::string_view text);

// U+FFFD for what is no character: a surrogate, or a number beyond U+10FFFF.
void append_character(std::string& out, char32_t c);

}  // namespace reprise
