// A run's events as /workflow-executions shows them, held against the seed's example key by key.
#include "history_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_AUTO_TEST_SUITE(history)

BOOST_AUTO_TEST_CASE(the_keys_of_the_seed) {
  Shown run;
  const JsonDocument first = parsed(run.show(run_started()));
  BOOST_TEST(keys(first.root()) == kEventKeys, boost::test_tools::per_element());
  BOOST_TEST(
      keys(at(first.root(), {"role"})) == (Keys{"type", "workspace_id", "user_id", "access_level", "service_id"}),
      boost::test_tools::per_element());
  BOOST_TEST(json_at(first.root(), {"event_group"}) == "null");
  BOOST_TEST(json_at(first.root(), {"workflow_timeout"}) == "1.5");
  BOOST_TEST(json_at(first.root(), {"event_type"}) == "\"WORKFLOW_EXECUTION_STARTED\"");
  BOOST_TEST(json_at(first.root(), {"event_time"}) == "\"" + to_string(moment(1)) + "\"");
  BOOST_TEST(json_at(first.root(), {"task_id"}) == "101");

  const JsonDocument second = parsed(run.show(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}}));
  BOOST_TEST(keys(second.root()) == kEventKeys, boost::test_tools::per_element());
  BOOST_TEST(json_at(second.root(), {"role"}) == "null");
  const JsonValue& group = at(second.root(), {"event_group"});
  BOOST_TEST(keys(group) == kGroupKeys, boost::test_tools::per_element());
  const JsonValue& input = at(group, {"action_input"});
  BOOST_TEST(keys(input) == (Keys{"task", "exec_context", "run_context", "interaction_context"}),
             boost::test_tools::per_element());
  BOOST_TEST(keys(at(input, {"task"})) == kTaskKeys, boost::test_tools::per_element());
  BOOST_TEST(keys(at(input, {"run_context"})) == (Keys{"wf_id", "wf_exec_id", "wf_run_id", "environment"}),
             boost::test_tools::per_element());
  for (const JsonValue* policy : {&at(group, {"retry_policy"}), &at(input, {"task", "retry_policy"})}) {
    BOOST_TEST(keys(*policy) == (Keys{"max_attempts", "timeout", "retry_until"}), boost::test_tools::per_element());
  }
}

BOOST_AUTO_TEST_CASE(a_group_says_what_the_definition_says) {
  Shown run;
  const JsonDocument event = parsed(run.show(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}}));
  const JsonValue& group = at(event.root(), {"event_group"});
  BOOST_TEST(json_at(group, {"udf_namespace"}) == "\"acme.pay\"");
  BOOST_TEST(json_at(group, {"udf_name"}) == "\"charge\"");
  BOOST_TEST(json_at(group, {"udf_key"}) == "\"acme.pay.charge\"");
  BOOST_TEST(json_at(group, {"action_title"}) == "\"Charge card\"");
  BOOST_TEST(json_at(group, {"action_description"}) == "\"Takes the money\"");
  BOOST_TEST(json_at(group, {"retry_policy"}) ==
             R"({"max_attempts":3,"timeout":3,"retry_until":"${{ ACTIONS.charge_card.result }}"})");
  BOOST_TEST(json_at(group, {"start_delay"}) == "0.5");
  BOOST_TEST(json_at(group, {"join_strategy"}) == "\"any\"");
  const JsonValue& task = at(group, {"action_input", "task"});
  BOOST_TEST(json_at(task, {"args"}) == R"({"n":"${{ TRIGGER.n }}"})");
  BOOST_TEST(json_at(task, {"depends_on"}) == R"(["b"])");
  BOOST_TEST(json_at(task, {"wait_until"}) == "\"in 5 minutes\"");
  BOOST_TEST(json_at(task, {"run_if"}) == "\"${{ True }}\"");
  BOOST_TEST(json_at(group, {"action_input", "run_context", "environment"}) == "\"staging\"");
  BOOST_TEST(json_at(group, {"action_input", "run_context", "wf_run_id"}) == "\"" + to_string(run_uuid(7)) + "\"");

  const JsonDocument plain = parsed(run.show(events::TaskScheduled{"b", "noop", 1, "q", {}, {}}));
  const JsonValue& defaults = at(plain.root(), {"event_group"});
  BOOST_TEST(json_at(defaults, {"udf_namespace"}) == "\"\"");
  BOOST_TEST(json_at(defaults, {"udf_name"}) == "\"noop\"");
  BOOST_TEST(json_at(defaults, {"retry_policy"}) == R"({"max_attempts":1,"timeout":300,"retry_until":null})");
  BOOST_TEST(json_at(defaults, {"start_delay"}) == "0");
  BOOST_TEST(json_at(defaults, {"join_strategy"}) == "\"all\"");
  BOOST_TEST(json_at(defaults, {"action_input", "task", "args"}) == "{}");
  BOOST_TEST(json_at(defaults, {"action_input", "task", "for_each"}) == "null");
}

BOOST_AUTO_TEST_CASE(later_events_repeat_the_group_of_their_attempt) {
  Shown run;
  run.show(run_started());
  const auto group = [&](events::Event event) {
    const JsonDocument shown = parsed(run.show(std::move(event)));
    const JsonValue& of = at(shown.root(), {"event_group"});
    return json_at(of, {"event_id"}) + " " + json_at(of, {"current_attempt"}) + " " + json_at(of, {"action_result"});
  };
  BOOST_TEST(group(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}}) == "2 1 null");
  BOOST_TEST(group(events::TaskScheduled{"b", "noop", 1, "q", {}, {}}) == "3 1 null");
  BOOST_TEST(group(events::TaskStarted{"charge_card", 1, 1, "w", {}}) == "2 1 null");
  BOOST_TEST(group(events::TaskFailed{"charge_card", 1, 1, "no", "E", true, true}) == "2 1 null");
  BOOST_TEST(run.show(events::TaskDelayed{"charge_card", 2, moment(9), events::DelayReason::retry}).empty());
  BOOST_TEST(run.show(events::TaskDelayElapsed{"charge_card", 2}).empty());
  BOOST_TEST(group(events::TaskScheduled{"charge_card", "acme.pay.charge", 2, "q", {}, {}}) == "8 2 null");
  BOOST_TEST(group(events::TaskStarted{"b", 1, 1, "w", {}}) == "3 1 null");
  BOOST_TEST(group(events::TaskCompleted{"charge_card", 2, 1, Json{"[1]"}, {}}) == "8 2 [1]");
  // An attempt that was never scheduled opens its group itself.
  BOOST_TEST(group(events::TaskFailed{"charge_card", 3, 1, "args: no", "E", false, false}) == "11 3 null");
  BOOST_TEST(group(events::TaskCancelled{"b", 1}) == "3 1 null");

  // Events that a page goes past count as well.
  HistoryEvents page(groups());
  page.skip(5, events::TaskScheduled{"b", "noop", 1, "q", {}, {}});
  std::string out;
  BOOST_TEST(page.append(out, record(9, events::TaskStarted{"b", 1, 1, "w", {}})));
  BOOST_TEST(json_at(parsed(out).root(), {"event_group", "event_id"}) == "5");
}

BOOST_AUTO_TEST_CASE(each_event_has_its_type) {
  const auto type = [](const events::Event& event) { return std::string(history_type(event)); };
  BOOST_TEST(type(events::ExecutionStarted{}) == "WORKFLOW_EXECUTION_STARTED");
  BOOST_TEST(type(events::ExecutionCompleted{}) == "WORKFLOW_EXECUTION_COMPLETED");
  BOOST_TEST(type(events::ExecutionFailed{}) == "WORKFLOW_EXECUTION_FAILED");
  BOOST_TEST(type(events::ExecutionCancelled{}) == "WORKFLOW_EXECUTION_CANCELED");
  BOOST_TEST(type(events::ExecutionTerminated{}) == "WORKFLOW_EXECUTION_TERMINATED");
  BOOST_TEST(type(events::ExecutionTimedOut{}) == "WORKFLOW_EXECUTION_TIMED_OUT");
  BOOST_TEST(type(events::TaskScheduled{}) == "ACTIVITY_TASK_SCHEDULED");
  BOOST_TEST(type(events::TaskStarted{}) == "ACTIVITY_TASK_STARTED");
  BOOST_TEST(type(events::TaskCompleted{"a", 1, 1, Json{"null"}, {}}) == "ACTIVITY_TASK_COMPLETED");
  BOOST_TEST(type(events::TaskCompleted{"a", 1, 1, {}, {}}).empty());  // of a loop
  BOOST_TEST(type(events::TaskFailed{}) == "ACTIVITY_TASK_FAILED");
  BOOST_TEST(type(events::TaskTimedOut{}) == "ACTIVITY_TASK_TIMED_OUT");
  BOOST_TEST(type(events::TaskCancelled{}) == "ACTIVITY_TASK_CANCELED");
  for (const events::Event& hidden : {events::Event(events::TaskDelayed{}), events::Event(events::TaskDelayElapsed{}),
                                      events::Event(events::TaskRequeued{}), events::Event(events::TaskSkipped{}),
                                      events::Event(events::TaskLogged{}), events::Event(events::ExecutionPaused{}),
                                      events::Event(events::ExecutionResumed{})}) {
    BOOST_TEST(type(hidden).empty());
  }
}

BOOST_AUTO_TEST_CASE(failures_and_results) {
  Shown run;
  const auto of = [&](events::Event event, std::string_view member) {
    return json_at(parsed(run.show(std::move(event))).root(), {member});
  };
  BOOST_TEST(of(events::ExecutionCompleted{Json{R"({"a":1})"}}, "result") == R"({"a":1})");
  BOOST_TEST(of(events::TaskCompleted{"b", 1, 1, Json{"\"x\""}, {}}, "result") == "\"x\"");
  BOOST_TEST(of(events::TaskCompleted{"b", 1, 1, Json{"\"x\""}, {}}, "failure") == "null");
  BOOST_TEST(
      of(events::TaskFailed{"b", 2, 1, "it \"broke\"", "Boom", false, false}, "failure") ==
      R"({"message":"it \"broke\"","cause":{"type":"Boom","ref":"b","attempt":2,"retryable":false,"will_retry":false}})");
  BOOST_TEST(
      of(events::TaskTimedOut{"b", 1, true}, "failure") ==
      R"({"message":"The attempt was not finished within its timeout","cause":{"type":"TimeoutError","ref":"b","attempt":1,"retryable":true,"will_retry":true}})");
  BOOST_TEST(of(events::ExecutionFailed{"no", "E", "b"}, "failure") ==
             R"({"message":"no","cause":{"type":"E","ref":"b"}})");
  BOOST_TEST(of(events::ExecutionFailed{"no", "E", ""}, "failure") ==
             R"({"message":"no","cause":{"type":"E","ref":null}})");
  BOOST_TEST(of(events::ExecutionTerminated{"enough"}, "failure") == R"({"message":"enough","cause":null})");
  BOOST_TEST(of(events::ExecutionTerminated{}, "failure") == "null");
  BOOST_TEST(of(events::ExecutionCancelled{"enough"}, "failure") == R"({"message":"enough","cause":null})");
  BOOST_TEST(json_at(parsed(run.show(events::ExecutionTimedOut{})).root(), {"failure", "cause"}) == "null");
}

BOOST_AUTO_TEST_CASE(who_started_it) {
  Shown run;
  const JsonDocument alice = parsed(run.show(run_started(), "alice"));
  BOOST_TEST(json_at(alice.root(), {"role", "type"}) == "\"user\"");
  BOOST_TEST(json_at(alice.root(), {"role", "access_level"}) == "0");
  const std::string id(text_of(at(alice.root(), {"role", "user_id"})));
  BOOST_REQUIRE(parse_uuid(id).has_value());
  BOOST_TEST(id[14] == '4');
  const JsonDocument nobody = parsed(run.show(run_started(), ""));
  BOOST_TEST(json_at(nobody.root(), {"role", "type"}) == "\"service\"");
  BOOST_TEST(json_at(nobody.root(), {"role", "user_id"}) == "null");
  BOOST_TEST(json_at(nobody.root(), {"role", "access_level"}) == "999");
}

BOOST_AUTO_TEST_CASE(an_action_that_the_definition_has_not_shows_no_group) {
  Shown run;
  const JsonDocument event = parsed(run.show(events::TaskScheduled{"gone", "x", 1, "q", {}, {}}));
  BOOST_TEST(json_at(event.root(), {"event_group"}) == "null");
  BOOST_TEST((HistoryGroups::of("{", kIds).error().code == errc::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()
