#include "events/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace reprise {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static_assert(kDigits.size() == 64 && kUrlDigits.size() == 64);

using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view digits) {
  Values values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<unsigned char>(digits[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}

constexpr Values kValues = values_of(kDigits);
constexpr Values kUrlValues = values_of(kUrlDigits);

// The digits of `bytes`, without padding, into a place that is large enough.
void write_digits(char* to, std::string_view bytes, std::string_view digits) {
  const auto byte = [bytes](std::size_t i) -> std::uint32_t { return static_cast<unsigned char>(bytes[i]); };
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int shift = 18; shift >= 0; shift -= 6) *to++ = digits[group >> shift & 63];
  }
  if (at < bytes.size()) {
    const bool two = at + 2 == bytes.size();
    const std::uint32_t group = byte(at) << 16 | (two ? byte(at + 1) << 8 : 0);
    for (int shift = 18; shift >= (two ? 6 : 12); shift -= 6) *to++ = digits[group >> shift & 63];
  }
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() + 2) / 3 * 4, '=');
  write_digits(out.data() + before, bytes, kDigits);
}

void append_base64url(std::string& out, std::string_view bytes) {
  const std::size_t before = out.size();
  out.resize(before + (bytes.size() * 4 + 2) / 3);
  write_digits(out.data() + before, bytes, kUrlDigits);
}

std::optional<std::string> parse_base64url(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::int8_t value = kUrlValues[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held);
  }
  if (held >= 6 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;
  return bytes;
}

int base64_digit(char c) { return kValues[static_cast<unsigned char>(c)]; }

}  // namespace reprise
