// Rows to be written, already in RocksDB's WriteBatch form, so that the journal only concatenates them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reprise::storage {

// The kinds of rows; each is a column family. Numbers are positions in the store's list of families: never renumber.
// docs/formats.md has every key.
enum class Family : std::uint8_t {
  meta = 0,           // store format, identity, partition positions, the sequence check
  chunks = 1,         // execution id | first event id  ->  chunk: the truth; everything below is derived from it
  feed = 2,           // partition | position           ->  execution id | first event id | number of events
  status = 3,         // execution id                   ->  status row, final bytes
  index = 4,          // list | status | ~time | id     ->  nothing
  counters = 5,       // counted list | status          ->  number
  timers = 6,         // due | execution id | timer     ->  nothing
  queue = 7,          // queue | time | id | task       ->  the task as offered to workers
  leases = 8,         // execution id | task            ->  lease end as extended by heartbeats
  calls = 9,          // execution id | task            ->  nothing: an attempt that the server itself carries out
  idempotency = 10,   // workspace | user | key         ->  body hash, execution id
  definitions = 11,   // workspace | workflow | version ->  definition row
  outbox = 12,        // sender | item | kind           ->  what one run owes another, until that one has it
  interactions = 13,  // see projections/             ->  questions to people
  schedules = 14,     // workspace | name               ->  schedule row
  consumers = 15,     // consumer | 0 | partition      ->  how far it has come; see actors/consumer_rows.hpp
};
inline constexpr std::size_t kFamilies = 16;

class RowBatch {
 public:
  void put(Family family, std::string_view key, std::string_view value);
  void del(Family family, std::string_view key);
  // As put, and tells where in bytes() the value begins (the journal patches positions into chunks there).
  std::size_t put_at(Family family, std::string_view key, std::string_view value);

  bool empty() const { return rows_ == 0; }
  std::uint32_t rows() const { return rows_; }
  const std::string& bytes() const { return bytes_; }  // rows only: no WriteBatch header
  std::string& bytes() { return bytes_; }
  void clear() {
    bytes_.clear();
    rows_ = 0;
  }
  void append(const RowBatch& other);

 private:
  std::string bytes_;
  std::uint32_t rows_ = 0;
};

}  // namespace reprise::storage
