// A disk that fills up, for real: a small tmpfs. Needs root; in CI (CI=true) it has to run, elsewhere it is skipped.
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "storage/journal.hpp"
#include "tests/storage/journal_rig.hpp"
#include "tests/storage/store_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kMiB = 1u << 20;

class SmallDisk {
 public:
  SmallDisk() {
    mounted_ = ::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, "size=64m") == 0;
    if (mounted_) return;
    const char* ci = std::getenv("CI");
    BOOST_REQUIRE_MESSAGE(ci == nullptr || std::string(ci) != "true", "CI has to run the test of a full disk as root");
    BOOST_TEST_MESSAGE("SKIPPED: a tmpfs cannot be mounted, which needs root");
    std::_Exit(77);  // ctest's SKIP_RETURN_CODE
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }
  std::uint64_t free() const {
    struct statvfs s {};
    statvfs(folder_.path().c_str(), &s);
    return s.f_bavail * s.f_frsize;
  }
  // Leaves `bytes` free.
  void fill(std::uint64_t bytes) {
    const auto now = free();
    if (now <= bytes) return;
    std::ofstream out(folder_.path() / "filler", std::ios::binary | std::ios::app);
    const std::string block(64 << 10, 'f');
    for (std::uint64_t left = now - bytes; left > 0 && out; left -= std::min<std::uint64_t>(left, block.size()))
      out.write(block.data(), static_cast<std::streamsize>(std::min<std::uint64_t>(left, block.size())));
  }
  void empty() { fs::remove(folder_.path() / "filler"); }
  StoreOptions options() const {
    auto options = options_for(folder_);
    options.memory_budget = 20u << 20;
    return options;
  }

 private:
  FreshFolder folder_;
  bool mounted_ = false;
};

std::set<std::uint64_t> stored_tags(const Store& store) {
  std::set<std::uint64_t> tags;
  std::map<std::uint16_t, std::uint64_t> expected;
  auto feed = store.cursor(Family::feed);
  for (feed.seek(""); feed.valid(); feed.next()) {
    const auto partition = read_be16(feed.key());
    BOOST_REQUIRE_EQUAL(read_be64(feed.key().substr(2)), expected[partition] + 1);
    const auto row = parse_feed_value(feed.value());
    BOOST_REQUIRE(row.has_value());
    expected[partition] += row->count;
    const auto chunk = store.get(Family::chunks, chunk_key(row->id, row->first_event_id));
    BOOST_REQUIRE(chunk.has_value());
    BOOST_REQUIRE(tags.insert(read_be64(std::string_view(*chunk).substr(9))).second);
  }
  BOOST_REQUIRE(feed.status().has_value());
  return tags;
}

void compare(const Store& store, const std::vector<Settled>& heard) {
  const auto tags = stored_tags(store);
  std::size_t durable = 0, refused = 0, unknown = 0;
  for (const auto& s : heard) {
    switch (s.outcome) {
      case CommitOutcome::durable:
        ++durable;
        if (tags.count(s.tag) == 0) BOOST_FAIL("commit " << s.tag << " was durable and is lost");
        break;
      case CommitOutcome::not_written:
        ++refused;
        if (tags.count(s.tag) != 0) BOOST_FAIL("commit " << s.tag << " was refused and is stored");
        break;
      case CommitOutcome::unknown: ++unknown; break;
    }
  }
  BOOST_TEST_MESSAGE("durable " << durable << ", refused " << refused << ", unknown " << unknown);
}

std::string detail_of(const Expected<void>& outcome) { return outcome ? "recovers" : outcome.error().detail; }

bool serves_again(Journal& journal) {
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (journal.failing() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
  return !journal.failing();
}

// Text that does not compress, so that tables take room as well.
std::unique_ptr<TestCommit> bulky(std::uint64_t tag, std::mt19937_64& random, std::size_t size) {
  auto commit = commit_of(test_id(tag), static_cast<std::uint16_t>(tag % 4), 1, 1, tag);
  std::string noise;
  while (noise.size() < size) append_be64(noise, random());
  commit->rows.put(Family::definitions, test_id(tag % 100).view(), noise);
  return commit;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_full_disk_refuses_commits_and_serves_again_when_there_is_room) {
  SmallDisk disk;
  std::mt19937_64 random(5);
  Remembering listener;
  std::uint64_t tag = 0;
  {
    const auto store = opened(disk.options());
    Journal journal(*store, listener);
    journal.start();
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 200; ++i) BOOST_REQUIRE(give(journal, bulky(++tag, random, 2000)));
      BOOST_REQUIRE(listener.wait_for(tag));
      BOOST_REQUIRE(!journal.failing());
      disk.fill(round == 0 ? 8 * kMiB : 0);
      const auto first = ++tag;
      BOOST_REQUIRE(give(journal, bulky(first, random, 2000)));
      BOOST_REQUIRE(listener.wait_for(tag));
      BOOST_TEST((listener.all().back().outcome != CommitOutcome::durable));
      BOOST_TEST((listener.all().back().code != errc::ok));
      BOOST_TEST(journal.failing());
      BOOST_TEST(!give(journal, bulky(tag + 1, random, 2000)));               // refused at once
      BOOST_TEST(store->get(Family::status, test_id(1).view()).has_value());  // reading goes on
      std::this_thread::sleep_for(150ms);
      BOOST_TEST(journal.failing());
      disk.empty();
      BOOST_REQUIRE(serves_again(journal));
    }
    BOOST_REQUIRE(give(journal, bulky(++tag, random, 2000)));
    BOOST_REQUIRE(listener.wait_for(tag));
    BOOST_TEST((listener.all().back().outcome == CommitOutcome::durable));
    journal.stop();
    compare(*store, listener.all());
  }
  compare(*opened(disk.options()), listener.all());
}

BOOST_AUTO_TEST_CASE(a_disk_that_fills_while_tables_are_written) {
  SmallDisk disk;
  std::mt19937_64 random(6);
  Remembering listener;
  std::uint64_t tag = 0, accepted = 0;
  {
    const auto store = opened(disk.options());
    Journal journal(*store, listener);
    journal.start();
    std::atomic<bool> done{false};
    std::jthread filler([&] {
      std::mt19937_64 dice(7);
      while (!done) {
        std::this_thread::sleep_for(std::chrono::milliseconds(dice() % 120));
        disk.fill(dice() % 2 == 0 ? 0 : dice() % (16 * kMiB));
        std::this_thread::sleep_for(std::chrono::milliseconds(dice() % 60));
        disk.empty();
      }
    });
    const auto end = std::chrono::steady_clock::now() + 5s;
    const auto last = end + 60s;
    while (std::chrono::steady_clock::now() < (journal.statistics().failures == 0 ? last : end)) {
      if (give(journal, bulky(++tag, random, 8'000))) ++accepted;
      std::this_thread::sleep_for(journal.failing() ? 2ms : 0ms);
      if (journal.waiting() > 50) std::this_thread::sleep_for(1ms);
      if (tag % 200 == 0 && store->bytes_on_disk() > 40 * kMiB) break;  // or the store itself is what fills the disk
    }
    done = true;
    filler.join();
    disk.empty();
    const bool serving = serves_again(journal);
    journal.stop();
    BOOST_TEST(serving, "free " << disk.free() << ", store " << store->bytes_on_disk() << ", "
                                << (serving ? std::string() : detail_of(store->recover())));
    BOOST_TEST(listener.all().size() == accepted);
    BOOST_TEST(journal.statistics().failures > 0u);
    BOOST_TEST_MESSAGE("failures " << journal.statistics().failures);
    compare(*store, listener.all());
  }
  compare(*opened(disk.options()), listener.all());
}
