#include "bench/raw_appends.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace reprise::bench {

double raw_commits_per_second(const std::string& folder, std::size_t commits, std::size_t rows, std::size_t bytes,
                              double seconds) {
  rocksdb::Options options;
  options.create_if_missing = true;
  options.write_buffer_size = 64u << 20;
  rocksdb::DB* raw = nullptr;
  if (!rocksdb::DB::Open(options, folder, &raw).ok()) return 0;
  const std::unique_ptr<rocksdb::DB> db(raw);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const std::string value(std::max<std::size_t>(1, bytes / std::max<std::size_t>(1, rows)), 'x');
  std::uint64_t sequence = 0, done = 0;
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::duration<double> spent{};
  rocksdb::WriteBatch batch;
  while (spent.count() < seconds) {
    batch.Clear();
    for (std::size_t i = 0; i < commits * rows; ++i) {
      std::string key(16, '\0');
      auto n = ++sequence;
      for (std::size_t k = 16; k-- > 8; n >>= 8) key[k] = static_cast<char>(n & 255);
      batch.Put(key, value);
    }
    if (!db->Write(synced, &batch).ok()) return 0;
    done += commits;
    spent = std::chrono::steady_clock::now() - begin;
  }
  return static_cast<double>(done) / spent.count();
}

}  // namespace reprise::bench
