// The fold of a source's events, and its row there and back.
#include "projections/source_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::SourceRow;

namespace {

events::SourcePut put(std::string topic) {
  events::SourcePut event;
  event.name = "orders";
  event.workflow_id = "take-order";
  event.inputs = events::SourceInputs::record;
  event.topic = std::move(topic);
  event.start = events::SourceStart::latest;
  event.properties.bytes = R"({"client.id":"x"})";
  event.dead_letter_topic = "letters";
  event.max_in_flight = 1'000;
  return event;
}

void fold(SourceRow& row, int time, std::vector<events::Event> events) {
  events::Chunk chunk;
  chunk.first_event_id = row.next_event_id;
  chunk.time = at(time);
  chunk.principal = {"ada", "acme"};
  chunk.events = std::move(events);
  row.fold(chunk);
}

// What the row says is kept by its bytes.
void check_bytes(const SourceRow& row) {
  const std::string bytes = projections::source_value(row);
  const auto read = projections::parse_source_row(bytes);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(projections::source_value(*read) == bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    BOOST_TEST(!projections::parse_source_row(bytes.substr(0, cut)).has_value());
  }
  BOOST_TEST(!projections::parse_source_row(bytes + "x").has_value());
  std::string newer = bytes;
  newer[0] = 2;
  BOOST_TEST((projections::parse_source_row(newer).error().code == errc::unsupported_version));
}

// Rows as the journal writes them.
void write(Rig& rig, storage::RowBatch rows) {
  auto commit = std::make_unique<storage::Commit>();
  commit->generation = rig.journal->generation();
  commit->rows = std::move(rows);
  BOOST_REQUIRE(rig.journal->submit(commit));
  rig.flush();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(source_rows)

BOOST_AUTO_TEST_CASE(folding) {
  SourceRow row;
  fold(row, 10, {put("orders")});
  BOOST_TEST(row.workspace == "acme");
  BOOST_TEST(row.user == "ada");
  BOOST_TEST((row.put == put("orders") && row.made_at == at(10) && row.put_at == at(10)));
  BOOST_TEST((row.epoch == 1u && row.next_event_id == 2u));
  check_bytes(row);

  // Only another topic or other brokers begin anew.
  auto changed = put("orders");
  changed.workflow_id.clear();
  changed.start = events::SourceStart::earliest;
  fold(row, 11, {changed});
  BOOST_TEST((row.epoch == 1u && row.made_at == at(10) && row.put_at == at(11)));
  fold(row, 12, {put("others")});
  BOOST_TEST(row.epoch == 3u);
  auto elsewhere = put("others");
  elsewhere.brokers = "b:9092";
  fold(row, 13, {elsewhere});
  BOOST_TEST(row.epoch == 4u);

  fold(row, 14, {events::SourcePaused{"a holiday"}});
  BOOST_TEST((row.paused && row.pause_reason == "a holiday"));
  check_bytes(row);
  fold(row, 15, {events::SourceResumed{}});
  BOOST_TEST((!row.paused && row.pause_reason.empty()));

  for (std::uint32_t n = 0; n < 12; ++n) fold(row, 20, {events::SourceRefused{"others", n, 7, "not JSON"}});
  BOOST_TEST((row.refused == 12u && row.refusals.size() == projections::kRefusalsKept));
  BOOST_TEST((row.refusals.front().refused.partition == 2u && row.refusals.back().refused.partition == 11u));
  BOOST_TEST(row.refusals.back().event_id + 1 == row.next_event_id);
  fold(row, 21, {events::SourceMoved{"others", 1, 100, 150}, events::SourceMoved{"others", 1, 90, 0}});
  BOOST_TEST((row.lost == 50u && row.moves.size() == 2u));
  check_bytes(row);

  fold(row, 30, {events::SourceDeleted{"orders"}});
  BOOST_TEST(row.deleted);
  check_bytes(row);
  const auto next = row.next_event_id;
  fold(row, 31, {elsewhere});
  BOOST_TEST((!row.deleted && row.refused == 0u && row.lost == 0u && row.made_at == at(31)));
  BOOST_TEST(row.epoch == next);
}

BOOST_AUTO_TEST_CASE(reading) {
  Rig rig;
  storage::RowBatch rows;
  for (const char* name : {"a", "b", "c"}) {
    SourceRow row;
    auto event = put("t");
    event.name = name;
    fold(row, 1, {event});
    if (*name == 'b') fold(row, 2, {events::SourceDeleted{name}});
    projections::write_source_row(row, rows);
  }
  write(rig, rows);
  const auto all = projections::read_sources(*rig.store, "acme", "", 10);
  BOOST_REQUIRE(all.has_value());
  BOOST_REQUIRE(all->rows.size() == 2u);
  BOOST_TEST((all->rows.front().put.name == "a" && all->rows.back().put.name == "c"));
  BOOST_TEST(projections::read_sources(*rig.store, "acme", "a", 10)->rows.size() == 1u);
  BOOST_TEST(projections::read_sources(*rig.store, "other", "", 10)->rows.empty());
  BOOST_TEST(projections::read_source(*rig.store, "acme", "a").has_value());
  BOOST_TEST((projections::read_source(*rig.store, "acme", "b").error().code == errc::not_found));
  BOOST_TEST((projections::read_source(*rig.store, "acme", "d").error().code == errc::not_found));
}

BOOST_AUTO_TEST_SUITE_END()
