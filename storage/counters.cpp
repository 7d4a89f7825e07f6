#include "storage/counters.hpp"

#include <mutex>

#include "storage/keys.hpp"

namespace reprise::storage {

namespace {

constexpr std::size_t kSeen = 10'000;

}  // namespace

Expected<void> Counters::add(std::string_view key, std::int64_t delta) {
  auto at = young_.find(key);
  if (at == young_.end()) {
    if (const auto aged = old_.find(key); aged != old_.end()) {
      const std::unique_lock lock(mutex_);
      at = young_.insert(old_.extract(aged)).position;
    } else {
      std::string bytes;
      const auto found = store_.get(Family::counters, key, bytes);
      if (!found) return tl::unexpected(found.error());
      const std::unique_lock lock(mutex_);
      ++taken_over_;
      if (const auto seen = seen_.find(key); seen != seen_.end()) seen_.erase(seen);
      at = young_.try_emplace(std::string(key)).first;
      at->second.next = parse_counter_value(bytes);
      at->second.durable.store(at->second.next, std::memory_order_relaxed);
    }
  }
  Entry& entry = at->second;
  if (!entry.touched) {
    entry.touched = true;
    touched_.push_back(&*at);
  }
  entry.next += delta;
  return {};
}

void Counters::write_rows(RowBatch& rows) const {
  for (const auto* counter : touched_)
    if (counter->second.next != counter->second.durable.load(std::memory_order_relaxed))
      rows.put(Family::counters, counter->first, counter_value(counter->second.next));
}

void Counters::publish() {
  for (auto* counter : touched_) {
    counter->second.durable.store(counter->second.next, std::memory_order_relaxed);
    counter->second.touched = false;
  }
  touched_.clear();
  if (young_.size() < half_) return;
  Map gone;
  const std::unique_lock lock(mutex_);
  gone.swap(old_);
  old_.swap(young_);
}

void Counters::discard() {
  touched_.clear();
  const std::unique_lock lock(mutex_);
  ++taken_over_;
  seen_.clear();
  young_.clear();
  old_.clear();
}

std::int64_t Counters::value(std::string_view key) const {
  std::uint64_t taken_over = 0;
  {
    const std::shared_lock lock(mutex_);
    taken_over = taken_over_;
    for (const Map* map : {&young_, &old_})
      if (const auto at = map->find(key); at != map->end()) return at->second.durable.load(std::memory_order_relaxed);
    if (const auto at = seen_.find(key); at != seen_.end()) return at->second;
  }
  std::string bytes;
  const auto found = store_.get(Family::counters, key, bytes);
  const std::int64_t value = parse_counter_value(bytes);
  if (!found) return value;
  const std::unique_lock lock(mutex_);
  // The writer may have taken a counter over and moved it on while this thread read.
  if (taken_over != taken_over_) return value;
  if (seen_.size() >= kSeen) seen_.clear();
  seen_.try_emplace(std::string(key), value);
  return value;
}

}  // namespace reprise::storage
