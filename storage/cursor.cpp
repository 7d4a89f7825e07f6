#include <rocksdb/iterator.h>

#include "storage/rocks_status.hpp"
#include "storage/store_impl.hpp"

namespace reprise::storage {

// Keeps the database open for as long as the cursor lives.
struct Store::Cursor::Impl {
  std::shared_ptr<Database> database;  // destroyed after the iterator
  std::unique_ptr<rocksdb::Iterator> rows;
  Family family = Family::meta;
  Error error;      // where there is no database to read from
  std::string end;  // of a bounded cursor
  rocksdb::Slice end_slice;
};

Store::Cursor::Cursor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Cursor::Cursor(Cursor&&) noexcept = default;
Store::Cursor::~Cursor() = default;

Store::Cursor Store::cursor(Family family, Reach reach) const { return Cursor::open(*this, family, reach, false); }
Store::Cursor Store::bounded_cursor(Family family, Reach reach) const {
  return Cursor::open(*this, family, reach, true);
}

Store::Cursor Store::Cursor::open(const Store& store, Family family, Reach reach, bool bounded) {
  auto impl = std::make_unique<Cursor::Impl>();
  impl->family = family;
  auto shared = store.impl_->share();
  if (!shared) {
    impl->error = shared.error();
    return Cursor(std::move(impl));
  }
  impl->database = std::move(*shared);
  rocksdb::ReadOptions options;
  if (reach == Reach::cached) options.read_tier = rocksdb::kBlockCacheTier;
  // RocksDB keeps the address, and looks at the bound anew with each seek.
  if (bounded) options.iterate_upper_bound = &impl->end_slice;
  impl->rows.reset(impl->database->db().NewIterator(options, impl->database->handle(family)));
  return Cursor(std::move(impl));
}

void Store::Cursor::bound(std::string_view end) {
  impl_->end = end;
  impl_->end_slice = impl_->end;
}

void Store::Cursor::seek(std::string_view key) {
  if (impl_->rows) impl_->rows->Seek(rocksdb::Slice(key.data(), key.size()));
}

void Store::Cursor::seek_before(std::string_view key) {
  if (!impl_->rows) return;
  impl_->rows->SeekForPrev(rocksdb::Slice(key.data(), key.size()));
  if (valid() && this->key() == key) impl_->rows->Prev();
}

void Store::Cursor::next() {
  if (valid()) impl_->rows->Next();
}

void Store::Cursor::previous() {
  if (valid()) impl_->rows->Prev();
}

bool Store::Cursor::valid() const { return impl_->rows && impl_->rows->Valid(); }
std::string_view Store::Cursor::key() const { return impl_->rows->key().ToStringView(); }
std::string_view Store::Cursor::value() const { return impl_->rows->value().ToStringView(); }

Expected<void> Store::Cursor::status() const {
  if (!impl_->rows) return tl::unexpected(impl_->error);
  if (const auto s = impl_->rows->status(); !s.ok()) return tl::unexpected(read_error(s, family_name(impl_->family)));
  return {};
}

}  // namespace reprise::storage
