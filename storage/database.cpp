#include "storage/database.hpp"

#include <rocksdb/env.h>

#include <algorithm>
#include <string>
#include <vector>

#include "storage/engine_log.hpp"
#include "storage/log_files.hpp"
#include "storage/rocks_status.hpp"

namespace reprise::storage {

namespace {

constexpr std::size_t kFirstFamilies = 12;  // of the stores that the first version wrote

}  // namespace

void Watch::OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* status) {
  if (status != nullptr && !status->ok() && status->severity() >= rocksdb::Status::Severity::kHardError)
    stopped.store(true, std::memory_order_release);
}

// Both count rows before compression, so that the one is comparable with the other.
void Watch::OnFlushCompleted(rocksdb::DB*, const rocksdb::FlushJobInfo& flush) {
  const auto& table = flush.table_properties;
  flushed_bytes.fetch_add(table.raw_key_size + table.raw_value_size, std::memory_order_relaxed);
}

void Watch::OnCompactionCompleted(rocksdb::DB*, const rocksdb::CompactionJobInfo& compaction) {
  // Files that only move to another level have no figures here.
  const auto& stats = compaction.stats;
  compacted_bytes.fetch_add(stats.total_input_raw_key_bytes + stats.total_input_raw_value_bytes,
                            std::memory_order_relaxed);
  compaction_us.fetch_add(stats.cpu_micros, std::memory_order_relaxed);
}

Expected<std::shared_ptr<Database>> Database::open(std::shared_ptr<Folder> folder, const StoreOptions& options,
                                                   bool create) {
  const std::string path = folder->database();
  auto own_env = log_files_env(folder->env());
  rocksdb::Env* env = own_env.get();
  const auto cache = make_cache(options);
  rocksdb::DBOptions db_options = database_options(options, env, cache);
  if (options.env == nullptr)
    env->CreateDirIfMissing(path).PermitUncheckedError();  // for its log; opening tells why not
  db_options.info_log = options.env == nullptr ? engine_log(path) : silent_log();
  bool extend = false;
  if (!create) {
    // RocksDB must not add families by itself: a database without them is not ours, or damaged. But one that ends with
    // the last family of an earlier version gets those that came later.
    std::vector<std::string> names;
    if (const auto s = rocksdb::DB::ListColumnFamilies(db_options, path, &names); !s.ok())
      return tl::unexpected(open_error(s, folder->path()));
    if (names.size() < kFirstFamilies)
      return fail(errc::corrupt,
                  "the store at " + folder->path() +
                      " is damaged, its database has lost its list of families: " + std::string(kDamageAdvice),
                  folder->path());
    extend = names.size() < kFamilies;
    for (std::size_t i = 0; i < std::max(extend ? kFirstFamilies : kFamilies, names.size()); ++i)
      if (i >= names.size() || i >= kFamilies || names[i] != family_name(static_cast<Family>(i)))
        return fail(
            errc::unsupported_version,
            "the database in " + folder->path() +
                " holds other kinds of rows than this version of Reprise knows: " + "use the version that wrote it",
            folder->path());
  }
  db_options.create_if_missing = create;
  db_options.create_missing_column_families = create || extend;
  db_options.error_if_exists = create;

  std::shared_ptr<Database> opened(new Database);
  opened->folder_ = std::move(folder);
  opened->env_ = std::move(own_env);
  opened->watch_ = std::make_shared<Watch>();
  db_options.listeners.push_back(opened->watch_);

  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    families.emplace_back(std::string(family_name(family)), family_options(family, options, cache));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (const auto s = rocksdb::DB::Open(db_options, path, families, &handles, &opened->db_); !s.ok())
    return tl::unexpected(open_error(s, opened->folder_->path()));
  std::copy(handles.begin(), handles.end(), opened->handles_.begin());
  for (std::size_t i = 0; i < kFamilies; ++i)
    if (opened->handles_[i]->GetID() != i)  // row batches name families by number
      return fail(errc::corrupt, "the families of the database in " + opened->folder_->path() + " are out of order",
                  {});
  if (options.env == nullptr) {
    // Answers come before compaction. Not before flushes: the log they set free is what the next start has to read.
    env->LowerThreadPoolCPUPriority(rocksdb::Env::LOW);
  }
  return opened;
}

Expected<std::shared_ptr<Database>> Database::open_to_read(std::shared_ptr<Folder> folder,
                                                           const StoreOptions& options) {
  const auto cache = make_cache(options);
  rocksdb::DBOptions db_options = database_options(options, folder->env(), cache);
  db_options.info_log = silent_log();
  db_options.sst_file_manager.reset();  // it deletes files
  std::shared_ptr<Database> opened(new Database);
  opened->folder_ = std::move(folder);
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  const std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {std::string(family_name(Family::meta)), family_options(Family::meta, options, cache)}};
  const auto s =
      rocksdb::DB::OpenForReadOnly(db_options, opened->folder_->database(), families, &handles, &opened->db_);
  if (!s.ok()) return tl::unexpected(open_error(s, opened->folder_->path()));
  opened->handles_[static_cast<std::size_t>(Family::meta)] = handles.front();
  return opened;
}

rocksdb::Status Database::flush() { return db_->Flush(rocksdb::FlushOptions(), {handles_.begin(), handles_.end()}); }

Database::~Database() {
  if (db_ == nullptr) return;
  for (auto* handle : handles_)
    if (handle != nullptr) db_->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  db_->Close().PermitUncheckedError();
  delete db_;
}

}  // namespace reprise::storage
