#include "actors/directory.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <utility>

namespace reprise::actors {

void Directory::deliver(std::shared_ptr<Envelope> envelope, std::vector<std::shared_ptr<Envelope>> further, Time now) {
  const auto id = envelope->id;
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  auto found = s.entries.find(id);
  if (found == s.entries.end()) {
    found = s.entries.emplace(id, Entry{wake_(id), 0, now}).first;
    size_.fetch_add(1, std::memory_order_relaxed);
  }
  found->second.sent += 1 + further.size();
  found->second.used = now;
  caf::anon_send(found->second.actor, DeliverCommand{std::move(envelope), std::move(further)});
}

void Directory::wake(const ExecutionId& id, Time now) {
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  if (s.entries.contains(id)) return;
  s.entries.emplace(id, Entry{wake_(id), 0, now});
  size_.fetch_add(1, std::memory_order_relaxed);
}

void Directory::write_now(const ExecutionId& id) {
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  const auto found = s.entries.find(id);
  if (found != s.entries.end()) caf::anon_send(found->second.actor, WriteNow{});
}

void Directory::insert(const ExecutionId& id, const ExecutionActor& actor, Time now) {
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  if (s.entries.emplace(id, Entry{actor, 0, now}).second) size_.fetch_add(1, std::memory_order_relaxed);
}

bool Directory::remove_if_idle(const ExecutionId& id, std::uint64_t handled) {
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  const auto found = s.entries.find(id);
  if (found == s.entries.end()) return true;
  if (found->second.sent != handled) return false;
  s.entries.erase(found);
  size_.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

void Directory::remove(const ExecutionId& id) {
  auto& s = shard(id);
  std::lock_guard guard(s.mutex);
  if (s.entries.erase(id) != 0) size_.fetch_sub(1, std::memory_order_relaxed);
}

std::vector<ExecutionActor> Directory::idle(Time before, std::size_t max) const {
  std::vector<std::pair<Time, ExecutionActor>> found;
  const auto live = size();
  const bool crowded = live > max;
  for (const auto& s : shards_) {
    std::lock_guard guard(s.mutex);
    for (const auto& [id, entry] : s.entries) {
      if (crowded || entry.used < before) found.emplace_back(entry.used, entry.actor);
    }
  }
  if (crowded) {
    const auto by_use = [](const auto& a, const auto& b) { return a.first < b.first; };
    const std::size_t wanted = std::min(found.size(), live - max + max / 4);
    std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(wanted) - 1, found.end(), by_use);
    found.resize(wanted);
  }
  std::vector<ExecutionActor> out;
  out.reserve(found.size());
  for (auto& [used, actor] : found) out.push_back(std::move(actor));
  return out;
}

std::vector<ExecutionActor> Directory::all() const {
  std::vector<ExecutionActor> out;
  for (const auto& s : shards_) {
    std::lock_guard guard(s.mutex);
    for (const auto& [id, entry] : s.entries) out.push_back(entry.actor);
  }
  return out;
}

void Directory::clear() {
  for (auto& s : shards_) {
    std::lock_guard guard(s.mutex);
    s.entries.clear();
  }
  size_.store(0, std::memory_order_relaxed);
}

}  // namespace reprise::actors
