#include "storage/counters.hpp"

#include <mutex>

#include "storage/keys.hpp"

namespace reprise::storage {

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
  young_.clear();
  old_.clear();
}

std::int64_t Counters::value(std::string_view key) const {
  {
    const std::shared_lock lock(mutex_);
    for (const Map* map : {&young_, &old_})
      if (const auto at = map->find(key); at != map->end()) return at->second.durable.load(std::memory_order_relaxed);
  }
  std::string bytes;
  store_.get(Family::counters, key, bytes).value_or(false);
  return parse_counter_value(bytes);
}

}  // namespace reprise::storage
