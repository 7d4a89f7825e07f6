// Whether a built value can be stored: results are written as JSON text and read back, which both have bounds.
#pragma once

#include <cstdint>

#include "events/json.hpp"

namespace reprise::workflow {

inline constexpr std::uint32_t kMaxResultNesting = 80;  // the context puts a few levels around a result

// Depth, and size as JSON text, roughly. A built value shares its parts, so that it can be larger than what building
// it took.
bool fits_result(const JsonValue& value, std::size_t most_bytes);
// The same for one part of a result after another: what it needs is taken from `room`.
bool take_result(const JsonValue& part, std::size_t& room);

}  // namespace reprise::workflow
