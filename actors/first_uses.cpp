#include "actors/first_uses.hpp"

namespace reprise::actors {

std::shared_ptr<const FirstUses::Use> FirstUses::find(const std::string& row_key) const {
  std::lock_guard guard(mutex_);
  const auto found = under_way_.find(row_key);
  return found == under_way_.end() ? nullptr : found->second.use;
}

void FirstUses::begin(std::string row_key, Use use) {
  auto shared = std::make_shared<const Use>(std::move(use));
  std::lock_guard guard(mutex_);
  under_way_.emplace(std::move(row_key), UnderWay{std::move(shared), {}});
}

bool FirstUses::follow(const std::string& row_key, Ticket ticket, Duration wait) {
  std::lock_guard guard(mutex_);
  const auto found = under_way_.find(row_key);
  if (found == under_way_.end()) return false;
  found->second.followers.emplace_back(ticket, wait);
  return true;
}

std::pair<ExecutionId, FirstUses::Followers> FirstUses::end(const std::string& row_key) {
  std::lock_guard guard(mutex_);
  const auto found = under_way_.find(row_key);
  if (found == under_way_.end()) return {};
  std::pair ended(found->second.use->id, std::move(found->second.followers));
  under_way_.erase(found);
  return ended;
}

}  // namespace reprise::actors
