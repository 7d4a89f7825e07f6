// The value of a counter row: the journal writes it, rebuild as well.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/keys.hpp"

namespace reprise::projections {

inline std::string counter_value(std::int64_t count) {
  std::string value;
  storage::append_be64(value, static_cast<std::uint64_t>(count));
  return value;
}

inline std::optional<std::int64_t> parse_counter_value(std::string_view bytes) {
  if (bytes.size() != 8) return std::nullopt;
  return static_cast<std::int64_t>(storage::read_be64(bytes));
}

}  // namespace reprise::projections
