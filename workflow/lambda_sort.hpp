// Sorting that can fail: values of some types have no order.
#pragma once

#include <vector>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

struct SortEntry {
  Value element;
  Value weight;  // what is compared
};

// Stable, also when reversed. False when two weights cannot be compared or the steps run out.
bool sort_entries(Evaluation& evaluation, bool reverse, std::vector<SortEntry>& entries);

}  // namespace reprise::workflow
