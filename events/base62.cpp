#include "events/base62.hpp"

#include <array>
#include <cstdint>

namespace reprise {
namespace {

constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::uint32_t kBase = 62;
static_assert(kDigits.size() == kBase);

int value_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 36;
  return -1;
}

}  // namespace

void append_base62(std::string& out, const Uuid& id) {
  auto left = id.bytes;
  std::array<char, kMostBase62> digits;
  std::size_t first = digits.size();
  bool more = true;
  while (more) {
    std::uint32_t rest = 0;
    more = false;
    for (auto& byte : left) {
      const std::uint32_t value = rest << 8 | byte;
      byte = static_cast<std::uint8_t>(value / kBase);
      rest = value % kBase;
      more = more || byte != 0;
    }
    digits[--first] = kDigits[rest];
  }
  out.append(digits.data() + first, digits.size() - first);
}

std::optional<Uuid> parse_base62(std::string_view text) {
  if (text.empty() || text.size() > kMostBase62) return std::nullopt;
  Uuid id;
  for (const char c : text) {
    const int digit = value_of(c);
    if (digit < 0) return std::nullopt;
    auto carry = static_cast<std::uint32_t>(digit);
    for (std::size_t i = id.bytes.size(); i-- > 0;) {
      const std::uint32_t value = id.bytes[i] * kBase + carry;
      id.bytes[i] = static_cast<std::uint8_t>(value & 0xFF);
      carry = value >> 8;
    }
    if (carry != 0) return std::nullopt;
  }
  return id;
}

std::optional<Uuid> parse_workflow_uuid(std::string_view text) {
  if (const auto plain = parse_uuid(text)) return plain;
  if (!text.starts_with(kPrintedWorkflow)) return std::nullopt;
  return parse_base62(text.substr(kPrintedWorkflow.size()));
}

}  // namespace reprise
