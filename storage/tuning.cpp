// RocksDB's settings, each with its reason. The figures behind them are in docs/performance.md.
#include <rocksdb/convenience.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_manager.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

#include "storage/database.hpp"

namespace reprise::storage {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
// Below this budget the store is one of thousands that a simulation opens: no threads, no log file, tiny buffers.
constexpr std::size_t kSimulationBudget = 16 * kMiB;

bool simulated(const StoreOptions& options) { return options.memory_budget <= kSimulationBudget; }

// The list that a key belongs to: all but a fixed tail. Rows of one list come nearly in order, so the memtable keeps a
// position for each list and need not search from its head.
class ListOf final : public rocksdb::SliceTransform {
 public:
  explicit ListOf(std::size_t tail) : tail_(tail) {}
  const char* Name() const override { return "reprise.ListOf"; }
  rocksdb::Slice Transform(const rocksdb::Slice& key) const override { return {key.data(), key.size() - tail_}; }
  bool InDomain(const rocksdb::Slice& key) const override { return key.size() > tail_; }

 private:
  std::size_t tail_;
};

bool compiled_in(rocksdb::CompressionType type) {
  static const auto types = rocksdb::GetSupportedCompressions();
  return std::find(types.begin(), types.end(), type) != types.end();
}

std::size_t write_buffer(Family family, const StoreOptions& options) {
  const std::size_t budget = options.memory_budget;
  switch (family) {
    case Family::chunks: return std::clamp<std::size_t>(budget / 4, 64 << 10, 48 * kMiB);
    case Family::status:
    case Family::index: return std::clamp<std::size_t>(budget / 5, 64 << 10, 32 * kMiB);
    default: return std::clamp<std::size_t>(budget / 16, 64 << 10, 8 * kMiB);
  }
}

// Most rows come at the end of their family's keys, since ids and times grow, so a compaction has to rewrite the last
// file of a level only: small files keep that small, and fewer compactions need it less often.
void set_compaction(rocksdb::ColumnFamilyOptions& cf, Family family) {
  cf.level_compaction_dynamic_level_bytes = true;
  cf.target_file_size_base = 16 * kMiB;
  cf.level0_file_num_compaction_trigger = 8;
  // The index and the feed are many ranges, and rows come at one end of each: every new file spans all that is stored.
  // In the index, where rows are deleted too, small levels bound what one compaction rewrites.
  if (family == Family::index) {
    cf.target_file_size_base = 4 * kMiB;
    cf.max_bytes_for_level_base = 16 * kMiB;
  }
  // The feed is only added to and read in long scans: files of like size are merged, each row a few times in its life.
  if (family == Family::feed) cf.compaction_style = rocksdb::kCompactionStyleUniversal;
}

}  // namespace

std::shared_ptr<rocksdb::Cache> make_cache(const StoreOptions& options) {
  // Write buffers are charged to it, so the budget bounds both. Index and filter blocks live in the high-priority part.
  return rocksdb::NewLRUCache(options.memory_budget, simulated(options) ? 0 : 4, false, 0.3);
}

rocksdb::DBOptions database_options(const StoreOptions& options, rocksdb::Env* env,
                                    const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::DBOptions db;
  db.env = env;

  // Nothing acknowledged may be dropped in silence: damage inside the log refuses the open, only a torn end is taken,
  // and the SEAL tells whether that end had been acknowledged.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.recycle_log_file_num = 0;
  db.paranoid_checks = true;
  db.track_and_verify_wals_in_manifest = true;

  // One writer thread: the machinery for several only costs.
  db.allow_concurrent_memtable_write = false;
  db.enable_write_thread_adaptive_yield = false;

  db.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(std::max<std::size_t>(options.memory_budget * 6 / 10, kMiB), cache);
  // The log that a killed server leaves has to be read again at its next start, which has to take less than a second;
  // and on a small disk it must not crowd out the room that a recovery needs.
  db.max_total_wal_size = std::clamp<std::size_t>(options.memory_budget / 4, 4 * kMiB, 24 * kMiB);
  db.max_open_files = 400;
  db.max_background_jobs = 2;
  db.max_subcompactions = 1;
  db.bytes_per_sync = kMiB;  // spreads the write-out of new files, so that no fsync waits for all of one
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  if (simulated(options)) {
    db.max_file_opening_threads = 1;
  } else {
    // Unlinking a large file holds up every fdatasync on ext4 for its time: files are cut shorter in small steps first.
    // The ratio is that high because otherwise a young store's trash goes at once.
    db.sst_file_manager.reset(rocksdb::NewSstFileManager(env, nullptr, "", static_cast<std::int64_t>(200 * kMiB), true,
                                                         nullptr, 1000.0, 4 * kMiB));
  }
  return db;
}

rocksdb::ColumnFamilyOptions family_options(Family family, const StoreOptions& options,
                                            std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::ColumnFamilyOptions cf;
  cf.write_buffer_size = write_buffer(family, options);
  cf.max_write_buffer_number = 4;
  set_compaction(cf, family);
  cf.disable_auto_compactions = options.read_only_tools || simulated(options);
  cf.compression = compiled_in(rocksdb::kLZ4Compression) ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
  cf.bottommost_compression = compiled_in(rocksdb::kZSTD) ? rocksdb::kZSTD : cf.compression;

  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.block_size = 16 << 10;
  table.format_version = 5;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  switch (family) {
    case Family::status:
    case Family::leases:
    case Family::counters:
    case Family::idempotency:
    case Family::definitions:
    case Family::interactions:
    case Family::schedules:
    case Family::subscriptions:
    case Family::sources:
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));  // looked up by whole key
      table.optimize_filters_for_memory = true;
      break;
    default: break;  // read by ranges: a filter would only cost memory
  }
  if (family == Family::index) {
    cf.memtable_insert_with_hint_prefix_extractor = std::make_shared<ListOf>(24);
    // A page looks into a file of every level: into its data only where that file has the next row, and its own index
    // at hand, is half of what a page of a large store costs more than one of a small.
    table.index_type = rocksdb::BlockBasedTableOptions::kBinarySearchWithFirstKey;
    table.metadata_cache_options.unpartitioned_pinning = rocksdb::PinningTier::kAll;
  }
  if (family == Family::feed) cf.memtable_insert_with_hint_prefix_extractor = std::make_shared<ListOf>(8);
  cf.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return cf;
}

}  // namespace reprise::storage
