// The open RocksDB database with its column families and settings. Internal to storage/.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>

#include <array>
#include <atomic>
#include <memory>

#include "events/error.hpp"
#include "storage/folder.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::storage {

// Hears of background errors, so that a write that follows one is known to have written nothing, and of what is written
// in the background.
class Watch : public rocksdb::EventListener {
 public:
  void OnBackgroundError(rocksdb::BackgroundErrorReason reason, rocksdb::Status* status) override;
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;  // the journal recovers, at a moment that it knows
  }
  void OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& flush) override;
  void OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& compaction) override;

  std::atomic<bool> stopped{false};  // RocksDB refuses writes
  std::atomic<std::uint64_t> flushed_bytes{0}, compacted_bytes{0}, compaction_us{0};
};

// One opened database. Shared by the store and its cursors: it is closed when the last of them is gone, since RocksDB
// does not survive being closed under an iterator.
class Database {
 public:
  // `create`: a new database, else one that must exist.
  static Expected<std::shared_ptr<Database>> open(std::shared_ptr<Folder> folder, const StoreOptions& options,
                                                  bool create);
  // One that must exist, to read rows of Family::meta: no file is changed.
  static Expected<std::shared_ptr<Database>> open_to_read(std::shared_ptr<Folder> folder, const StoreOptions& options);
  ~Database();
  Database(const Database&) = delete;

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* handle(Family family) const { return handles_[static_cast<std::size_t>(family)]; }
  Watch& watch() { return *watch_; }
  rocksdb::Status flush();
  const Folder& folder() const { return *folder_; }

 private:
  Database() = default;
  std::shared_ptr<Folder> folder_;
  std::unique_ptr<rocksdb::Env> env_;
  std::shared_ptr<Watch> watch_;
  rocksdb::DB* db_ = nullptr;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};
};

rocksdb::DBOptions database_options(const StoreOptions& options, rocksdb::Env* env,
                                    const std::shared_ptr<rocksdb::Cache>& cache);
rocksdb::ColumnFamilyOptions family_options(Family family, const StoreOptions& options,
                                            std::shared_ptr<rocksdb::Cache> cache);
std::shared_ptr<rocksdb::Cache> make_cache(const StoreOptions& options);

}  // namespace reprise::storage
