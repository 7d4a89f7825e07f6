// Where a log ends, on logs that RocksDB wrote: whole, torn as by a power cut, damaged.
#include <rocksdb/db.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/log_end.hpp"
#include "tests/storage/fresh_folder.hpp"

using namespace reprise::storage;
using reprise::testing::FreshFolder;
namespace fs = std::filesystem;

namespace {

struct Log {
  std::string bytes;
  std::vector<std::size_t> ends;  // of the file after each write
};

// Writes of a few bytes up to several blocks.
Log written_by_rocksdb(std::size_t writes, std::uint64_t seed) {
  const FreshFolder folder;
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* raw = nullptr;
  BOOST_REQUIRE(rocksdb::DB::Open(options, folder.path().string(), &raw).ok());
  const std::unique_ptr<rocksdb::DB> db(raw);
  std::mt19937_64 dice(seed);
  Log log;
  fs::path path;
  for (const auto& entry : fs::directory_iterator(folder.path()))
    if (entry.path().extension() == ".log") path = entry.path();
  BOOST_REQUIRE(!path.empty());
  rocksdb::WriteOptions synced;
  synced.sync = true;
  for (std::size_t i = 0; i < writes; ++i) {
    std::string value(dice() % (dice() % 4 == 0 ? 90'000 : 2'000), '\0');
    for (auto& c : value) c = static_cast<char>(dice());
    BOOST_REQUIRE(db->Put(synced, std::to_string(i), value).ok());
    log.ends.push_back(static_cast<std::size_t>(fs::file_size(path)));
  }
  std::ifstream in(path, std::ios::binary);
  log.bytes.assign(std::istreambuf_iterator<char>(in), {});
  BOOST_REQUIRE_EQUAL(log.bytes.size(), log.ends.back());
  return log;
}

void ends(const std::string& bytes, LogEnd kind, std::size_t end, const std::string& what) {
  const auto read = read_log(bytes);
  BOOST_TEST(static_cast<int>(read.kind) == static_cast<int>(kind), what);
  // A record's beginning is where the one before ends, or behind the rest of a block that is too short for one.
  BOOST_TEST((read.end >= end && read.end < end + 7), what << ": ends at " << read.end << ", not " << end);
}

const std::string kAhead(50'000, '\0');

}  // namespace

BOOST_AUTO_TEST_CASE(a_whole_log_ends_where_its_last_write_does) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto log = written_by_rocksdb(40, seed);
    for (std::size_t i = 0; i < log.ends.size(); i += 3) {
      const auto front = log.bytes.substr(0, log.ends[i]);
      ends(front, LogEnd::clean, log.ends[i], "cut after a write");
      ends(front + kAhead, LogEnd::clean, log.ends[i], "zeros after a write");
    }
  }
  ends("", LogEnd::clean, 0, "nothing");
  ends(kAhead, LogEnd::clean, 0, "zeros");
}

BOOST_AUTO_TEST_CASE(a_torn_write_is_where_the_log_ends) {
  std::mt19937_64 dice(7);
  const auto log = written_by_rocksdb(40, 6);
  for (int i = 0; i < 300; ++i) {
    const std::size_t last = 1 + dice() % (log.ends.size() - 1);
    const std::size_t begin = log.ends[last - 1], size = log.ends[last] - begin;
    if (size < 2) continue;
    auto bytes = log.bytes.substr(0, log.ends[last]);
    if (i % 2 == 0) {  // its beginning arrived
      const std::size_t cut = begin + 1 + dice() % (size - 1);
      bytes.replace(cut, std::string::npos, log.ends[last] - cut, '\0');
    } else {  // some sectors did not
      const std::size_t sector = (begin + dice() % size) / 512;
      const std::size_t from = std::max(begin, sector * 512);
      const std::size_t to = std::min(log.ends[last], (sector + 1 + dice() % 40) * 512);
      bytes.replace(from, to - from, to - from, '\0');
    }
    if (bytes == log.bytes.substr(0, log.ends[last])) continue;  // it was zeros before
    const auto read = read_log(bytes + kAhead);
    // Whether all that is left is a beginning of zeros cannot be told from nothing.
    BOOST_TEST((read.kind == LogEnd::torn || (read.kind == LogEnd::clean && read.end <= begin + 7)), "case " << i);
    BOOST_TEST((read.end >= begin && read.end < begin + 7), "case " << i << ": " << read.end << ", not " << begin);
  }
}

BOOST_AUTO_TEST_CASE(damage_is_not_taken_for_a_torn_write) {
  std::mt19937_64 dice(8);
  const auto log = written_by_rocksdb(40, 9);
  for (int i = 0; i < 600; ++i) {
    auto bytes = log.bytes;
    std::string what;
    if (i % 2 == 0) {  // anywhere, the last write too
      const std::size_t at = i < 20 ? bytes.size() - 1 - static_cast<std::size_t>(i) : dice() % bytes.size();
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (dice() % 8)));
      what = "bit at " + std::to_string(at);
    } else {
      const std::size_t at = dice() % log.ends[log.ends.size() - 2];
      const std::size_t size = std::min<std::size_t>(512, log.ends[log.ends.size() - 2] - at);
      bytes.replace(at, size, size, '\0');
      if (bytes == log.bytes) continue;
      what = "zeros at " + std::to_string(at);
    }
    const auto kind = read_log(bytes + kAhead).kind;
    BOOST_TEST(static_cast<int>(kind) == static_cast<int>(LogEnd::damaged), what);
  }
}

// A scan that starts anew at each byte would take minutes for either.
BOOST_AUTO_TEST_CASE(large_holes_and_noise_are_read_in_one_go) {
  const auto log = written_by_rocksdb(3, 11);
  std::string torn(20u << 20, '\0');
  ends(log.bytes + torn + "end of the write", LogEnd::torn, log.ends.back(), "a hole of 20 MiB");
  std::mt19937_64 dice(12);
  for (auto& c : torn) c = static_cast<char>(dice());
  BOOST_TEST(static_cast<int>(read_log(log.bytes + torn).kind) == static_cast<int>(LogEnd::damaged));
  for (std::size_t i = 0; i < torn.size(); ++i) torn[i] = "\0\x40\x01"[i % 3];
  BOOST_TEST(static_cast<int>(read_log(log.bytes + torn).kind) == static_cast<int>(LogEnd::damaged));
}

BOOST_AUTO_TEST_CASE(any_bytes_have_an_end) {
  std::mt19937_64 dice(10);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes(dice() % 300, '\0');
    for (auto& c : bytes) c = dice() % 3 == 0 ? '\0' : static_cast<char>(dice() % 16);
    BOOST_TEST(read_log(bytes).end <= bytes.size());
  }
}
