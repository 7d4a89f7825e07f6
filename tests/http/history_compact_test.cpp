// The compact form of a run: a row for each action, whichever of its events came last.
#include "history_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_AUTO_TEST_SUITE(history_compact)

namespace {

struct Compact {
  HistoryCompact compact{groups()};
  std::uint64_t next = 1;

  // The row of `ref` after the event.
  JsonDocument after(const events::Event& event, std::string_view ref = "charge_card") {
    compact.fold(next, moment(static_cast<std::int64_t>(next)), event);
    ++next;
    std::string rows = "[";
    compact.append_rows(rows);
    JsonDocument all = parsed(rows += "]");
    for (const JsonValue& row : all.root().GetArray()) {
      if (text_of(at(row, {"action_ref"})) == ref) return parsed(to_json(row));
    }
    return parsed("{}");
  }
};

std::string time(std::int64_t ms) { return "\"" + to_string(moment(ms)) + "\""; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_goes_with_its_action) {
  Compact run;
  BOOST_TEST(to_json(run.after(run_started()).root()) == "{}");
  const JsonDocument scheduled = run.after(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}});
  BOOST_TEST(keys(scheduled.root()) == kRowKeys, boost::test_tools::per_element());
  BOOST_TEST(json_at(scheduled.root(), {"status"}) == "\"SCHEDULED\"");
  BOOST_TEST(json_at(scheduled.root(), {"source_event_id"}) == "2");
  BOOST_TEST(json_at(scheduled.root(), {"schedule_time"}) == time(2));
  BOOST_TEST(json_at(scheduled.root(), {"start_time"}) == "null");
  BOOST_TEST(json_at(scheduled.root(), {"action_name"}) == "\"acme.pay.charge\"");
  BOOST_TEST(json_at(scheduled.root(), {"action_input"}) == R"({"n":"${{ TRIGGER.n }}"})");

  const JsonDocument begun = run.after(events::TaskStarted{"charge_card", 1, 1, "w", {}});
  BOOST_TEST(json_at(begun.root(), {"status"}) == "\"STARTED\"");
  BOOST_TEST(json_at(begun.root(), {"start_time"}) == time(3));

  const JsonDocument retried = run.after(events::TaskFailed{"charge_card", 1, 1, "no", "E", true, true});
  BOOST_TEST(json_at(retried.root(), {"status"}) == "\"SCHEDULED\"");
  BOOST_TEST(json_at(retried.root(), {"curr_event_type"}) == "\"ACTIVITY_TASK_FAILED\"");
  BOOST_TEST(json_at(retried.root(), {"action_error", "message"}) == "\"no\"");
  BOOST_TEST(json_at(retried.root(), {"close_time"}) == "null");

  run.after(events::TaskScheduled{"charge_card", "acme.pay.charge", 2, "q", {}, {}});
  run.after(events::TaskStarted{"charge_card", 2, 1, "w", {}});
  const JsonDocument done = run.after(events::TaskCompleted{"charge_card", 2, 1, Json{"{\"ok\":true}"}, {}});
  BOOST_TEST(json_at(done.root(), {"status"}) == "\"COMPLETED\"");
  BOOST_TEST(json_at(done.root(), {"source_event_id"}) == "2");
  BOOST_TEST(json_at(done.root(), {"start_time"}) == time(3));
  BOOST_TEST(json_at(done.root(), {"close_time"}) == time(7));
  BOOST_TEST(json_at(done.root(), {"action_result"}) == R"({"ok":true})");
  BOOST_TEST(json_at(done.root(), {"action_error"}) == "null");
}

BOOST_AUTO_TEST_CASE(rows_of_ends) {
  const auto status = [](const std::vector<events::Event>& then) {
    Compact run;
    run.after(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}});
    std::string last;
    for (const events::Event& event : then) last = json_at(run.after(event).root(), {"status"});
    return last;
  };
  using events::TaskCancelled;
  BOOST_TEST(status({events::TaskFailed{"charge_card", 1, 1, "no", "E", true, false}}) == "\"FAILED\"");
  BOOST_TEST(status({events::TaskTimedOut{"charge_card", 1, false}}) == "\"TIMED_OUT\"");
  BOOST_TEST(status({events::TaskTimedOut{"charge_card", 1, true}}) == "\"SCHEDULED\"");
  BOOST_TEST(status({events::ExecutionCancelled{}, TaskCancelled{"charge_card", 1}}) == "\"CANCELED\"");
  BOOST_TEST(status({events::ExecutionTerminated{}, TaskCancelled{"charge_card", 1}}) == "\"TERMINATED\"");
  BOOST_TEST(status({events::TaskStarted{"charge_card", 1, 1, "w", {}},
                     events::TaskRequeued{"charge_card", 1, 2, {}}}) == "\"SCHEDULED\"");
}

BOOST_AUTO_TEST_CASE(a_loop_is_one_row) {
  Compact run;
  const JsonDocument begun = run.after(events::TaskLoopStarted{"charge_card", 1, 3, Json{R"({"x":[1,2,3]})"}});
  BOOST_TEST(keys(begun.root()) == kRowKeys, boost::test_tools::per_element());
  BOOST_TEST(json_at(begun.root(), {"status"}) == "\"STARTED\"");
  BOOST_TEST(json_at(begun.root(), {"loop_index"}) == "0");
  BOOST_TEST(json_at(begun.root(), {"action_result"}) == "[null,null,null]");
  for (const char* ref : {"charge_card[0]", "charge_card[1]", "charge_card[2]"}) {
    run.after(events::TaskScheduled{ref, "acme.pay.charge", 1, "q", {}, {}});
  }
  run.after(events::TaskStarted{"charge_card[2]", 1, 1, "w", {}});
  const JsonDocument retried = run.after(events::TaskFailed{"charge_card[2]", 1, 1, "no", "E", true, true});
  BOOST_TEST(json_at(retried.root(), {"status"}) == "\"STARTED\"");
  BOOST_TEST(json_at(retried.root(), {"start_time"}) == time(5));
  BOOST_TEST(json_at(retried.root(), {"action_error"}) == "null");
  run.after(events::TaskCompleted{"charge_card[2]", 2, 1, Json{"\"c\""}, {}});
  run.after(events::TaskCompleted{"charge_card[0]", 1, 1, Json{"\"a\""}, {}});
  const JsonDocument last = run.after(events::TaskCompleted{"charge_card[1]", 1, 1, Json{"{}"}, {}});
  BOOST_TEST(json_at(last.root(), {"close_time"}) == "null");
  const JsonDocument done = run.after(events::TaskCompleted{"charge_card", 1, 1, {}, {}});
  BOOST_TEST(json_at(done.root(), {"status"}) == "\"COMPLETED\"");
  BOOST_TEST(json_at(done.root(), {"close_time"}) == time(10));
  BOOST_TEST(json_at(done.root(), {"action_result"}) == R"(["a",{},"c"])");

  Compact failing;
  failing.after(events::TaskLoopStarted{"charge_card", 1, 2, Json{R"({"x":[1,2]})"}});
  failing.after(events::TaskFailed{"charge_card[0]", 1, 1, "no", "E", true, false});
  failing.after(events::TaskCancelled{"charge_card[1]", 1});
  const JsonDocument failed =
      failing.after(events::TaskFailed{"charge_card", 1, 1, "charge_card[0] failed: no", "E", false, false});
  BOOST_TEST(json_at(failed.root(), {"status"}) == "\"FAILED\"");
  BOOST_TEST(json_at(failed.root(), {"action_error", "message"}) == "\"charge_card[0] failed: no\"");
}

BOOST_AUTO_TEST_CASE(iterations_are_of_their_actions_group) {
  Shown run;
  BOOST_TEST(run.show(events::TaskLoopStarted{"charge_card", 1, 2, Json{R"({"x":[1,2]})"}}).empty());
  run.show(events::TaskScheduled{"charge_card[0]", "acme.pay.charge", 1, "q", {}, {}});
  run.show(events::TaskScheduled{"charge_card[1]", "acme.pay.charge", 1, "q", {}, {}});
  const JsonDocument done = parsed(run.show(events::TaskCompleted{"charge_card[0]", 1, 1, Json{"1"}, {}}));
  BOOST_TEST(json_at(done.root(), {"event_group", "event_id"}) == "2");
  BOOST_TEST(json_at(done.root(), {"event_group", "action_ref"}) == "\"charge_card\"");
  BOOST_TEST(run.show(events::TaskCompleted{"charge_card", 1, 1, {}, {}}).empty());
}

BOOST_AUTO_TEST_CASE(rows_stand_in_the_order_in_which_they_came) {
  Compact run;
  run.after(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}});
  run.after(events::TaskFailed{"b", 1, 1, "unreachable", "E", false, false});
  run.after(events::TaskStarted{"charge_card", 1, 1, "w", {}});
  std::string rows = "[";
  run.compact.append_rows(rows);
  const JsonDocument all = parsed(rows += "]");
  BOOST_REQUIRE(all.root().Size() == 2u);
  BOOST_TEST(json_at(all.root()[0], {"action_ref"}) == "\"charge_card\"");
  BOOST_TEST(json_at(all.root()[1], {"action_ref"}) == "\"b\"");
  BOOST_TEST(json_at(all.root()[1], {"schedule_time"}) == time(2));
}

BOOST_AUTO_TEST_SUITE_END()
