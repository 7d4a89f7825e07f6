#include "projections/execution_view.hpp"

#include <boost/test/unit_test.hpp>

#include "projections/log_lines.hpp"
#include "tests/projections/rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::ExecutionView;
using projections::Status;

namespace {

const ExecutionId kId = *parse_uuid("019c1c22-d800-7001-8000-000000000007");

void fold(ExecutionView& view, std::int64_t ms, std::vector<events::Event> events) {
  view.fold({view.id, view.last_event_id + 1, at(ms), {"alice", "acme"}, "request/1", std::move(events)});
}

std::string json(const ExecutionView& view) {
  std::string out;
  view.append_status_json(out);
  return out;
}

ExecutionView running() {
  ExecutionView view(kId);
  fold(view, 0, {started(), scheduled("charge")});
  return view;
}

std::string body(std::string_view status, std::string_view node, std::string_view result, std::string_view error,
                 std::string_view completed_at) {
  std::string out = R"({"execution_id":"019c1c22-d800-7001-8000-000000000007","workflow_id":"orders","status":")";
  out.append(status).append(R"(","current_node":)").append(node).append(R"(,"result":)").append(result);
  out.append(R"(,"error":)").append(error).append(R"(,"started_at":"2026-02-02T02:40:00.000Z","completed_at":)");
  return out.append(completed_at).append("}");
}

const char* const kEnd = R"("2026-02-02T02:40:01.500Z")";

}  // namespace

BOOST_AUTO_TEST_SUITE(view)

BOOST_AUTO_TEST_CASE(a_view_of_no_events_shows_nulls) {
  BOOST_TEST(json(ExecutionView(kId)) ==
             R"({"execution_id":"019c1c22-d800-7001-8000-000000000007","workflow_id":"","status":"pending",)"
             R"("current_node":null,"result":null,"error":null,"started_at":null,"completed_at":null})");
}

BOOST_AUTO_TEST_CASE(each_end_has_its_status_result_and_error) {
  const struct {
    events::Event end;
    Status status;
    std::string expected;
  } cases[] = {
      {events::ExecutionCompleted{Json{R"({"total":3})"}}, Status::completed,
       body("completed", "null", R"({"total":3})", "null", kEnd)},
      {events::ExecutionCompleted{}, Status::completed, body("completed", "null", "null", "null", kEnd)},
      {events::ExecutionFailed{"card \"declined\"", "CardError", "charge"}, Status::failed,
       body("failed", "null", "null", R"("charge: card \"declined\"")", kEnd)},
      {events::ExecutionFailed{"no result", "ResultError", ""}, Status::failed,
       body("failed", "null", "null", R"("no result")", kEnd)},
      {events::ExecutionCancelled{"changed my mind"}, Status::cancelled_by_user,
       body("cancelled", "null", "null", "null", kEnd)},
      {events::ExecutionTerminated{""}, Status::terminated, body("cancelled", "null", "null", "null", kEnd)},
      {events::ExecutionTimedOut{}, Status::timed_out,
       body("failed", "null", "null", R"("execution timed out after 300 s")", kEnd)},
  };
  for (const auto& one : cases) {
    ExecutionView view = running();
    fold(view, 1500, {one.end, events::TaskCancelled{"charge", 1}});
    BOOST_TEST(json(view) == one.expected);
    BOOST_TEST((view.status == one.status));
    BOOST_TEST((projections::kStatusesFolded >> static_cast<unsigned>(view.status) & 1) == 1u);
    BOOST_TEST(view.last_event_id == 4u);
  }
}

BOOST_AUTO_TEST_CASE(pausing_and_resuming_changes_the_status_and_nothing_else) {
  ExecutionView view = running();
  BOOST_TEST(json(view) == body("running", R"("charge")", "null", "null", "null"));
  fold(view, 10, {events::ExecutionPaused{"lunch"}});
  BOOST_TEST(json(view) == body("paused", R"("charge")", "null", "null", "null"));
  fold(view, 20, {events::ExecutionResumed{}});
  BOOST_TEST(json(view) == body("running", R"("charge")", "null", "null", "null"));
}

BOOST_AUTO_TEST_CASE(the_current_node_is_the_open_one_that_was_scheduled_last) {
  ExecutionView view(kId);
  fold(view, 0, {started()});
  BOOST_TEST(view.current_node == "");
  fold(view, 1, {scheduled("a"), scheduled("b"), scheduled("c")});
  BOOST_TEST(view.current_node == "c");
  fold(view, 2, {task_started("a")});
  BOOST_TEST(view.current_node == "c");
  fold(view, 3, {task_completed("c")});
  BOOST_TEST(view.current_node == "b");
  // A retry stays open, and its next attempt counts as scheduled anew.
  fold(view, 4, {events::TaskFailed{"a", 1, 1, "no", "E", true, true}});
  BOOST_TEST(view.current_node == "b");
  fold(view, 5, {events::TaskDelayed{"a", 2, at(4005), events::DelayReason::retry}});
  BOOST_TEST(view.current_node == "a");
  fold(view, 6, {events::TaskDelayElapsed{"a", 2}, scheduled("a", 2), events::TaskTimedOut{"a", 2, false}});
  BOOST_TEST(view.current_node == "b");
  fold(view, 7, {events::TaskRequeued{"b", 1, 2, events::RequeueReason::lease_expired}});
  BOOST_TEST(view.current_node == "b");
  fold(view, 8, {events::TaskSkipped{"d", events::SkipReason::edges}, events::TaskCancelled{"b", 1}});
  BOOST_TEST(view.current_node == "");
}

BOOST_AUTO_TEST_CASE(a_status_row_says_all_that_the_view_knows) {
  ExecutionView view = running();
  fold(view, 1500, {events::ExecutionCompleted{Json{"[1,2]"}}});
  std::string bytes;
  projections::append_status_row(bytes, view);
  BOOST_TEST(projections::is_final_status_row(bytes));
  const auto row = projections::parse_status_row(bytes);
  BOOST_REQUIRE(row);
  BOOST_TEST((row->status == Status::completed));
  BOOST_TEST(row->final);
  BOOST_TEST(row->last_event_id == 3u);
  BOOST_TEST(row->log_lines == view.log_lines);
  BOOST_TEST(row->log_bytes == view.log_bytes);
  BOOST_TEST(row->workflow_version == 3u);
  BOOST_TEST((row->started_at == at(0)));
  BOOST_TEST((row->completed_at == at(1500)));
  BOOST_TEST(row->user == "alice");
  BOOST_TEST(row->workspace == "acme");
  BOOST_TEST(row->workflow_id == "orders");
  BOOST_TEST(row->json == json(view));

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = projections::parse_status_row(std::string_view(bytes).substr(0, size));
    BOOST_REQUIRE(!cut);
    BOOST_TEST((cut.error().code == errc::corrupt));
  }
  bytes[0] = 2;
  BOOST_TEST((projections::parse_status_row(bytes).error().code == errc::unsupported_version));
  bytes[0] = 1;
  bytes[1] = projections::kStatuses;
  BOOST_TEST((projections::parse_status_row(bytes).error().code == errc::corrupt));
}

BOOST_AUTO_TEST_CASE(rows_and_counters_are_written_byte_for_byte_as_documented) {
  const ExecutionView view = running();
  const std::string place = std::string("\xff\xff\xfe\x63\xe3\xc7\x5b\xff", 8) + std::string(kId.view());
  const std::string all =
      "\x01\x04"
      "acme\x03";
  const std::string workflow =
      "\x02\x04"
      "acme\x06"
      "orders\x03";
  const std::string user =
      "\x03\x04"
      "acme\x05"
      "alice\x03";
  const std::string both =
      "\x04\x04"
      "acme\x06"
      "orders\x05"
      "alice\x03";

  const auto rows = projections::rows_of(view);
  BOOST_REQUIRE_EQUAL(rows.size(), 5u);
  BOOST_TEST((rows[0].family == Family::status));
  BOOST_TEST(rows[0].key == kId.view());
  const std::string header = std::string("\x01\x03\x03\x02\x01\x64\x80\x90\xc5\xc3\x83\x67\x00", 13) +
                             "\x05"
                             "alice\x04"
                             "acme\x06"
                             "orders";
  BOOST_TEST(rows[0].value == header + json(view));
  std::size_t number = 1;
  for (const auto& list : {all, workflow, user, both}) {
    BOOST_TEST((rows[number].family == Family::index));
    BOOST_TEST(rows[number].key == list + place);
    BOOST_TEST(rows[number].value.empty());
    ++number;
  }

  storage::RowBatch batch;
  std::vector<storage::CounterDelta> counters;
  view.write_rows(nullptr, batch, counters);
  BOOST_TEST(batch.rows() == 5u);
  BOOST_REQUIRE_EQUAL(counters.size(), 4u);
  BOOST_TEST(counters[0].key == all);
  BOOST_TEST(counters[3].key == both);
  for (const auto& counter : counters) BOOST_TEST(counter.delta == 1);

  // No change of status: the status row alone. A change: a row and a counter down, and one up, in each list.
  batch.clear();
  counters.clear();
  ExecutionView later = view;
  fold(later, 5, {task_started("charge")});
  later.write_rows(&view, batch, counters);
  BOOST_TEST(batch.rows() == 1u);
  BOOST_TEST(counters.empty());
  fold(later, 6, {events::ExecutionPaused{}});
  batch.clear();
  later.write_rows(&view, batch, counters);
  BOOST_TEST(batch.rows() == 9u);
  BOOST_REQUIRE_EQUAL(counters.size(), 8u);
  BOOST_TEST(counters[0].key == all);
  BOOST_TEST(counters[0].delta == -1);
  BOOST_TEST(counters[1].key ==
             "\x01\x04"
             "acme\x05");
  BOOST_TEST(counters[1].delta == 1);
}

BOOST_AUTO_TEST_CASE(a_run_of_nobody_is_in_no_list_by_user) {
  ExecutionView view(kId);
  view.fold({kId, 1, at(0), {"", "default"}, "request/1", {started()}});
  BOOST_TEST(projections::rows_of(view).size() == 3u);
}

BOOST_AUTO_TEST_CASE(an_idempotency_key_makes_a_row_that_names_the_run_and_its_body) {
  ExecutionView view(kId);
  fold(view, 0, {started("orders", "k1")});
  const auto* row = view.idempotency_row();
  BOOST_REQUIRE(row != nullptr);
  BOOST_TEST(row->key == projections::idempotency_key("acme", "alice", "k1"));
  BOOST_TEST(row->key != projections::idempotency_key("acme", "alicek", "1"));
  const auto value = projections::parse_idempotency_value(row->value);
  BOOST_REQUIRE(value);
  BOOST_TEST((value->id == kId));
  BOOST_TEST(value->body_hash == projections::idempotency_body_hash("orders", R"({"n":1})"));
  BOOST_TEST(value->body_hash != projections::idempotency_body_hash("orders", R"({"n":2})"));
  BOOST_TEST(value->body_hash.size() == 32u);
  BOOST_TEST(!projections::parse_idempotency_value(row->value.substr(1)));
  BOOST_TEST((projections::rows_of(view).back().family == Family::idempotency));
}

BOOST_AUTO_TEST_SUITE_END()
