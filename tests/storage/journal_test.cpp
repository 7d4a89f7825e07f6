#include "storage/journal.hpp"

#include <boost/test/unit_test.hpp>
#include <thread>

#include "tests/storage/fresh_folder.hpp"
#include "tests/storage/journal_rig.hpp"

using namespace reprise;
using namespace reprise::storage;
using namespace reprise::testing;

namespace {

StoreOptions options_for(const FreshFolder& folder) {
  StoreOptions options;
  options.path = folder.store();
  options.partitions = 4;
  return options;
}

std::unique_ptr<Store> opened(const StoreOptions& options) {
  auto store = Store::open(options);
  BOOST_REQUIRE_MESSAGE(store.has_value(), (store ? "" : store.error().detail));
  return std::move(*store);
}

// Every feed row of a partition, in order, must begin where the one before it ended; its chunk must hold the position.
std::uint64_t check_partition(const Store& store, std::uint16_t partition) {
  auto cursor = store.cursor(Family::feed);
  std::uint64_t expected = 1;
  for (cursor.seek(feed_key(partition, 0)); cursor.valid() && read_be16(cursor.key()) == partition; cursor.next()) {
    BOOST_REQUIRE_EQUAL(read_be64(cursor.key().substr(2)), expected);
    const auto feed = parse_feed_value(cursor.value());
    BOOST_REQUIRE(feed.has_value());
    const auto chunk = store.get(Family::chunks, chunk_key(feed->id, feed->first_event_id));
    BOOST_REQUIRE(chunk.has_value());
    BOOST_REQUIRE_EQUAL(read_be64(std::string_view(*chunk).substr(1)), expected);
    expected += feed->count;
  }
  BOOST_REQUIRE(cursor.status().has_value());
  return expected - 1;
}

}  // namespace

BOOST_AUTO_TEST_CASE(steps_write_in_order_and_give_positions_without_gaps) {
  const FreshFolder folder;
  const auto options = options_for(folder);
  for (std::uint64_t restart = 0; restart < 3; ++restart) {
    const auto store = opened(options);
    Remembering listener;
    Journal journal(*store, listener);
    BOOST_TEST(journal.position(1) == restart * 50);
    BOOST_TEST(journal.counter("all") == static_cast<std::int64_t>(restart * 20));
    BOOST_TEST(!journal.step());
    for (std::uint64_t i = 0; i < 20; ++i)
      BOOST_TEST(give(journal, commit_of(test_id(restart * 100 + i), i % 2 == 0 ? 1 : 2, 1, i % 2 == 0 ? 5 : 3, i)));
    BOOST_TEST(journal.waiting() == 20u);
    BOOST_TEST(journal.step());
    BOOST_TEST(!journal.step());
    const auto heard = listener.all();
    BOOST_REQUIRE_EQUAL(heard.size(), 20u);
    for (std::uint64_t i = 0; i < 20; ++i) {
      BOOST_TEST(heard[i].tag == i);
      BOOST_TEST((heard[i].outcome == CommitOutcome::durable));
    }
    BOOST_TEST(listener.batches() == 1u);
    BOOST_TEST(journal.position(1) == (restart + 1) * 50);
    BOOST_TEST(check_partition(*store, 1) == (restart + 1) * 50);
    BOOST_TEST(check_partition(*store, 2) == (restart + 1) * 30);
    BOOST_TEST(journal.counter("all") == static_cast<std::int64_t>((restart + 1) * 20));
  }
}

BOOST_AUTO_TEST_CASE(a_commit_without_rows_waits_its_turn_and_costs_no_write) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  Remembering listener;
  Journal journal(*store, listener);
  BOOST_TEST(give(journal, commit_of(test_id(1), 1, 1, 2, 7)));
  BOOST_TEST(give(journal, std::make_unique<TestCommit>()));
  BOOST_TEST(journal.step());
  BOOST_TEST(give(journal, std::make_unique<TestCommit>()));
  BOOST_TEST(journal.step());
  BOOST_TEST(!journal.step());
  const auto heard = listener.all();
  BOOST_REQUIRE_EQUAL(heard.size(), 3u);
  BOOST_TEST(heard[0].tag == 7u);
  for (const auto& each : heard) BOOST_TEST((each.outcome == CommitOutcome::durable));
  BOOST_TEST(journal.statistics().batches == 1u);
  BOOST_TEST(journal.waiting() == 0u);
}

BOOST_AUTO_TEST_CASE(counters_are_summed_and_kept_as_absolute_values) {
  const FreshFolder folder;
  const auto options = options_for(folder);
  {
    const auto store = opened(options);
    Remembering listener;
    Journal journal(*store, listener);
    for (int i = 0; i < 10; ++i) {
      auto commit = std::make_unique<TestCommit>();
      commit->counters = {{"a", 3}, {"b", -1}, {"a", -1}};
      BOOST_TEST(give(journal, std::move(commit)));
    }
    BOOST_TEST(journal.counter("a") == 0);  // not durable yet
    journal.step();
    BOOST_TEST(journal.counter("a") == 20);
    BOOST_TEST(journal.counter("b") == -10);
    BOOST_TEST(journal.counter("c") == 0);
    BOOST_TEST(parse_counter_value(store->get(Family::counters, "a").value()) == 20);
  }
  const auto store = opened(options);
  Remembering listener;
  Journal journal(*store, listener);
  BOOST_TEST(journal.counter("a") == 20);
  BOOST_TEST(journal.counter("b") == -10);
}

BOOST_AUTO_TEST_CASE(the_bound_refuses_and_urgent_goes_a_quarter_past_it) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  Remembering listener;
  Journal journal(*store, listener, 8);
  for (int i = 0; i < 8; ++i) BOOST_TEST(give(journal, std::make_unique<TestCommit>()));
  std::unique_ptr<Commit> kept = std::make_unique<TestCommit>();
  BOOST_TEST(!journal.submit(kept));
  BOOST_TEST(kept != nullptr);
  BOOST_TEST(journal.submit(kept, true));
  BOOST_TEST(kept == nullptr);
  BOOST_TEST(give(journal, std::make_unique<TestCommit>(), true));
  BOOST_TEST(!give(journal, std::make_unique<TestCommit>(), true));
  BOOST_TEST(journal.waiting() == 10u);
  journal.step();
  BOOST_TEST(journal.waiting() == 0u);
  BOOST_TEST(give(journal, std::make_unique<TestCommit>()));
}

BOOST_AUTO_TEST_CASE(four_threads_submit_each_in_its_order) {
  const FreshFolder folder;
  constexpr std::uint64_t kThreads = 4, kEach = 2000;
  const auto store = opened(options_for(folder));
  Remembering listener;
  Journal journal(*store, listener);
  journal.start();
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&journal, t] {
        for (std::uint64_t i = 0; i < kEach; ++i)
          while (!give(journal, commit_of(test_id(t * kEach + i), static_cast<std::uint16_t>(t), 1, 2, t * kEach + i)))
            std::this_thread::yield();
      });
  }
  BOOST_REQUIRE(listener.wait_for(kThreads * kEach));
  std::vector<std::uint64_t> next(kThreads);
  for (const auto& s : listener.all()) {
    BOOST_REQUIRE((s.outcome == CommitOutcome::durable));
    const auto t = s.tag / kEach;
    BOOST_REQUIRE_EQUAL(s.tag % kEach, next[t]++);
  }
  for (std::uint16_t t = 0; t < kThreads; ++t) BOOST_TEST(check_partition(*store, t) == 2 * kEach);
  BOOST_TEST(journal.counter("all") == static_cast<std::int64_t>(kThreads * kEach));
  const auto statistics = journal.statistics();
  BOOST_TEST(statistics.commits == kThreads * kEach);
  BOOST_TEST(statistics.events == 2 * kThreads * kEach);
  std::uint64_t writes = 0;
  for (const auto n : statistics.latency_buckets) writes += n;
  BOOST_TEST(writes == statistics.batches);
}

BOOST_AUTO_TEST_CASE(stop_writes_what_is_queued_and_refuses_what_comes_later) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  Remembering listener;
  Journal journal(*store, listener);
  journal.start();
  for (std::uint64_t i = 0; i < 5000; ++i) BOOST_REQUIRE(give(journal, commit_of(test_id(i), 0, 1, 1, i)));
  journal.stop();
  BOOST_TEST(listener.all().size() == 5000u);
  BOOST_TEST(check_partition(*store, 0) == 5000u);
  BOOST_TEST(!give(journal, commit_of(test_id(9999), 0, 1, 1, 9999), true));
  journal.stop();
}

BOOST_AUTO_TEST_CASE(commits_submitted_while_it_stops_are_settled_or_given_back) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  for (int round = 0; round < 20; ++round) {
    Remembering listener;
    std::atomic<std::uint64_t> accepted{0};
    {
      Journal journal(*store, listener);
      journal.start();
      std::vector<std::jthread> threads(3);
      for (auto& thread : threads)
        thread = std::jthread([&] {
          while (give(journal, std::make_unique<TestCommit>())) ++accepted;
        });
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      journal.stop();
    }
    BOOST_REQUIRE_EQUAL(listener.all().size(), accepted.load());
  }
}

BOOST_AUTO_TEST_CASE(a_commit_of_an_earlier_generation_or_with_wrong_offsets_is_not_written) {
  const FreshFolder folder;
  const auto store = opened(options_for(folder));
  Remembering listener;
  Journal journal(*store, listener);
  auto stale = commit_of(test_id(1), 0, 1, 1, 1);
  stale->generation = journal.generation() + 1;
  std::unique_ptr<Commit> base = std::move(stale);
  BOOST_TEST(journal.submit(base));
  auto wrong = commit_of(test_id(2), 0, 1, 1, 2);
  wrong->chunks[0].value_offset = wrong->rows.bytes().size() - 3;
  BOOST_TEST(give(journal, std::move(wrong)));
  auto elsewhere = commit_of(test_id(3), 77, 1, 1, 3);
  BOOST_TEST(give(journal, std::move(elsewhere)));
  BOOST_TEST(give(journal, commit_of(test_id(4), 0, 1, 1, 4)));
  journal.step();
  const auto heard = listener.all();
  BOOST_REQUIRE_EQUAL(heard.size(), 4u);
  for (const auto& s : heard) BOOST_TEST((s.outcome == CommitOutcome::durable) == (s.tag == 4));
  BOOST_TEST(check_partition(*store, 0) == 1u);
}
