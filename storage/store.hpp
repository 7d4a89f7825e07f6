// The RocksDB database of one server: opening it safely, reading rows, writing whole batches.
//
// Thread rules: reads from any thread. Writes come from the journal's one writer thread (and from offline tools).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "storage/row_batch.hpp"

namespace rocksdb {
class Env;
}

namespace reprise::storage {

inline constexpr std::uint32_t kStoreFormat = 1;

// The row of Family::meta that is there while rows are made again: until it is deleted, the store is only for that.
inline constexpr std::string_view kRebuildMark = "rebuilding";

struct StoreOptions {
  std::string path;
  bool create_if_missing = true;
  std::uint16_t partitions = 16;           // of a new store; an existing one keeps its own
  rocksdb::Env* env = nullptr;             // null: the operating system. Tests give one that loses what was not synced
  std::size_t memory_budget = 160u << 20;  // block cache and write buffers together, bytes
  bool read_only_tools = false;            // an offline tool: smaller buffers, no background compaction
  bool unfinished_rebuild = false;         // opens a store with kRebuildMark: to make its rows again
  std::optional<std::uint64_t> seed;       // simulations: identity and secret are drawn from it, not from the system
};

// Whether a read may go to the disk. `cached` answers errc::would_block instead of waiting for it, and for a row
// without a value always.
enum class Reach : std::uint8_t { cached, disk };

// What the store did beside the writes that were asked for, since it was opened or recovered.
struct BackgroundWork {
  std::uint64_t flushed_bytes = 0;  // of rows, before compression
  // Of rows that were read to be written again; divided by flushed_bytes: how often each was.
  std::uint64_t compacted_bytes = 0;
  double compaction_seconds = 0;  // processor time
};

class Store {
 public:
  // Opens or creates. Errors: store_in_use, unsupported_version (a newer format, foreign database), corrupt (damaged,
  // acknowledged data missing: the persisted sequence is checked; a rebuild was not finished), io. Each detail says
  // what to do.
  static Expected<std::unique_ptr<Store>> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;

  std::uint16_t partitions() const;
  const std::string& identity() const;  // a UUID drawn at creation
  const std::string& secret() const;    // 32 random bytes drawn at creation: signs task tokens
  std::uint64_t opened() const;         // how often the store was opened, this time included

  // The value, or not_found; would_block with Reach::cached when it is not in memory; corrupt/io otherwise.
  Expected<std::string> get(Family family, std::string_view key, Reach reach = Reach::disk) const;
  // The same appended to `out`, without a copy between: false when there is no such row.
  Expected<bool> get(Family family, std::string_view key, std::string& out, Reach reach = Reach::disk) const;
  // As many answers as keys; an absent row gives an empty optional.
  Expected<std::vector<std::optional<std::string>>> multi_get(Family family, const std::vector<std::string>& keys,
                                                              Reach reach = Reach::disk) const;

  // Rows of one family in key order over a consistent view. Always check status() after the last row. Not for longer
  // than a request: a cursor keeps the database open, also past ~Store, and holds recover() up.
  class Cursor {
   public:
    ~Cursor();
    Cursor(Cursor&&) noexcept;
    void seek(std::string_view key);         // to the first row at or after key
    void seek_before(std::string_view key);  // to the last row before key
    void next();
    void previous();
    // Of a bounded cursor: rows at or after `end` are none, from the next seek() on. What was deleted behind it is not
    // waded through.
    void bound(std::string_view end);
    bool valid() const;
    std::string_view key() const;  // until the cursor moves
    std::string_view value() const;
    Expected<void> status() const;  // would_block, corrupt, io

   private:
    friend class Store;
    struct Impl;
    static Cursor open(const Store& store, Family family, Reach reach, bool bounded);
    explicit Cursor(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
  };
  Cursor cursor(Family family, Reach reach = Reach::disk) const;
  Cursor bounded_cursor(Family family, Reach reach = Reach::disk) const;  // has no rows before bound() and seek()

  // Writes all rows or none; returns when they are synced. `rows` is concatenated RowBatch bytes after 12 bytes of room
  // for RocksDB's header; it is given back empty, with its memory, for the next batch. Errors: unavailable (nothing
  // written: disk full), outcome_unknown (an I/O error half-way).
  Expected<void> write(std::string& rows, std::uint32_t count);
  // After a failed write: tries to bring the database back to service. unavailable while the cause lasts.
  Expected<void> recover();
  // After recover() succeeded: whether the write that had failed is stored after all. Exact where the write itself said
  // outcome_unknown.
  bool failed_write_stored() const;

  Expected<void> clear(Family family);  // offline tools: drops all rows of a family
  Expected<void> compact();             // flush and compact everything
  std::uint64_t bytes_on_disk() const;
  std::string statistics() const;  // RocksDB's level summary, for people
  std::uint64_t property(std::string_view rocksdb_property, Family family) const;
  BackgroundWork background_work() const;  // any thread

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::storage
