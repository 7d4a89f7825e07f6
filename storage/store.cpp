#include "storage/store.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <cstring>

#include "storage/meta_rows.hpp"
#include "storage/rocks_status.hpp"
#include "storage/store_impl.hpp"

namespace reprise::storage {
namespace {

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

rocksdb::ReadOptions read_options(Reach reach) {
  rocksdb::ReadOptions options;
  if (reach == Reach::cached) options.read_tier = rocksdb::kBlockCacheTier;
  return options;
}

// Kept free on the disk, so that a full one is noticed before a write and not in the middle of it, and so that RocksDB
// can still flush its buffers.
constexpr std::uint64_t kReserve = 12u << 20;
// With so much room the disk is asked again only after some writes: the question costs as much as a small write.
constexpr std::uint64_t kMuchRoom = 1u << 30;
constexpr std::uint32_t kUnaskedWrites = 64;

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Store::~Store() {
  if (auto database = impl_->database.exchange(nullptr)) {
    // A clean stop leaves no log to read again. Its failure loses nothing: the log is still there.
    if (!impl_->failed && !database->watch().stopped) database->flush().PermitUncheckedError();
  }
  if (impl_->seal) impl_->seal->sync();
}

std::uint16_t Store::partitions() const { return impl_->partitions; }
const std::string& Store::identity() const { return impl_->identity; }
const std::string& Store::secret() const { return impl_->secret; }
std::uint64_t Store::opened() const { return impl_->opened; }

Expected<bool> Store::get(Family family, std::string_view key, std::string& out, Reach reach) const {
  const auto database = impl_->share();
  if (!database) return tl::unexpected(database.error());
  rocksdb::PinnableSlice value;
  const auto s = (*database)->db().Get(read_options(reach), (*database)->handle(family), slice(key), &value);
  if (s.IsNotFound()) return false;
  if (!s.ok()) return tl::unexpected(read_error(s, family_name(family)));
  // RocksDB finds an empty value in a file that may have the row and that it has not opened yet.
  if (reach == Reach::cached && value.empty())
    return fail(errc::would_block, "the row may be in a file that is not open");
  out.append(value.data(), value.size());
  return true;
}

Expected<std::string> Store::get(Family family, std::string_view key, Reach reach) const {
  std::string value;
  const auto found = get(family, key, value, reach);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return fail(errc::not_found, "there is no such row in '" + std::string(family_name(family)) + "'");
  return value;
}

Expected<std::vector<std::optional<std::string>>> Store::multi_get(Family family, const std::vector<std::string>& keys,
                                                                   Reach reach) const {
  const auto database = impl_->share();
  if (!database) return tl::unexpected(database.error());
  std::vector<std::optional<std::string>> rows(keys.size());
  if (reach == Reach::cached) {
    // RocksDB's MultiGet goes to the disk whatever it is told.
    for (std::size_t i = 0; i < keys.size(); ++i) {
      std::string value;
      const auto found = get(family, keys[i], value, reach);
      if (!found) return tl::unexpected(found.error());
      if (*found) rows[i] = std::move(value);
    }
    return rows;
  }
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  (*database)->db().MultiGet(read_options(reach), (*database)->handle(family), slices.size(), slices.data(),
                             values.data(), statuses.data());
  std::optional<Error> error;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto& s = statuses[i];
    if (s.ok())
      rows[i].emplace(values[i].data(), values[i].size());
    else if (!s.IsNotFound() && !error)
      error = read_error(s, family_name(family));
  }
  if (error) return tl::unexpected(*error);
  return rows;
}

bool Store::Impl::disk_has_room(std::size_t bytes) {
  if (unasked_writes != 0 && bytes <= kMuchRoom / 256) {
    --unasked_writes;
    return true;
  }
  std::uint64_t free = 0;
  const auto s = folder->env()->GetFreeSpace(folder->path(), &free);
  if (s.ok() && free >= kMuchRoom) unasked_writes = kUnaskedWrites;
  return !s.ok() || free >= kReserve + 2 * bytes;
}

Expected<void> Store::write(std::string& rows, std::uint32_t count) {
  const auto give_back = [&](Error error) -> Expected<void> {
    rows.clear();
    return tl::unexpected(std::move(error));
  };
  const auto database = impl_->share();
  if (!database) return give_back(database.error());
  if (impl_->failed || (*database)->watch().stopped.load(std::memory_order_acquire)) {
    impl_->failed = true;
    return give_back({errc::unavailable, "the store cannot write after an earlier failure: it is tried again", {}});
  }
  if (!impl_->disk_has_room(rows.size())) {
    impl_->failed = true;
    return give_back({errc::unavailable,
                      "the disk is full: free some space on it, or stop the server and move the store to a larger one",
                      {}});
  }

  RowBatch own;
  std::string number;
  append_be64(number, impl_->sequence + 1);
  own.put(Family::meta, meta::kSequence, number);
  rows.append(own.bytes());
  const std::uint32_t all = count + own.rows();
  std::memset(rows.data(), 0, 8);  // RocksDB fills in its own sequence number
  for (std::size_t i = 0; i < 4; ++i) rows[8 + i] = static_cast<char>(all >> (8 * i));

  rocksdb::WriteBatch batch(std::move(rows));
  rocksdb::WriteOptions options;
  options.sync = true;
  const auto s = (*database)->db().Write(options, &batch);
  // WriteBatch gives its buffer to nobody; it is not used again, so taking it is safe and saves an allocation per
  // batch.
  rows = std::move(const_cast<std::string&>(batch.Data()));
  rows.clear();
  if (!s.ok()) {
    impl_->failed = true;
    impl_->in_doubt = impl_->sequence + 1;
    return tl::unexpected(Error{errc::outcome_unknown, "the store failed while it wrote: " + s.ToString(), {}});
  }
  ++impl_->sequence;
  impl_->seal->set(impl_->sequence);
  return {};
}

bool Store::failed_write_stored() const { return impl_->failed_write_stored; }

Expected<void> Store::recover() {
  // Opening writes out what it finds in the log.
  impl_->unasked_writes = 0;
  if (!impl_->disk_has_room(0)) return fail(errc::unavailable, "the disk is still full: free some space");
  {
    const auto database = impl_->database.load();
    if (database && impl_->in_doubt == 0 && !database->watch().stopped.load(std::memory_order_acquire)) {
      impl_->failed = false;  // it was only that the disk had no room
      return {};
    }
  }
  // DB::Resume() is of no use here: the log's writer keeps its error, and touching it again ends the process where
  // RocksDB is built with assertions, as Debian's is. Reading the log anew also tells what became of the write in
  // doubt.
  return impl_->reopen();
}

Expected<void> Store::clear(Family family) {
  if (family == Family::meta || family == Family::chunks)
    return fail(errc::invalid,
                "rows of '" + std::string(family_name(family)) + "' are the truth and cannot be cleared");
  const auto database = impl_->share();
  if (!database) return tl::unexpected(database.error());
  auto& db = (*database)->db();
  auto* handle = (*database)->handle(family);
  std::string last;
  {
    const std::unique_ptr<rocksdb::Iterator> it(db.NewIterator(rocksdb::ReadOptions(), handle));
    it->SeekToLast();
    if (!it->Valid()) {
      if (!it->status().ok()) return tl::unexpected(read_error(it->status(), family_name(family)));
      return {};
    }
    last = it->key().ToString();
  }
  last.push_back('\0');  // the range's end is exclusive
  rocksdb::WriteOptions options;
  options.sync = true;
  auto s = db.DeleteRange(options, handle, rocksdb::Slice(), last);
  // No range tombstone may stay: reads would have to go around it.
  if (s.ok()) s = db.Flush(rocksdb::FlushOptions(), handle);
  if (s.ok()) s = db.CompactRange(rocksdb::CompactRangeOptions(), handle, nullptr, nullptr);
  if (!s.ok()) return tl::unexpected(read_error(s, family_name(family)));
  return {};
}

Expected<void> Store::compact() {
  const auto database = impl_->share();
  if (!database) return tl::unexpected(database.error());
  if (const auto s = (*database)->flush(); !s.ok()) return tl::unexpected(read_error(s, "the write buffers"));
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    const auto family = static_cast<Family>(i);
    const auto s = (*database)->db().CompactRange(options, (*database)->handle(family), nullptr, nullptr);
    if (!s.ok()) return tl::unexpected(read_error(s, family_name(family)));
  }
  return {};
}

std::uint64_t Store::bytes_on_disk() const {
  auto* env = impl_->folder->env();
  const std::string path = impl_->folder->database();
  std::vector<std::string> children;
  std::uint64_t sum = 0;
  if (!env->GetChildren(path, &children).ok()) return 0;
  for (const auto& child : children) {
    std::uint64_t size = 0;  // a file may be gone by now
    if (child != "." && child != ".." && env->GetFileSize(path + "/" + child, &size).ok()) sum += size;
  }
  return sum;
}

std::string Store::statistics() const {
  const auto database = impl_->share();
  std::string out;
  if (!database) return out;
  for (std::size_t i = 0; i < kFamilies; ++i) {
    std::string levels;
    (*database)->db().GetProperty((*database)->handle(static_cast<Family>(i)), rocksdb::DB::Properties::kLevelStats,
                                  &levels);
    out.append(family_name(static_cast<Family>(i))).append("\n").append(levels);
  }
  return out;
}

BackgroundWork Store::background_work() const {
  const auto database = impl_->share();
  if (!database) return {};
  const Watch& watch = (*database)->watch();
  return {watch.flushed_bytes.load(std::memory_order_relaxed), watch.compacted_bytes.load(std::memory_order_relaxed),
          static_cast<double>(watch.compaction_us.load(std::memory_order_relaxed)) / 1e6};
}

std::uint64_t Store::property(std::string_view rocksdb_property, Family family) const {
  const auto database = impl_->share();
  std::uint64_t value = 0;
  if (!database || !(*database)->db().GetIntProperty((*database)->handle(family), slice(rocksdb_property), &value))
    return 0;
  return value;
}

}  // namespace reprise::storage
