#include "storage/row_batch.hpp"

namespace reprise::storage {
namespace {

// The record tags of RocksDB's write batch format (stable: they are what its write-ahead log holds).
constexpr char kDeletion = 0, kValue = 1, kFamilyDeletion = 4, kFamilyValue = 5;

void append_varint(std::string& out, std::size_t value) {
  char bytes[10];
  std::size_t n = 0;
  while (value >= 0x80) {
    bytes[n++] = static_cast<char>(static_cast<unsigned char>(value) | 0x80);
    value >>= 7;
  }
  bytes[n++] = static_cast<char>(value);
  out.append(bytes, n);
}

void append_head(std::string& out, Family family, char plain, char with_family) {
  if (family == Family::meta) {
    out.push_back(plain);  // RocksDB's default family has a tag of its own
  } else {
    out.push_back(with_family);
    append_varint(out, static_cast<std::size_t>(family));
  }
}

}  // namespace

std::size_t RowBatch::put_at(Family family, std::string_view key, std::string_view value) {
  append_head(bytes_, family, kValue, kFamilyValue);
  append_varint(bytes_, key.size());
  bytes_.append(key);
  append_varint(bytes_, value.size());
  const std::size_t at = bytes_.size();
  bytes_.append(value);
  ++rows_;
  return at;
}

void RowBatch::put(Family family, std::string_view key, std::string_view value) { put_at(family, key, value); }

void RowBatch::del(Family family, std::string_view key) {
  append_head(bytes_, family, kDeletion, kFamilyDeletion);
  append_varint(bytes_, key.size());
  bytes_.append(key);
  ++rows_;
}

void RowBatch::append(const RowBatch& other) {
  bytes_.append(other.bytes_);
  rows_ += other.rows_;
}

}  // namespace reprise::storage
