// The fold of a schedule's events, and its row there and back.
#include "projections/schedule_rows.hpp"

#include <boost/test/unit_test.hpp>

#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using events::FiringOutcome;
using projections::ScheduleRow;

namespace {

events::SchedulePut put(std::string workflow) {
  events::SchedulePut event;
  event.name = "nightly";
  event.workflow_id = std::move(workflow);
  event.cron = "0 3 * * *";
  event.timezone = "Europe/Berlin";
  event.inputs.bytes = R"({"a":1})";
  event.overlap = events::Overlap::buffer_one;
  event.catchup_window = Duration{90'000};
  return event;
}

events::ScheduleFired fired(int due, FiringOutcome outcome, std::string run = {}) {
  events::ScheduleFired event;
  event.due = at(due);
  event.outcome = outcome;
  event.execution_id = std::move(run);
  return event;
}

void fold(ScheduleRow& row, int time, std::vector<events::Event> events) {
  events::Chunk chunk;
  chunk.first_event_id = row.next_event_id;
  chunk.time = at(time);
  chunk.principal = {"ada", "acme"};
  chunk.events = std::move(events);
  row.fold(chunk);
}

// What the row says is kept by its bytes.
void check_bytes(const ScheduleRow& row) {
  const std::string bytes = projections::schedule_value(row);
  const auto read = projections::parse_schedule_row(bytes);
  BOOST_REQUIRE(read.has_value());
  BOOST_TEST(projections::schedule_value(*read) == bytes);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    BOOST_TEST(!projections::parse_schedule_row(bytes.substr(0, cut)).has_value());
  }
  BOOST_TEST(!projections::parse_schedule_row(bytes + "x").has_value());
  std::string newer = bytes;
  newer[0] = 2;
  BOOST_TEST((projections::parse_schedule_row(newer).error().code == errc::unsupported_version));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(schedule_rows)

BOOST_AUTO_TEST_CASE(folding) {
  ScheduleRow row;
  fold(row, 10, {put("report")});
  BOOST_TEST(row.workspace == "acme");
  BOOST_TEST(row.user == "ada");
  BOOST_TEST(row.put.inputs.bytes.empty());
  BOOST_TEST((row.made_at == at(10) && row.put_at == at(10) && row.dealt_with == at(10)));
  check_bytes(row);

  const auto run = id_of(1);
  fold(row, 21, {fired(20, FiringOutcome::started, to_string(run)), fired(21, FiringOutcome::buffered)});
  BOOST_REQUIRE(row.runs.size() == 1u);
  BOOST_TEST((row.runs.front().id == run));
  BOOST_TEST(row.runs.front().event_id == 2u);
  BOOST_TEST((row.buffered == at(21) && row.dealt_with == at(21)));
  check_bytes(row);
  fold(row, 30, {fired(29, FiringOutcome::overlapped), fired(21, FiringOutcome::started, to_string(id_of(2)))});
  BOOST_TEST((!row.buffered && row.dealt_with == at(29)));
  BOOST_TEST(row.next_event_id == 6u);

  auto manual = fired(35, FiringOutcome::started, to_string(id_of(3)));
  manual.manual = true;
  fold(row, 35, {manual});
  BOOST_TEST((row.dealt_with == at(29)));
  BOOST_TEST(row.runs.size() == 3u);
  fold(row, 40, {events::SchedulePaused{"a holiday"}});
  BOOST_TEST((row.paused && row.pause_reason == "a holiday"));
  check_bytes(row);
  // Put again: still paused, still the same schedule; what was buffered is not any more.
  fold(row, 50, {put("other")});
  BOOST_TEST((row.paused && row.made_at == at(10) && row.put_at == at(50) && row.dealt_with == at(50)));
  BOOST_TEST(row.counts[0] == 3u);
  fold(row, 60, {events::ScheduleResumed{}});
  BOOST_TEST((!row.paused && row.dealt_with == at(60)));
  fold(row, 70, {events::ScheduleDeleted{"nightly"}});
  BOOST_TEST(row.deleted);
  check_bytes(row);
  fold(row, 80, {put("report")});
  BOOST_TEST((!row.deleted && row.made_at == at(80) && row.firings.empty() && row.runs.empty() && row.counts[0] == 0));
  BOOST_TEST(row.next_event_id == 12u);
}

BOOST_AUTO_TEST_CASE(only_the_newest_are_kept) {
  ScheduleRow row;
  fold(row, 0, {put("report")});
  for (int i = 1; i <= 25; ++i) {
    fold(row, i, {fired(i, FiringOutcome::started, to_string(id_of(static_cast<std::uint64_t>(i))))});
  }
  BOOST_TEST(row.firings.size() == projections::kFiringsKept);
  BOOST_TEST(row.runs.size() == projections::kRunsKept);
  BOOST_TEST((row.runs.back().id == id_of(25)));
  BOOST_TEST(row.counts[0] == 25u);
  check_bytes(row);
}

BOOST_FIXTURE_TEST_CASE(reading, Rig) {
  const auto write = [&](const std::string& workspace, const std::string& name, bool deleted) {
    ScheduleRow row;
    row.workspace = workspace;
    row.put = put("report");
    row.put.name = name;
    row.deleted = deleted;
    events::Chunk chunk;
    chunk.principal.workspace = workspace;
    chunk.events.emplace_back(row.put);
    row.put.inputs.bytes.clear();
    storage::RowBatch rows;
    projections::write_schedule_row(row, rows);
    projections::write_schedule_inputs(chunk, rows);
    std::string bytes(12, '\0');
    bytes += rows.bytes();
    BOOST_REQUIRE(store->write(bytes, rows.rows()).has_value());
  };
  for (const char* name : {"a", "b", "b.c", "d"}) write("acme", name, std::string(name) == "b");
  write("acme2", "z", false);
  const auto names = [&](std::string_view workspace, std::string_view after, std::size_t limit) {
    const auto found = projections::read_schedules(*store, workspace, after, limit);
    BOOST_REQUIRE(found.has_value());
    std::string out;
    for (const auto& row : found->rows) out += row.put.name + " ";
    return out;
  };
  BOOST_TEST(names("acme", "", 10) == "a b.c d ");
  BOOST_TEST(names("acme", "a", 1) == "b.c ");
  BOOST_TEST(names("acme", "b", 10) == "b.c d ");
  BOOST_TEST(names("acme", "d", 10).empty());
  BOOST_TEST(names("other", "", 10).empty());
  BOOST_TEST(projections::read_schedules(*store, "acme", "", 2)->next == "b.c");
  BOOST_TEST(projections::read_schedules(*store, "acme", "", 3)->next.empty());
  BOOST_TEST(projections::read_schedule(*store, "acme", "a").has_value());
  BOOST_TEST((projections::read_schedule(*store, "acme", "b").error().code == errc::not_found));
  BOOST_TEST((projections::read_schedule(*store, "acme2", "a").error().code == errc::not_found));
  BOOST_TEST(projections::read_schedule_inputs(*store, "acme", "d")->bytes == R"({"a":1})");
  BOOST_TEST((projections::schedule_uuid("acme", "a") != projections::schedule_uuid("acme", "b")));
  BOOST_TEST((projections::schedule_uuid("acme", "a") != projections::schedule_uuid("acm", "ea")));
}

BOOST_FIXTURE_TEST_CASE(a_page_looks_at_so_many_rows_and_says_where_to_go_on, Rig) {
  storage::RowBatch rows;
  const auto write = [&](const std::string& name, bool deleted) {
    ScheduleRow row;
    row.workspace = "acme";
    row.put = put("report");
    row.put.inputs.bytes.clear();
    row.put.name = name;
    row.deleted = deleted;
    projections::write_schedule_row(row, rows);
  };
  for (std::size_t n = 0; n <= projections::kNamesLookedAt; ++n) write("old" + std::to_string(100'000 + n), true);
  write("present", false);
  std::string bytes(12, '\0');
  bytes += rows.bytes();
  BOOST_REQUIRE(store->write(bytes, rows.rows()).has_value());
  const auto first = projections::read_schedules(*store, "acme", "", 10);
  BOOST_REQUIRE(first.has_value());
  BOOST_TEST(first->rows.empty());
  BOOST_TEST(first->next == "old" + std::to_string(100'000 + projections::kNamesLookedAt - 1));
  const auto second = projections::read_schedules(*store, "acme", first->next, 10);
  BOOST_REQUIRE(second.has_value());
  BOOST_REQUIRE(second->rows.size() == 1u);
  BOOST_TEST(second->rows.front().put.name == "present");
  BOOST_TEST(second->next.empty());
}

BOOST_AUTO_TEST_SUITE_END()
