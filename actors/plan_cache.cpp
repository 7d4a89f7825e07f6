#include "actors/plan_cache.hpp"

#include <mutex>
#include <utility>

namespace reprise::actors {

namespace {

constexpr std::size_t kVersionsKept = 4096;

void write_key(std::string& key, std::string_view workspace, std::string_view workflow_id, std::uint32_t version) {
  key.assign(workspace);
  key += '\x1f';
  key += workflow_id;
  if (version == 0) return;
  key += '\x1f';
  key += std::to_string(version);
}

}  // namespace

PlanCache::PlanPtr PlanCache::find(std::string_view workspace, std::string_view workflow_id,
                                   std::uint32_t version) const {
  thread_local std::string key;
  write_key(key, workspace, workflow_id, version);
  std::shared_lock guard(mutex_);
  const auto& plans = version == 0 ? newest_ : versions_;
  const auto found = plans.find(key);
  return found == plans.end() ? nullptr : found->second;
}

std::uint64_t PlanCache::changes() const {
  std::shared_lock guard(mutex_);
  return changes_;
}

void PlanCache::add(std::string_view workspace, PlanPtr plan) {
  std::unique_lock guard(mutex_);
  keep(workspace, std::move(plan), false);
}

void PlanCache::add_read(std::string_view workspace, PlanPtr plan, std::uint64_t changes) {
  std::unique_lock guard(mutex_);
  keep(workspace, std::move(plan), changes == changes_);
}

void PlanCache::put(std::string_view workspace, PlanPtr plan) {
  std::unique_lock guard(mutex_);
  ++changes_;
  keep(workspace, std::move(plan), true);
}

void PlanCache::forget_newest(std::string_view workspace, std::string_view workflow_id) {
  std::string key;
  write_key(key, workspace, workflow_id, 0);
  std::unique_lock guard(mutex_);
  ++changes_;
  newest_.erase(key);
}

void PlanCache::keep(std::string_view workspace, PlanPtr plan, bool newest) {
  std::string key;
  if (newest) {
    write_key(key, workspace, plan->workflow_id, 0);
    if (newest_.size() >= kVersionsKept) newest_.erase(newest_.begin());
    newest_[key] = plan;
  }
  write_key(key, workspace, plan->workflow_id, plan->version);
  if (!versions_.emplace(key, std::move(plan)).second) return;
  order_.push_back(std::move(key));
  if (order_.size() > kVersionsKept) {
    versions_.erase(order_.front());
    order_.pop_front();
  }
}

}  // namespace reprise::actors
