// Opening a store: making a new one, and refusing one that is not ours, not complete or not whole.
#include <openssl/rand.h>

#include <chrono>
#include <thread>

#include "events/uuid.hpp"
#include "storage/log_files.hpp"
#include "storage/meta_rows.hpp"
#include "storage/rocks_status.hpp"
#include "storage/store_impl.hpp"

namespace reprise::storage {
namespace {

Error damaged(const std::string& path, const std::string& what) {
  return {errc::corrupt, "the store at " + path + " is damaged, " + what + ": " + std::string(kDamageAdvice), path};
}

Error incomplete(const std::string& path, std::uint64_t newest, std::uint64_t acknowledged) {
  return damaged(path, "its newest " + std::to_string(acknowledged - newest) + " acknowledged writes are missing");
}

// Random bytes; from the seed where a simulation has to repeat itself.
bool draw(const StoreOptions& options, unsigned char* out, std::size_t size) {
  if (!options.seed) return RAND_bytes(out, static_cast<int>(size)) == 1;
  std::uint64_t state = *options.seed;
  for (std::size_t i = 0; i < size; ++i) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    out[i] = static_cast<unsigned char>(state >> 56);
  }
  return true;
}

Expected<std::string> meta_row(const Database& database, rocksdb::DB& db, std::string_view key, std::size_t size) {
  std::string value;
  const auto s =
      db.Get(rocksdb::ReadOptions(), database.handle(Family::meta), rocksdb::Slice(key.data(), key.size()), &value);
  const std::string& path = database.folder().path();
  if (s.IsNotFound())
    return tl::unexpected(damaged(path, "its row '" + std::string(key.substr(0, key.find('/'))) + "' is missing"));
  if (!s.ok()) return tl::unexpected(open_error(s, path));
  if (value.size() != size)
    return tl::unexpected(
        damaged(path, "its row '" + std::string(key.substr(0, key.find('/'))) + "' has the wrong length"));
  return value;
}

}  // namespace

Expected<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->options = options;
  if (options.partitions == 0) return fail(errc::invalid, "a store needs one partition at least", "partitions");
  rocksdb::Env* env = options.env != nullptr ? options.env : rocksdb::Env::Default();
  auto folder = Folder::open(env, options.path, options.create_if_missing);
  if (!folder) return tl::unexpected(folder.error());
  impl->folder = std::move(*folder);

  const auto content = impl->folder->content();
  if (!content) return tl::unexpected(content.error());
  switch (*content) {
    case Folder::Content::empty:
    case Folder::Content::unfinished:
      if (auto created = impl->create(); !created) return tl::unexpected(created.error());
      break;
    case Folder::Content::store:
      if (auto loaded = impl->load(); !loaded) return tl::unexpected(loaded.error());
      break;
    case Folder::Content::unlabelled: return tl::unexpected(damaged(options.path, "its file REPRISE is missing"));
    case Folder::Content::foreign:  // refused by Folder::open
      return fail(errc::unsupported_version, options.path + " is not a Reprise store", options.path);
  }

  std::unique_ptr<Store> store(new Store(std::move(impl)));
  ++store->impl_->opened;
  std::string number;
  append_be64(number, store->impl_->opened);
  RowBatch row;
  row.put(Family::meta, meta::kOpened, number);
  std::string rows(12, '\0');
  rows += row.bytes();
  if (auto written = store->write(rows, row.rows()); !written) return tl::unexpected(written.error());
  return store;
}

Expected<void> Store::Impl::create() {
  std::array<unsigned char, 48> random{};
  if (!draw(options, random.data(), random.size())) return fail(errc::io, "the operating system gave no random bytes");
  const std::string bytes(reinterpret_cast<const char*>(random.data()), random.size());
  partitions = options.partitions;
  secret = bytes.substr(0, 32);
  identity =
      to_string(uuid_v4(read_be64(std::string_view(bytes).substr(32)), read_be64(std::string_view(bytes).substr(40))));

  const Label label{kStoreFormat, identity, partitions};
  if (auto begun = folder->begin_creation(label); !begun) return begun;
  auto opened_database = Database::open(folder, options, true);
  if (!opened_database) return tl::unexpected(opened_database.error());

  rocksdb::WriteBatch rows;
  std::string format, count, zero;
  append_be32(format, kStoreFormat);
  append_be16(count, partitions);
  append_be64(zero, 0);
  const auto put = [&](std::string_view key, const std::string& value) {
    rows.Put((*opened_database)->handle(Family::meta), rocksdb::Slice(key.data(), key.size()), value)
        .PermitUncheckedError();
  };
  put(meta::kFormat, format);
  put(meta::kIdentity, identity);
  put(meta::kPartitions, count);
  put(meta::kSecret, secret);
  put(meta::kOpened, zero);
  put(meta::kSequence, zero);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  if (const auto s = (*opened_database)->db().Write(synced, &rows); !s.ok())
    return tl::unexpected(open_error(s, folder->path()));
  if (auto ended = folder->end_creation(); !ended) return ended;

  auto opened_seal = Seal::open(*folder);
  if (!opened_seal) return tl::unexpected(opened_seal.error());
  seal = std::move(*opened_seal);
  database.store(std::move(*opened_database));
  return {};
}

Expected<void> Store::Impl::load() {
  auto opened_seal = Seal::open(*folder);
  if (!opened_seal) return tl::unexpected(opened_seal.error());
  seal = std::move(*opened_seal);
  // RocksDB would make a new database where the old one is lost.
  if (!folder->env()->FileExists(folder->database() + "/CURRENT").ok())
    return tl::unexpected(damaged(folder->path(), "its database is missing"));
  if (auto checked = check_log(); !checked) return checked;
  auto opened_database = Database::open(folder, options, false);
  if (!opened_database) return tl::unexpected(opened_database.error());
  if (auto checked = check(**opened_database); !checked) return checked;
  database.store(std::move(*opened_database));
  return {};
}

// RocksDB writes out what it finds in the log when it opens a database for writing, and deletes the files: a log that
// is put back whole would then not be read any more.
Expected<void> Store::Impl::check_log() {
  const auto log = read_log_files(folder->env(), folder->database());
  if (!log) return tl::unexpected(log.error());
  auto newest = meta::sequence_at_end(log->ending);
  if (newest < seal->sequence() && !log->torn) {
    // A clean stop leaves all in tables.
    const auto tables = Database::open_to_read(folder, options);
    if (!tables) return tl::unexpected(tables.error());
    const auto stored = meta_row(**tables, (*tables)->db(), meta::kSequence, 8);
    if (!stored) return tl::unexpected(stored.error());
    newest = read_be64(*stored);
  }
  const bool known = !log->torn || (log->torn->from != 0 && newest != 0);
  if (known && newest < seal->sequence()) return tl::unexpected(incomplete(folder->path(), newest, seal->sequence()));
  if (log->torn) return clear_torn_end(folder->env(), *log->torn, folder->path() + "/TORN");
  return {};
}

Expected<void> Store::Impl::check(Database& opened_database) {
  const auto label = folder->read_label();
  if (!label) return tl::unexpected(label.error());
  auto& db = opened_database.db();
  const auto row = [&](std::string_view key, std::size_t size) { return meta_row(opened_database, db, key, size); };

  const auto format = row(meta::kFormat, 4);
  if (!format) return tl::unexpected(format.error());
  if (read_be32(*format) > kStoreFormat)
    return fail(errc::unsupported_version,
                "the store at " + folder->path() + " has format " + std::to_string(read_be32(*format)) +
                    ", this build knows " + std::to_string(kStoreFormat) +
                    ": use the newer version of Reprise that wrote it",
                folder->path());
  std::string mark;
  const auto marked = db.Get(rocksdb::ReadOptions(), opened_database.handle(Family::meta),
                             rocksdb::Slice(kRebuildMark.data(), kRebuildMark.size()), &mark);
  if (!marked.ok() && !marked.IsNotFound()) return tl::unexpected(open_error(marked, folder->path()));
  if (marked.ok() && !options.unfinished_rebuild)
    return fail(errc::corrupt,
                "a rebuild of the store at " + folder->path() + " was not finished, so that rows are missing: run " +
                    "`reprise rebuild --data " + folder->path() + "` again",
                folder->path());
  const auto stored_identity = row(meta::kIdentity, 36);
  if (!stored_identity) return tl::unexpected(stored_identity.error());
  const auto stored_partitions = row(meta::kPartitions, 2);
  if (!stored_partitions) return tl::unexpected(stored_partitions.error());
  if (*label != Label{read_be32(*format), *stored_identity, read_be16(*stored_partitions)})
    return tl::unexpected(damaged(folder->path(), "its file REPRISE and its database belong to different stores"));
  const auto stored_secret = row(meta::kSecret, 32);
  if (!stored_secret) return tl::unexpected(stored_secret.error());
  const auto stored_opened = row(meta::kOpened, 8);
  if (!stored_opened) return tl::unexpected(stored_opened.error());
  const auto stored_sequence = row(meta::kSequence, 8);
  if (!stored_sequence) return tl::unexpected(stored_sequence.error());
  if (read_be64(*stored_sequence) < seal->sequence())
    return tl::unexpected(incomplete(folder->path(), read_be64(*stored_sequence), seal->sequence()));

  const std::uint16_t count = read_be16(*stored_partitions);
  const std::unique_ptr<rocksdb::Iterator> feed(
      db.NewIterator(rocksdb::ReadOptions(), opened_database.handle(Family::feed)));
  for (std::uint32_t p = 0; p < count; ++p) {
    const auto partition = static_cast<std::uint16_t>(p);
    std::uint64_t position = 0, last = 0;
    std::string value;
    const auto s =
        db.Get(rocksdb::ReadOptions(), opened_database.handle(Family::meta), meta::position(partition), &value);
    if (!s.ok() && !s.IsNotFound()) return tl::unexpected(open_error(s, folder->path()));
    if (s.ok() && value.size() == 8) position = read_be64(value);
    feed->SeekForPrev(feed_key(partition, ~std::uint64_t{0}));
    if (feed->Valid() && feed->key().size() == 10 && read_be16(feed->key().ToStringView()) == partition) {
      const auto newest = parse_feed_value(feed->value().ToStringView());
      if (!newest) return tl::unexpected(damaged(folder->path(), "a row of the family 'feed' is not one"));
      last = read_be64(feed->key().ToStringView().substr(2)) + newest->count - 1;
    }
    if (!feed->status().ok()) return tl::unexpected(open_error(feed->status(), folder->path()));
    if (last != position)
      return tl::unexpected(damaged(folder->path(), "partition " + std::to_string(p) + " ends at position " +
                                                        std::to_string(last) + " and should at " +
                                                        std::to_string(position)));
  }

  identity = *stored_identity;
  secret = *stored_secret;
  partitions = count;
  opened = std::max(opened, read_be64(*stored_opened));
  sequence = read_be64(*stored_sequence);
  return {};
}

Expected<void> Store::Impl::reopen() {
  if (auto old = database.exchange(nullptr)) {
    // The database closes when its last reader is done; new ones are turned away meanwhile.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    while (old.use_count() > 1 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (old.use_count() > 1) {
      database.store(std::move(old));
      return fail(errc::unavailable, "the store cannot be opened again while it is read: try again");
    }
  }
  if (auto loaded = load(); !loaded) return loaded;
  failed_write_stored = in_doubt != 0 && sequence >= in_doubt;
  in_doubt = 0;
  failed = false;
  return {};
}

}  // namespace reprise::storage
