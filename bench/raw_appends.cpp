#include "bench/raw_appends.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace reprise::bench {

namespace {

constexpr std::size_t kPartitions = 16;
constexpr std::size_t kRows = 5;  // of a commit

void append_be(std::string& out, std::uint64_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0;) out += static_cast<char>(number >> (8 * i));
}

// Text that compresses like JSON does, by half or so: equal bytes would cost a compaction nothing.
class Texts {
 public:
  Texts() {
    while (text_.size() < kSize) {
      text_ += R"({"ref":")";
      for (int i = 0; i < 8; ++i) text_ += static_cast<char>('a' + random() % 26);
      text_ += R"(","n":)" + std::to_string(random() % 1'000'000) + "}";
    }
  }
  std::uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  std::string_view of(std::size_t bytes) {
    bytes = std::min(bytes, kSize / 2);
    return std::string_view(text_).substr(random() % (kSize / 2), bytes);
  }

 private:
  static constexpr std::size_t kSize = std::size_t{1} << 20;
  std::string text_;
  std::uint64_t state_ = 88172645463325252u;
};

// A bare database with families of its own.
class Bare {
 public:
  Bare(const std::string& folder, const std::vector<std::string>& families) {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> described;
    described.reserve(families.size());
    for (const auto& name : families) described.emplace_back(name, rocksdb::ColumnFamilyOptions(options));
    rocksdb::DB* raw = nullptr;
    if (rocksdb::DB::Open(options, folder, described, &handles, &raw).ok()) db.reset(raw);
  }
  ~Bare() {
    for (auto* handle : handles) db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
  }
  Bare(const Bare&) = delete;

  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  std::unique_ptr<rocksdb::DB> db;
};

template <class Fill>
double appended(Bare& bare, const RawAppends& appends, Fill&& fill) {
  if (!bare.db) return 0;
  rocksdb::WriteOptions synced;
  synced.sync = true;
  rocksdb::WriteBatch batch;
  std::uint64_t done = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> spent{};
  while (spent.count() < appends.seconds) {
    batch.Clear();
    for (std::size_t i = 0; i < appends.commits; ++i) fill(batch);
    if (!bare.db->Write(synced, &batch).ok()) return 0;
    done += appends.commits;
    spent = std::chrono::steady_clock::now() - begin;
  }
  return static_cast<double>(done) / spent.count();
}

}  // namespace

double raw_same_rows(const RawAppends& appends) {
  Bare bare(appends.folder, {"default", "chunks", "feed", "status", "index"});
  Texts texts;
  constexpr std::size_t kSmallRows = 220;  // feed and index with what a batch adds to each row
  const std::size_t rest = appends.commit_bytes > kSmallRows ? appends.commit_bytes - kSmallRows : 0;
  std::vector<std::uint64_t> positions(kPartitions);
  std::uint64_t count = 0;
  std::string id, key, value;
  return appended(bare, appends, [&](rocksdb::WriteBatch& batch) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
    id.clear();  // in the order of the starts, as of RFC 9562, version 7
    append_be(id, ms << 16 | 0x7000u | (++count & 0xFFF), 8);
    append_be(id, texts.random(), 8);
    const auto put = [&](std::size_t family, std::string_view bytes) {
      batch.Put(bare.handles[family], key, rocksdb::Slice(bytes.data(), bytes.size()));
    };
    key = id;
    append_be(key, 1, 8);
    put(1, texts.of(rest * 2 / 3));
    const std::size_t partition = texts.random() % kPartitions;
    key.clear();
    append_be(key, partition, 2);
    append_be(key, positions[partition] += 11, 8);
    value = id;
    append_be(value, 1, 8);
    append_be(value, 11, 4);
    put(2, value);
    key = id;
    put(3, texts.of(rest / 3));
    for (const std::string_view list : {std::string_view("\1\7default\4"), std::string_view("\2\7default\5three\4")}) {
      key = list;
      append_be(key, ~ms, 8);
      key += id;
      put(4, {});
    }
  });
}

double raw_ordered_rows(const RawAppends& appends) {
  Bare bare(appends.folder, {"default"});
  Texts texts;
  std::uint64_t count = 0;
  std::string key;
  return appended(bare, appends, [&](rocksdb::WriteBatch& batch) {
    for (std::size_t i = 0; i < kRows; ++i) {
      key.assign(8, '\0');
      append_be(key, ++count, 8);
      const auto value = texts.of(appends.commit_bytes / kRows);
      batch.Put(bare.handles[0], key, rocksdb::Slice(value.data(), value.size()));
    }
  });
}

}  // namespace reprise::bench
