// The journal: where events become durable. One writer thread takes everything that is waiting and writes it in ONE
// batch with ONE synced write; it never waits for more to come (no linger). Only then listeners hear of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "events/uuid.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::storage {

// A change of one of the numbers that lists print as their total. Summed per batch; the journal keeps the absolute
// value.
struct CounterDelta {
  std::string key;
  std::int64_t delta = 0;
};

// A chunk inside Commit::rows: the journal gives it its position in the partition, patches the position into the
// chunk's bytes and adds the feed row.
struct ChunkSlot {
  std::size_t value_offset = 0;  // of the chunk in rows.bytes(); RowBatch::put_at gave it
  std::uint64_t first_event_id = 0;
  std::uint32_t events = 0;
};

enum class CommitOutcome : std::uint8_t {
  durable,      // written and synced
  not_written,  // nothing of it is stored (errc::unavailable)
  unknown,      // it may or may not be stored (errc::outcome_unknown): reload before deciding anything
};

// What is written as one. Whoever submits derives from it to carry what has to be done afterwards. Owned by the journal
// from submit() until it is handed to the listener.
class Commit {
 public:
  virtual ~Commit() = default;
  ExecutionId id;  // of the chunks' execution or workflow; nil for rows without events
  std::uint16_t partition = 0;
  RowBatch rows;
  std::vector<ChunkSlot> chunks;
  std::vector<CounterDelta> counters;
  // Journal::generation() when the state was loaded that this commit was decided on. A commit of an earlier generation
  // than the journal's present one is settled as not_written: what it builds on may not be stored.
  std::uint64_t generation = 0;

 private:
  friend class Journal;
  Commit* next_ = nullptr;
};

// Hears of every batch, in order, on the journal's thread: must be quick and must not throw. Takes the commits over.
class CommitListener {
 public:
  virtual ~CommitListener() = default;
  virtual void settled(std::vector<std::unique_ptr<Commit>>&& batch, CommitOutcome outcome, const Error& error) = 0;
};

struct JournalStatistics {
  std::uint64_t batches = 0, commits = 0, events = 0, bytes = 0, failures = 0;
  std::uint64_t write_nanoseconds = 0;  // in Store::write
  std::uint64_t slowest_nanoseconds = 0;
  std::vector<std::uint64_t> latency_buckets;  // writes by duration; bounds in kLatencyBounds
};
extern const std::vector<double> kLatencyBounds;  // seconds

class Journal {
 public:
  // `bound`: commits that may wait at most. The listener outlives the journal.
  Journal(Store& store, CommitListener& listener, std::size_t bound = 65'536);
  ~Journal();  // stop()

  void start();  // the writer thread
  void stop();   // writes what is queued, then ends the thread; idempotent

  // Any thread; never blocks. False: the bound is reached (or the journal has stopped) and the commit is given back.
  // `urgent` (cancel, results of accepted work) may go a quarter past the bound. A commit without rows costs no write
  // of its own: it is settled in its turn, when all that was submitted before it is.
  bool submit(std::unique_ptr<Commit>& commit, bool urgent = false);
  std::size_t waiting() const;
  bool failing() const;  // the last write failed and the store has not recovered yet: starts are refused with 503

  // Counts the failed writes: raised before the listener hears of a failure. Any thread.
  std::uint64_t generation() const;
  // Odd while rows and counters may differ, because a batch is being written. Who finds the same even number before
  // reading counters and after opening a cursor has seen both of one moment.
  std::uint64_t phase() const;

  // Without a thread (simulation): writes one batch of what is queued; false when nothing was.
  bool step();

  // The present value of a counter: from memory, else from the store. Any thread.
  std::int64_t counter(std::string_view key) const;
  // The position of the newest durable event of a partition; 0: none.
  std::uint64_t position(std::uint16_t partition) const;
  JournalStatistics statistics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::storage
