#include "workflow/result_size.hpp"

namespace reprise::workflow {
namespace {

bool take(std::size_t bytes, std::size_t& room) {
  if (bytes > room) return false;
  room -= bytes;
  return true;
}

bool measure(const JsonValue& value, std::uint32_t depth, std::size_t& room) {
  constexpr std::size_t kLeast = 4;
  if (depth > kMaxResultNesting) return false;
  if (!take(kLeast + (value.IsString() ? value.GetStringLength() : 0), room)) return false;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!measure(element, depth + 1, room)) return false;
    }
  } else if (value.IsObject()) {
    for (const auto& m : value.GetObject()) {
      if (!take(m.name.GetStringLength(), room) || !measure(m.value, depth + 1, room)) return false;
    }
  }
  return true;
}

}  // namespace

bool fits_result(const JsonValue& value, std::size_t most_bytes) { return measure(value, 1, most_bytes); }

bool take_result(const JsonValue& part, std::size_t& room) { return measure(part, 1, room); }

}  // namespace reprise::workflow
