// The counters as the journal keeps them: absolute values in memory, loaded at first use. Internal to storage/.
#pragma once

#include <atomic>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "events/error.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::storage {

// One writer (the journal's thread) and any number of readers, who see values of durable batches only.
class Counters {
 public:
  // `bound`: counters kept in memory; the ones not used for longest go first.
  explicit Counters(const Store& store, std::size_t bound = 100'000) : store_(store), half_(bound / 2) {}

  Expected<void> add(std::string_view key, std::int64_t delta);
  void write_rows(RowBatch& rows) const;  // the new values of what add() changed since the last publish or discard
  void publish();                         // they are durable
  void discard();                         // they are not, and nothing in memory is trusted any more

  std::int64_t value(std::string_view key) const;  // any thread

 private:
  struct Entry {
    std::atomic<std::int64_t> durable{0};
    std::int64_t next = 0;
    bool touched = false;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using Map = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

  const Store& store_;
  const std::size_t half_;
  mutable std::shared_mutex mutex_;  // of the maps' shape: of young and old only the writer changes it
  Map young_, old_;                  // what was used since the last turn, and before it
  std::vector<Map::pointer> touched_;
  // What readers asked for and the writer has not touched: as stored.
  mutable std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>> seen_;
  std::uint64_t taken_over_ = 0;  // counts the counters that the writer began to keep
};

}  // namespace reprise::storage
