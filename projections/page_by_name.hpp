// A page of what is listed by name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace reprise::projections {

// Rows that one page looks at, those of deleted ones too.
inline constexpr std::size_t kNamesLookedAt = 10'000;

// It may be short, or empty, although more follow: deleted ones keep their rows, and are left out.
template <class Row>
struct PageByName {
  std::vector<Row> rows;
  std::string next;  // the name to go on after; empty: there are no more
};

}  // namespace reprise::projections
