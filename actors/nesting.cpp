#include "actors/nesting.hpp"

namespace reprise::actors {

bool Nesting::allows(const ExecutionId& child, const ExecutionId& parent) {
  const std::lock_guard guard(mutex_);
  const auto above = depths_.find(parent);
  const std::uint32_t depth = above == depths_.end() ? 1 : above->second + 1;
  if (depth > kDeepest) return false;
  if (!depths_.insert_or_assign(child, depth).second) return true;
  order_.push_back(child);
  if (order_.size() > kKnown) {
    depths_.erase(order_.front());
    order_.pop_front();
  }
  return true;
}

}  // namespace reprise::actors
