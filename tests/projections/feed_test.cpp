// The feed by cursor: whatever the size of the pages and whenever they are read, every event once and in order.
#include "projections/feed.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "events/base64.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::FeedCursor;
using projections::FeedEvent;
using projections::FeedFilter;
using projections::FeedLimits;

namespace {

struct Seen {
  std::uint16_t partition;
  std::uint64_t position;
  std::string id, type, subject;
};

// Reads on from `cursor`; the text of the cursor survives in between, as a client's would.
std::vector<Seen> read(const Rig& rig, FeedCursor& cursor, const FeedFilter& filter = {}, FeedLimits limits = {},
                       std::size_t stop_after = ~std::size_t{0}) {
  std::vector<Seen> out;
  cursor = *rig.feed->parse(rig.feed->text(cursor));
  const auto done = rig.feed->read(cursor, rig.feed->end(), filter, limits, [&](const FeedEvent& event) {
    out.push_back({event.record.partition, event.record.position,
                   to_string(event.record.execution_id) + "/" + std::to_string(event.record.event_id),
                   std::string(events::type_of(event.record.event).name), std::string(event.subject)});
    return out.size() < stop_after;
  });
  BOOST_REQUIRE_MESSAGE(done, done.error().detail);
  BOOST_TEST(*done == (cursor == rig.feed->end()));
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(feed)

BOOST_AUTO_TEST_CASE(every_event_once_whatever_the_pages) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rig rig;
    std::mt19937_64 random(seed);
    std::vector<Run> runs;
    std::map<std::uint16_t, std::uint64_t> last;
    std::map<std::string, std::uint64_t> last_of_run;
    FeedCursor cursor = rig.feed->begin();
    std::size_t written = 0, seen = 0;
    const auto take = [&](const std::vector<Seen>& page) {
      for (const Seen& event : page) {
        BOOST_REQUIRE_EQUAL(event.position, ++last[event.partition]);
        const auto slash = event.id.find('/');
        BOOST_REQUIRE_EQUAL(std::stoull(event.id.substr(slash + 1)), ++last_of_run[event.id.substr(0, slash)]);
      }
      seen += page.size();
    };
    for (int step = 0; step < 120; ++step) {
      if (runs.empty() || random() % 4 == 0) {
        runs.emplace_back(id_of(seed * 1000 + runs.size()));
        rig.add(runs.back(), at(step), {started("w" + std::to_string(random() % 3))});
        ++written;
      }
      Run& run = runs[random() % runs.size()];
      std::vector<events::Event> more;
      for (std::uint64_t n = 1 + random() % 5; n > 0; --n) more.emplace_back(scheduled("t" + std::to_string(n)));
      written += more.size();
      rig.add(run, at(step), std::move(more));
      if (random() % 3 == 0) rig.flush();  // else not durable yet: not to be seen
      if (random() % 2 == 0) {
        take(read(rig, cursor, {}, {1 + random() % 9, 1 + random() % 20}, 1 + random() % 9));
      }
    }
    rig.flush();
    while (cursor != rig.feed->end()) take(read(rig, cursor, {}, {1 + random() % 50, 1 + random() % 50}));
    BOOST_TEST(seen == written);
  }
}

BOOST_AUTO_TEST_CASE(filters_by_type_workflow_and_workspace) {
  Rig rig;
  Run orders(id_of(1)), bills(id_of(2)), others(id_of(3), "bob", "elsewhere");
  rig.commit(orders, at(1), {started("orders"), scheduled("a")});
  rig.commit(bills, at(2), {started("bills"), scheduled("a"), task_completed("a")});
  rig.commit(others, at(3), {started("orders")});
  rig.commit_workflow("default", "ada", "orders", at(4), events::WorkflowDeleted{"orders"});
  const auto count = [&](const FeedFilter& filter) {
    FeedCursor cursor = rig.feed->begin();
    return read(rig, cursor, filter).size();
  };
  BOOST_TEST(count({}) == 7u);
  FeedFilter filter;
  filter.workspace = "default";
  BOOST_TEST(count(filter) == 6u);
  filter.workflow_id = "orders";
  BOOST_TEST(count(filter) == 3u);
  filter.types = *events::parse_type_set("reprise.task.*");
  BOOST_TEST(count(filter) == 1u);
  filter.workflow_id.clear();
  BOOST_TEST(count(filter) == 3u);
  filter.types = *events::parse_type_set("reprise.execution.started.v1,reprise.*.completed.v1");
  BOOST_TEST(count(filter) == 3u);
}

BOOST_AUTO_TEST_CASE(merged_by_time) {
  Rig rig;
  std::vector<Run> runs;
  for (std::uint64_t i = 0; i < 30; ++i) {
    runs.emplace_back(id_of(i));
    rig.commit(runs.back(), at(static_cast<std::int64_t>(i)), {started("w" + std::to_string(i)), scheduled("a")});
  }
  FeedCursor cursor = rig.feed->begin();
  const auto all = read(rig, cursor);
  BOOST_REQUIRE_EQUAL(all.size(), 60u);
  for (std::size_t i = 0; i < all.size(); ++i) BOOST_TEST(all[i].subject == "w" + std::to_string(i / 2));
}

BOOST_AUTO_TEST_CASE(a_wrong_cursor_is_refused) {
  Rig rig, other;
  Run run(id_of(1));
  rig.commit(run, at(1), {started()});
  const auto refusal = [&](std::string_view text) {
    const auto cursor = rig.feed->parse(text);
    BOOST_REQUIRE(!cursor);
    BOOST_CHECK(cursor.error().code == errc::invalid);
    return cursor.error().detail;
  };
  for (const char* text : {"", "x", "!!!!", "AAAA", "AQ", "12"}) {
    BOOST_TEST(refusal(text) == "the cursor is not one that this server has given");
  }
  BOOST_TEST(refusal(other.feed->text(other.feed->begin())) == "the cursor belongs to another store");
  FeedCursor ahead = rig.feed->end();
  ahead.seen[3] += 7;
  BOOST_TEST(refusal(rig.feed->text(ahead)) == "the cursor is ahead of what this store holds");
  const std::string good = rig.feed->text(rig.feed->end());
  BOOST_TEST(refusal(good.substr(0, good.size() - 2)) == "the cursor is not one that this server has given");
}

// Else a client that compares cursors would take one place for two.
BOOST_AUTO_TEST_CASE(one_text_for_one_cursor) {
  const auto word = [](std::string_view positions) {
    std::string text;
    append_base64url(text, "\1a store." + std::string(positions));
    return projections::read_feed_cursor(text, "a store.", 1);
  };
  BOOST_REQUIRE(word("\x05").has_value());
  BOOST_TEST(word("\x05")->seen.front() == 5u);
  BOOST_TEST(word(std::string_view("\0", 1))->seen.front() == 0u);
  for (const std::string_view longer : {std::string_view("\x85\0", 2), std::string_view("\x85\x80\0", 3),
                                        std::string_view("\x80\0", 2), std::string_view("\x05\0", 2)}) {
    BOOST_TEST(!word(longer).has_value());
  }
}

BOOST_AUTO_TEST_CASE(what_retention_dropped_is_passed_over) {
  Rig rig;
  Run run(id_of(1));
  for (int i = 0; i < 6; ++i) {
    rig.commit(
        run, at(i),
        i == 0 ? std::vector<events::Event>{started()} : std::vector<events::Event>{scheduled("a"), scheduled("b")});
  }
  const auto partition = storage::partition_of(run.view.id, rig.store->partitions());
  storage::RowBatch rows;
  for (const std::uint64_t position : {1u, 2u, 4u}) rows.del(Family::feed, storage::feed_key(partition, position));
  std::string bytes(12, '\0');
  bytes += rows.bytes();
  BOOST_REQUIRE(rig.store->write(bytes, rows.rows()));
  FeedCursor cursor = rig.feed->begin();
  const auto left = read(rig, cursor);
  BOOST_REQUIRE_EQUAL(left.size(), 6u);
  BOOST_TEST(left.front().position == 6u);
  cursor = rig.feed->begin();
  cursor.seen[partition] = 6;  // in the middle of a chunk
  BOOST_TEST(read(rig, cursor).front().position == 7u);
}

BOOST_AUTO_TEST_CASE(type_patterns) {
  const auto refusal = [](std::string_view text) {
    const auto set = events::parse_type_set(text);
    BOOST_REQUIRE(!set);
    return set.error().detail;
  };
  BOOST_CHECK(*events::parse_type_set("") == events::all_types());
  BOOST_CHECK(*events::parse_type_set("*") == events::all_types());
  BOOST_CHECK(*events::parse_type_set("reprise.*") == events::all_types());
  BOOST_TEST(events::parse_type_set("reprise.execution.*.v1")->count() == 12u);
  BOOST_TEST(events::parse_type_set("reprise.task.failed.v1,*timed_out*")->count() == 4u);
  BOOST_TEST(refusal("reprise.tsk.*").starts_with("the pattern \"reprise.tsk.*\" matches no event type"));
  BOOST_TEST(refusal("reprise.task.*,") == "an event type pattern is empty");
  BOOST_TEST(refusal(std::string(200, '*')).starts_with("an event type pattern is longer"));
}

BOOST_AUTO_TEST_SUITE_END()
