// A hash that agrees with Python's ==: 1, 1.0 and True are one, the order of a dict's members does not matter.
#pragma once

#include <cstdint>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

// Costs steps by size. False: the evaluation says why.
bool hash_value(Evaluation& evaluation, const JsonValue& value, std::uint64_t& out);

}  // namespace reprise::workflow
