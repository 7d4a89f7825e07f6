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

}  // namespace reprise::http
