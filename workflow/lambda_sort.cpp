#include "workflow/lambda_sort.hpp"

#include <algorithm>

namespace reprise::workflow {

// Merges runs of doubling length. Not std::stable_sort: a comparison may end the evaluation.
bool sort_entries(Evaluation& evaluation, bool reverse, std::vector<SortEntry>& entries) {
  std::vector<SortEntry> merged(entries.size());
  for (std::size_t width = 1; width < entries.size(); width *= 2) {
    for (std::size_t start = 0; start < entries.size(); start += 2 * width) {
      const std::size_t middle = std::min(start + width, entries.size());
      const std::size_t end = std::min(start + 2 * width, entries.size());
      std::size_t left = start, right = middle;
      for (std::size_t to = start; to < end; ++to) {
        bool take_right = left == middle;
        if (left < middle && right < end) {
          int sign = 0;
          const Value& first = reverse ? entries[left].weight : entries[right].weight;
          const Value& second = reverse ? entries[right].weight : entries[left].weight;
          if (!order(evaluation, "<", first, second, sign)) return false;
          take_right = sign < 0;
        }
        merged[to] = entries[take_right ? right++ : left++];
      }
    }
    entries.swap(merged);
  }
  return true;
}

}  // namespace reprise::workflow
