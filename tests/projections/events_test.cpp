#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;

namespace {

struct Streams : Rig {
  // Three runs that lie around each other in key order; the middle one has five chunks of 1, 2, 3, 1 and 1 events.
  Streams() {
    for (const std::uint64_t number : {1u, 3u}) {
      Run run(id_of(number, static_cast<std::int64_t>(number)));
      commit(run, at(0), {started(), scheduled("x")});
    }
    commit(middle, at(1), {started()});
    commit(middle, at(2), {scheduled("a"), scheduled("b")});
    commit(middle, at(3), {task_started("a"), task_completed("a"), task_started("b")});
    commit(middle, at(4), {task_completed("b")});
    commit(middle, at(5), {events::ExecutionCompleted{}});
    commit_workflow("default", "alice", "orders", at(0),
                    events::WorkflowRegistered{"orders", 1, {}, "application/json", "{}", {"{}"}});
  }
  std::vector<events::Record> page(std::uint64_t after, std::size_t limit, std::uint64_t& next) const {
    std::vector<events::Record> records;
    const auto asked = queries->events(
        middle.view.id, after, limit, [&](const events::Record& record) { records.push_back(record); }, Reach::disk);
    BOOST_REQUIRE_MESSAGE(asked, asked.error().detail);
    next = *asked;
    return records;
  }
  Run middle{id_of(2, 2)};
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(event_pages, Streams)

BOOST_AUTO_TEST_CASE(pages_of_any_size_give_each_event_once_with_its_place_in_the_chain) {
  std::uint64_t next = 0;
  const auto all = page(0, 100, next);
  BOOST_REQUIRE_EQUAL(all.size(), 8u);
  BOOST_TEST(next == 0u);
  BOOST_TEST((all.front().prev_hash == events::genesis(middle.view.id)));
  BOOST_TEST((all.back().hash == middle.head));
  for (std::size_t i = 1; i < all.size(); ++i) {
    BOOST_TEST(all[i].event_id == i + 1);
    BOOST_TEST((all[i].prev_hash == all[i - 1].hash));
    BOOST_TEST(all[i].position != 0u);
  }
  for (std::size_t limit = 1; limit <= 9; ++limit) {
    std::uint64_t after = 0;
    std::size_t seen = 0;
    do {
      const auto some = page(after, limit, next);
      for (const auto& record : some) {
        BOOST_REQUIRE(seen < all.size());
        BOOST_TEST(record.event_id == all[seen].event_id);
        BOOST_TEST((record.hash == all[seen].hash));
        BOOST_TEST((record.prev_hash == all[seen].prev_hash));
        BOOST_TEST((record.event == all[seen].event));
        ++seen;
      }
      BOOST_TEST((next == 0 || next == after + limit));
      after = next;
    } while (next != 0);
    BOOST_TEST(seen == all.size());
  }
  BOOST_TEST(page(8, 10, next).empty());
  BOOST_TEST(next == 0u);
  BOOST_TEST(page(1000, 10, next).empty());
}

BOOST_AUTO_TEST_CASE(a_stream_that_is_not_there_is_not_found) {
  for (const auto& id : {id_of(9), id_of(9, 2000)}) {
    const auto asked = queries->events(
        id, 0, 10, [](const events::Record&) {}, Reach::disk);
    BOOST_REQUIRE(!asked);
    BOOST_TEST((asked.error().code == errc::not_found_execution));
  }
}

BOOST_AUTO_TEST_CASE(chunks_come_in_order_until_told_to_stop) {
  std::vector<std::uint64_t> firsts;
  BOOST_REQUIRE(queries->chunks(middle.view.id, [&](const events::Chunk& chunk, std::string_view bytes) {
    BOOST_TEST(!bytes.empty());
    firsts.push_back(chunk.first_event_id);
    return true;
  }));
  BOOST_TEST(firsts == (std::vector<std::uint64_t>{1, 2, 4, 7, 8}));
  firsts.clear();
  BOOST_REQUIRE(queries->chunks(middle.view.id, [&](const events::Chunk& chunk, std::string_view) {
    firsts.push_back(chunk.first_event_id);
    return firsts.size() < 2;
  }));
  BOOST_TEST(firsts.size() == 2u);
}

BOOST_AUTO_TEST_CASE(executions_are_listed_in_key_order_without_workflows) {
  const auto all = queries->executions_after({}, 10);
  BOOST_REQUIRE(all);
  BOOST_TEST((*all == std::vector<ExecutionId>{id_of(1, 1), id_of(2, 2), id_of(3, 3)}));
  BOOST_TEST((*queries->executions_after(id_of(1, 1), 1) == std::vector<ExecutionId>{id_of(2, 2)}));
  BOOST_TEST(queries->executions_after(id_of(3, 3), 5)->empty());
}

BOOST_AUTO_TEST_SUITE_END()
