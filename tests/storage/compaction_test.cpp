// What is stored once must not be written again and again as the store grows.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "storage/keys.hpp"
#include "tests/storage/store_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;

namespace {

constexpr std::uint64_t kRuns = 1'000'000, kBatch = 10'000;
constexpr std::uint16_t kPartitions = 16;

// The rows of a run that many ranges share: new ones of the index come before the old, those of the feed behind them.
void add_run(RowBatch& rows, std::uint64_t run, std::vector<std::uint64_t>& positions) {
  std::string id;
  append_be64(id, run);
  append_be64(id, run * 0x9E3779B97F4A7C15u);
  for (const char* list : {"\1\7default\4", "\2\7default\5three\4"}) {
    std::string key(list);
    append_be64(key, ~run);
    rows.put(Family::index, key + id, {});
  }
  const auto partition = partition_of(ExecutionId::from_view(id), kPartitions);
  rows.put(Family::feed, feed_key(partition, ++positions[partition]), id + id.substr(0, 12));
}

// As in a server whose load leaves compaction the time that it needs.
bool settled(const Store& store) {
  for (const Family family : {Family::index, Family::feed}) {
    for (const char* property : {"rocksdb.mem-table-flush-pending", "rocksdb.compaction-pending",
                                 "rocksdb.num-running-flushes", "rocksdb.num-running-compactions"}) {
      if (store.property(property, family) != 0) return false;
    }
  }
  return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_growing_store_is_not_rewritten_again_and_again) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder, kPartitions));
  std::vector<std::uint64_t> positions(kPartitions);
  RowBatch rows;
  for (std::uint64_t run = 0; run < kRuns;) {
    rows.clear();
    for (std::uint64_t i = 0; i < kBatch; ++i) add_run(rows, ++run, positions);
    BOOST_REQUIRE(write(*store, rows).has_value());
    for (int i = 0; i < 10'000 && !settled(*store); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  const auto work = store->background_work();
  const double rewritten = static_cast<double>(work.compacted_bytes) / static_cast<double>(work.flushed_bytes);
  BOOST_TEST_MESSAGE("flushed " << work.flushed_bytes << ", rewritten " << rewritten << " times");
  BOOST_TEST(work.flushed_bytes > 100u << 20);
  BOOST_TEST(rewritten > 0.1);  // it is counted
  BOOST_TEST(rewritten < 2.5);
}
