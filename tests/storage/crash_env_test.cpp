// Random commits, failures and crashes on a disk that loses what was not synced: what was heard to be durable is there
// afterwards, nothing is there by half, positions have no gaps.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "tests/storage/faulty_env.hpp"
#include "tests/storage/journal_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;

namespace {

// Boost's checks take a microsecond each, and there are millions.
#define MUST(condition, text)                                                               \
  do {                                                                                      \
    /* NOLINTNEXTLINE(bugprone-macro-parentheses): `text` is a chain of << */               \
    if (!(condition)) BOOST_FAIL("round " << round << ": " << text << " (" #condition ")"); \
  } while (false)

constexpr std::uint16_t kPartitions = 3;

struct Submitted {
  ExecutionId id;
  std::uint16_t partition = 0;
  std::uint64_t first_event = 1;
  std::uint32_t events = 1;
};

StoreOptions small_store(const FaultyEnv& env, std::size_t budget = 2u << 20) {
  StoreOptions options;
  options.path = "/data/store";
  options.env = env.env();
  options.partitions = kPartitions;
  options.memory_budget = budget;
  options.seed = 7;
  return options;
}

// A world of executions that lives through crashes: it knows what has to be stored, what may be, and what must not.
class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  void submit(Journal& journal) {
    const std::uint64_t tag = ++tags_;
    const auto number = random_() % 40;
    const ExecutionId id = test_id(number);
    const auto partition = partition_of(id, kPartitions);
    const auto events = static_cast<std::uint32_t>(1 + random_() % 5);
    auto commit =
        commit_of(id, partition, next_event_[number], events, tag, random_() % (random_() % 10 == 0 ? 40'000 : 3'000));
    if (!give(journal, std::move(commit))) return;
    sent_[tag] = {id, partition, next_event_[number], events};
    next_event_[number] += events;
  }

  void hear(const std::vector<Settled>& heard) {
    for (const auto& s : heard) {
      if (s.outcome == CommitOutcome::durable) durable_.insert(s.tag);
      if (s.outcome == CommitOutcome::not_written) refused_.insert(s.tag);
      if (s.outcome != CommitOutcome::durable) failed_ = true;
    }
  }
  // After a failure everybody reloads what he works on from the store.
  bool take_failed() { return std::exchange(failed_, false); }

  // Compares the store with what was heard, and goes on from what is stored.
  void inspect(const Store& store, std::uint64_t round) {
    std::set<std::uint64_t> stored;
    std::map<std::string, std::uint64_t> newest, ends;
    for (std::uint16_t p = 0; p < kPartitions; ++p) {
      std::uint64_t expected = 1;
      auto feed = store.cursor(Family::feed);
      for (feed.seek(feed_key(p, 0)); feed.valid() && read_be16(feed.key()) == p; feed.next()) {
        MUST(read_be64(feed.key().substr(2)) == expected, "a gap in partition " << p);
        const auto row = parse_feed_value(feed.value());
        MUST(row.has_value(), "a bad feed row");
        const auto chunk = store.get(Family::chunks, chunk_key(row->id, row->first_event_id));
        MUST(chunk.has_value(), "a feed row without its chunk");
        MUST(read_be64(std::string_view(*chunk).substr(1)) == expected, "a chunk with another position");
        const auto tag = read_be64(std::string_view(*chunk).substr(9));
        MUST(stored.insert(tag).second, "commit " << tag << " is stored twice");
        const std::string id(row->id.view());
        MUST(row->first_event_id == ends[id] + 1, "events of an execution have a gap");
        ends[id] += row->count;
        newest[id] = tag;
        expected += row->count;
      }
      MUST(feed.status().has_value(), "the feed cannot be read");
      std::string position;
      MUST(store.get(Family::meta, std::string("position/") + '\0' + static_cast<char>(p), position),
           "meta cannot be read");
      MUST((position.empty() ? 0 : read_be64(position)) == expected - 1, "a wrong position");
    }
    for (const auto tag : durable_) MUST(stored.count(tag) == 1, "commit " << tag << " was durable and is lost");
    for (const auto tag : refused_) MUST(stored.count(tag) == 0, "commit " << tag << " was refused and is stored");
    for (const auto& [id, tag] : newest)
      MUST(read_be64(store.get(Family::status, id).value()) == tag, "a status row of another commit");
    MUST(parse_counter_value(store.get(Family::counters, "all").value_or("")) ==
             static_cast<std::int64_t>(stored.size()),
         "a wrong counter");
    durable_ = stored;
    next_event_.clear();
    for (std::uint64_t number = 0; number < 40; ++number) {
      const auto at = ends.find(std::string(test_id(number).view()));
      next_event_[number] = at == ends.end() ? 1 : at->second + 1;
    }
  }

  std::mt19937_64& random() { return random_; }
  std::size_t durable() const { return durable_.size(); }

 private:
  std::mt19937_64 random_;
  std::uint64_t tags_ = 0;
  std::map<std::uint64_t, Submitted> sent_;
  std::map<std::uint64_t, std::uint64_t> next_event_;
  std::set<std::uint64_t> durable_, refused_;
  bool failed_ = false;
};

// Busy: buffers so small that RocksDB writes tables and begins new logs all the time, on threads of its own. Those runs
// do not repeat themselves exactly.
enum class Kind { crash_only, io_errors, full_disk, busy, busy_io_errors };
bool busy(Kind kind) { return kind == Kind::busy || kind == Kind::busy_io_errors; }
bool troubled(Kind kind) { return kind != Kind::crash_only && kind != Kind::busy; }

struct Tally {
  std::uint64_t broken = 0, recovered = 0, stored = 0;
};

// One disk over `rounds` crashes.
void live_through(std::uint64_t seed, int rounds, Kind kind, Tally& tally) {
  BOOST_TEST_CONTEXT("seed " << seed) {
    FaultyEnv env;
    World world(seed);
    for (int round = 0; round < rounds; ++round) {
      auto opened = Store::open(small_store(env, busy(kind) ? 64u << 10 : 2u << 20));
      BOOST_REQUIRE_MESSAGE(opened.has_value(), "round " << round << ": " << (opened ? "" : opened.error().detail));
      auto& store = *opened;
      world.inspect(*store, static_cast<std::uint64_t>(round));
      Remembering listener;
      Journal journal(*store, listener);
      const auto trouble = kind == Kind::full_disk ? Trouble::no_space : Trouble::io_error;
      if (troubled(kind))
        env.fail_after(1 + world.random()() % 60, trouble, world.random()(),
                       world.random()() % 2 == 0 ? 0 : 1 + world.random()() % 4);
      else if (world.random()() % 2 == 0)
        env.power_off_after(1 + world.random()() % 60);  // in the middle of a write
      const auto turns = 1 + world.random()() % 25;
      for (std::uint64_t turn = 0; turn < turns; ++turn) {
        for (auto n = world.random()() % 8; n > 0; --n) world.submit(journal);
        if (world.random()() % 4 != 0) journal.step();
        if (world.random()() % 60 == 0) store->compact();  // may fail, as anything
        if (journal.failing()) {
          ++tally.broken;
          if (world.random()() % 3 == 0) env.heal();
          journal.step();
          if (!journal.failing()) ++tally.recovered;
        }
        world.hear(listener.take());
        if (world.take_failed() && !journal.failing()) {
          while (journal.step()) {
          }
          world.hear(listener.take());
          world.take_failed();
          if (!journal.failing()) world.inspect(*store, static_cast<std::uint64_t>(round));
        } else if (journal.failing()) {
          break;  // the rest of the round would be refused: crash in the middle of the failure
        }
      }
      if (world.random()() % 8 == 0) {
        env.heal();  // a clean stop, if there is power
        while (journal.step()) {
        }
        world.hear(listener.take());
        world.take_failed();
      } else {
        env.power_off();
        journal.stop();  // what it says of writes that never reached the disk counts as well
        world.hear(listener.take());
        world.take_failed();
      }
      journal.stop();
      store.reset();
      env.crash(world.random()());
    }
    tally.stored += world.durable();
  }
}

void live_through(std::uint64_t seed, Kind kind) {
  constexpr int kRounds = 20;
  const char* more = std::getenv("REPRISE_CRASH_WORLDS");  // for a longer search
  const int worlds = more != nullptr ? std::atoi(more) : 10;
  Tally tally;
  for (int w = 0; w < worlds; ++w) live_through(seed + static_cast<std::uint64_t>(w), kRounds, kind, tally);
  BOOST_TEST_MESSAGE("broken " << tally.broken << ", recovered " << tally.recovered << ", stored " << tally.stored);
  BOOST_TEST(tally.stored > static_cast<std::size_t>(worlds * kRounds));
  if (troubled(kind)) BOOST_TEST(tally.recovered > 0u);
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_over_200_crashes) { live_through(20260223, Kind::crash_only); }
BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_over_200_crashes_with_io_errors) {
  live_through(4711, Kind::io_errors);
}
BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_over_200_crashes_with_a_full_disk) {
  live_through(815, Kind::full_disk);
}
BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_while_tables_are_written) { live_through(3, Kind::busy); }
BOOST_AUTO_TEST_CASE(nothing_acknowledged_is_lost_while_tables_are_written_with_io_errors) {
  live_through(5, Kind::busy_io_errors);
}

// No command of ours is advised: each has to write to open the store.
BOOST_AUTO_TEST_CASE(a_full_disk_is_told_with_what_helps) {
  FaultyEnv env;
  { BOOST_REQUIRE(Store::open(small_store(env)).has_value()); }
  env.set_free_space(1u << 20);
  const auto refused = Store::open(small_store(env));
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::unavailable));
  BOOST_TEST(refused.error().detail.find("free some space") != std::string::npos);
  BOOST_TEST(refused.error().detail.find('`') == std::string::npos, refused.error().detail);
  env.set_free_space(std::nullopt);
  BOOST_TEST(Store::open(small_store(env)).has_value());
}

BOOST_AUTO_TEST_CASE(opening_in_memory_takes_milliseconds) {
  FaultyEnv env;
  constexpr int kRounds = 50;
  { BOOST_REQUIRE(Store::open(small_store(env)).has_value()); }
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) BOOST_REQUIRE(Store::open(small_store(env)).has_value());
  const auto each =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / kRounds;
  BOOST_TEST_MESSAGE("open and close: " << each << " ms");
  BOOST_TEST(each < 200.0);  // far more than needed: to notice a thread or a sleep, not a busy machine
}
