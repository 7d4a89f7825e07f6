#include "events/nearest_name.hpp"

#include <algorithm>
#include <vector>

namespace reprise {
namespace {

constexpr std::size_t kLongest = 40;  // of a name that is compared: the time goes with its length

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

NearestName::NearestName(std::string_view name) : name_(name), least_(std::max<std::size_t>(2, name.size() / 3 + 1)) {}

void NearestName::offer(std::string_view known) {
  if (name_.size() > kLongest) return;
  const std::size_t distance = edit_distance(name_, known);
  if (distance >= least_) return;
  least_ = distance;
  found_ = known;
}

}  // namespace reprise
