// A run's events as /workflow-executions shows them, held against the seed's example key by key.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "events/json.hpp"
#include "http/history_compact.hpp"
#include "http/history_events.hpp"
#include "http/printed_ids.hpp"

using namespace reprise;
using namespace reprise::http;

BOOST_AUTO_TEST_SUITE(history)

namespace {

using Keys = std::vector<std::string>;

constexpr std::string_view kDefinition = R"({"title":"Orders","actions":[
  {"ref":"charge_card","description":"Takes the money","action":"acme.pay.charge","args":{"n":"${{ TRIGGER.n }}"},
   "retry_policy":{"max_attempts":3,"timeout":2.5,"backoff":2,"retry_until":"${{ ACTIONS.charge_card.result }}"},
   "start_delay":0.5,"wait_until":"in 5 minutes","join_strategy":"any","depends_on":["b"],"run_if":"${{ True }}"},
  {"ref":"b","action":"noop"}],"config":{"environment":"staging"}})";

const Uuid kWorkflow = parse_uuid("e35896d0-47fb-5ec5-b87e-9bef5b97e1b4").value();
const ExecutionId kExecution = parse_uuid("019c8b56-13bb-7fff-bfff-ffffffffffff").value();
const RunIds kIds{kWorkflow, kExecution, run_uuid(7)};

HistoryGroups groups() {
  auto made = HistoryGroups::of(kDefinition, kIds);
  BOOST_REQUIRE(made.has_value());
  return std::move(*made);
}

Time at(std::int64_t ms) { return from_millis(1'770'000'000'000 + ms); }

events::Record record(std::uint64_t id, events::Event event, std::string user = "alice") {
  events::Record out;
  out.position = id + 100;
  out.execution_id = kExecution;
  out.event_id = id;
  out.time = at(static_cast<std::int64_t>(id));
  out.principal = {std::move(user), "default"};
  out.event = std::move(event);
  return out;
}

events::ExecutionStarted started() {
  events::ExecutionStarted event;
  event.workflow_id = "orders";
  event.timeout = Duration{1'500};
  return event;
}

Keys keys(const JsonValue& object) {
  Keys names;
  BOOST_REQUIRE(object.IsObject());
  for (const auto& member : object.GetObject()) names.emplace_back(text_of(member.name));
  return names;
}

JsonDocument parsed(const std::string& text) {
  auto document = parse_json(text);
  BOOST_REQUIRE_MESSAGE(document.has_value(), text);
  return std::move(*document);
}

const JsonValue& at(const JsonValue& object, std::initializer_list<std::string_view> path) {
  const JsonValue* found = &object;
  for (const std::string_view name : path) {
    found = find(*found, name);
    BOOST_REQUIRE_MESSAGE(found != nullptr, name);
  }
  return *found;
}
std::string json_at(const JsonValue& object, std::initializer_list<std::string_view> path) {
  return to_json(at(object, path));
}

struct Shown {
  HistoryEvents history{groups()};
  std::uint64_t next = 1;

  // The event as it is shown; "" where it is not.
  std::string show(events::Event event, std::string user = "alice") {
    std::string out;
    const bool shown = history.append(out, record(next++, std::move(event), std::move(user)));
    BOOST_TEST(shown == !out.empty());
    return out;
  }
};

const Keys kEventKeys{"event_id", "event_time", "event_type", "task_id",           "event_group",
                      "failure",  "result",     "role",       "parent_wf_exec_id", "workflow_timeout"};
const Keys kGroupKeys{"event_id",        "udf_namespace", "udf_name",           "udf_key",       "action_id",
                      "action_ref",      "action_title",  "action_description", "action_input",  "action_result",
                      "current_attempt", "retry_policy",  "start_delay",        "join_strategy", "related_wf_exec_id"};
const Keys kRowKeys{"source_event_id", "schedule_time",    "start_time",     "close_time",   "curr_event_type",
                    "status",          "action_name",      "action_ref",     "action_input", "action_result",
                    "action_error",    "child_wf_exec_id", "child_wf_count", "loop_index",   "child_wf_wait_strategy"};
const Keys kTaskKeys{"ref",    "description", "action",       "args",        "depends_on", "interaction",
                     "run_if", "for_each",    "retry_policy", "start_delay", "wait_until", "join_strategy"};

}  // namespace

BOOST_AUTO_TEST_CASE(the_keys_of_the_seed) {
  Shown run;
  const JsonDocument first = parsed(run.show(started()));
  BOOST_TEST(keys(first.root()) == kEventKeys, boost::test_tools::per_element());
  BOOST_TEST(
      keys(at(first.root(), {"role"})) == (Keys{"type", "workspace_id", "user_id", "access_level", "service_id"}),
      boost::test_tools::per_element());
  BOOST_TEST(json_at(first.root(), {"event_group"}) == "null");
  BOOST_TEST(json_at(first.root(), {"workflow_timeout"}) == "1.5");
  BOOST_TEST(json_at(first.root(), {"event_type"}) == "\"WORKFLOW_EXECUTION_STARTED\"");
  BOOST_TEST(json_at(first.root(), {"event_time"}) == "\"" + to_string(at(1)) + "\"");
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
  run.show(started());
  const auto group = [&](events::Event event) {
    const JsonDocument shown = parsed(run.show(std::move(event)));
    const JsonValue& of = at(shown.root(), {"event_group"});
    return json_at(of, {"event_id"}) + " " + json_at(of, {"current_attempt"}) + " " + json_at(of, {"action_result"});
  };
  BOOST_TEST(group(events::TaskScheduled{"charge_card", "acme.pay.charge", 1, "q", {}, {}}) == "2 1 null");
  BOOST_TEST(group(events::TaskScheduled{"b", "noop", 1, "q", {}, {}}) == "3 1 null");
  BOOST_TEST(group(events::TaskStarted{"charge_card", 1, 1, "w", {}}) == "2 1 null");
  BOOST_TEST(group(events::TaskFailed{"charge_card", 1, 1, "no", "E", true, true}) == "2 1 null");
  BOOST_TEST(run.show(events::TaskDelayed{"charge_card", 2, at(9), events::DelayReason::retry}).empty());
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
  const JsonDocument alice = parsed(run.show(started(), "alice"));
  BOOST_TEST(json_at(alice.root(), {"role", "type"}) == "\"user\"");
  BOOST_TEST(json_at(alice.root(), {"role", "access_level"}) == "0");
  const std::string id(text_of(at(alice.root(), {"role", "user_id"})));
  BOOST_REQUIRE(parse_uuid(id).has_value());
  BOOST_TEST(id[14] == '4');
  const JsonDocument nobody = parsed(run.show(started(), ""));
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

// ---- children

namespace {

HistoryGroups groups_with_child() {
  RunIds ids = kIds;
  ids.workspace = "default";
  ids.parent = "wf_1/exec_2";
  auto groups = HistoryGroups::of(R"({"actions":[
    {"ref":"call","action":"core.workflow.execute","args":{"workflow_id":"${{ 'other' }}"},"retry_policy":{"max_attempts":2}},
    {"ref":"each","action":"core.workflow.execute","for_each":"${{ for var.n in [1, 2] }}","args":{"workflow_id":"other"}}]})",
                                  ids);
  BOOST_REQUIRE(groups.has_value());
  return std::move(*groups);
}

events::TaskScheduled calls(std::string ref, const std::string& more = "") {
  return {std::move(ref), "core.workflow.execute", 1, {}, Json{R"({"workflow_id":"other")" + more + "}"}, {}};
}

std::string printed(const ExecutionId& id) {
  std::string out;
  append_run_id(out, workflow_uuid("default", "other"), id);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_child_has_events_and_a_group_of_its_own) {
  HistoryEvents history(groups_with_child(), [](std::string_view id) { return "Title of " + std::string(id); });
  std::uint64_t next = 1;
  const auto show = [&](events::Event event) {
    std::string out;
    history.append(out, record(next++, std::move(event)));
    return out;
  };
  BOOST_TEST(json_at(parsed(show(started())).root(), {"parent_wf_exec_id"}) == "\"wf_1/exec_2\"");
  const JsonDocument initiated = parsed(show(calls("call", R"(,"trigger_inputs":[1],"timeout":2.5)")));
  BOOST_TEST(json_at(initiated.root(), {"event_type"}) == "\"START_CHILD_WORKFLOW_EXECUTION_INITIATED\"");
  BOOST_TEST(json_at(initiated.root(), {"parent_wf_exec_id"}) == "null");
  const JsonValue& group = at(initiated.root(), {"event_group"});
  BOOST_TEST(keys(group) == kGroupKeys, boost::test_tools::per_element());
  BOOST_TEST(json_at(group, {"action_title"}) == "\"Title of other\"");
  BOOST_TEST(json_at(group, {"action_ref"}) == "null");
  BOOST_TEST(json_at(group, {"retry_policy", "max_attempts"}) == "2");
  BOOST_TEST(json_at(group, {"related_wf_exec_id"}) == '"' + printed(child_uuid(kIds.execution, "call", 1)) + '"');
  BOOST_TEST(json_at(group, {"action_input", "trigger_inputs"}) == "[1]");
  BOOST_TEST(json_at(group, {"action_input", "timeout"}) == "2.5");
  BOOST_TEST(json_at(group, {"action_input", "role", "type"}) == "\"service\"");

  BOOST_TEST(show(events::TaskStarted{"call", 1, 1, {}, {}}).empty());
  const ExecutionId id = uuid_v4(1, 2);
  const JsonDocument began = parsed(show(events::TaskChildStarted{"call", 1, to_string(id), "other", 1}));
  BOOST_TEST(json_at(began.root(), {"event_type"}) == "\"CHILD_WORKFLOW_EXECUTION_STARTED\"");
  BOOST_TEST(json_at(began.root(), {"event_group", "event_id"}) == "2");
  BOOST_TEST(json_at(began.root(), {"event_group", "related_wf_exec_id"}) == '"' + printed(id) + '"');
  const JsonDocument done = parsed(show(events::TaskCompleted{"call", 1, 1, Json{"7"}, {}}));
  BOOST_TEST(json_at(done.root(), {"event_type"}) == "\"CHILD_WORKFLOW_EXECUTION_COMPLETED\"");
  BOOST_TEST(json_at(done.root(), {"event_group", "action_result"}) == "7");

  const auto type = [&](const events::Event& event) { return std::string(child_history_type(event, false, false)); };
  BOOST_TEST(type(events::TaskFailed{"call", 1, 1, "m", "Any", true, false}) == "CHILD_WORKFLOW_EXECUTION_FAILED");
  BOOST_TEST(type(events::TaskFailed{"call", 1, 1, "m", "ChildCancelled", false, false}) ==
             "CHILD_WORKFLOW_EXECUTION_CANCELED");
  BOOST_TEST(type(events::TaskFailed{"call", 1, 1, "m", "ChildTerminated", false, false}) ==
             "CHILD_WORKFLOW_EXECUTION_TERMINATED");
  BOOST_TEST(type(events::TaskTimedOut{"call", 1, false}) == "CHILD_WORKFLOW_EXECUTION_TIMED_OUT");
  BOOST_TEST(type(events::TaskCancelled{"call", 1}) == "CHILD_WORKFLOW_EXECUTION_CANCELED");
  BOOST_TEST(child_history_type(events::TaskCancelled{"call", 1}, false, true) ==
             "CHILD_WORKFLOW_EXECUTION_TERMINATED");
  BOOST_TEST(child_history_type(events::TaskCompleted{"call", 1, 1, Json{"7"}, {}}, true, false).empty());
}

BOOST_AUTO_TEST_CASE(rows_of_children) {
  HistoryCompact compact(groups_with_child());
  std::uint64_t next = 1;
  const auto fold = [&](const events::Event& event) {
    compact.fold(next, at(static_cast<std::int64_t>(next)), event);
    ++next;
  };
  const auto rows = [&] {
    std::string text = "[";
    compact.append_rows(text);
    return parsed(text += "]");
  };
  fold(started());
  fold(calls("call", R"(,"wait_strategy":"detach","trigger_inputs":{"a":1})"));
  const JsonDocument waiting = rows();
  BOOST_TEST(json_at(waiting.root()[0], {"status"}) == "\"SCHEDULED\"");
  BOOST_TEST(json_at(waiting.root()[0], {"child_wf_wait_strategy"}) == "\"detach\"");
  fold(events::TaskStarted{"call", 1, 1, {}, {}});
  fold(events::TaskChildStarted{"call", 1, to_string(uuid_v4(1, 2)), "other", 1});
  fold(events::TaskCompleted{"call", 1, 1, Json{"\"id\""}, {}});
  fold(events::TaskLoopStarted{"each", 1, 2, Json{R"({"n":[1,2]})"}});
  for (const char* const ref : {"each[0]", "each[1]"}) fold(calls(ref));
  fold(events::TaskChildStarted{"each[1]", 1, to_string(uuid_v4(5, 6)), "other", 1});
  fold(events::TaskChildStarted{"each[0]", 1, to_string(uuid_v4(3, 4)), "other", 1});
  fold(events::TaskCompleted{"each[0]", 1, 1, Json{"1"}, {}});
  fold(events::TaskFailed{"each[1]", 1, 1, "no", "E", false, false});
  fold(events::TaskCompleted{"each", 1, 1, {}, {}});
  const JsonDocument all = rows();
  const JsonValue& alone = all.root()[0];
  BOOST_TEST(keys(alone) == kRowKeys, boost::test_tools::per_element());
  BOOST_TEST(json_at(alone, {"status"}) == "\"DETACHED\"");
  BOOST_TEST(json_at(alone, {"action_input"}) == R"({"a":1})");
  BOOST_TEST(json_at(alone, {"child_wf_exec_id"}) == '"' + printed(uuid_v4(1, 2)) + '"');
  const JsonValue& loop = all.root()[1];
  BOOST_TEST(json_at(loop, {"status"}) == "\"COMPLETED\"");
  BOOST_TEST(json_at(loop, {"curr_event_type"}) == "\"CHILD_WORKFLOW_EXECUTION_COMPLETED\"");
  BOOST_TEST(json_at(loop, {"child_wf_exec_id"}) == '"' + printed(uuid_v4(3, 4)) + '"');
  BOOST_TEST(json_at(loop, {"child_wf_count"}) == "1");
  BOOST_TEST(json_at(loop, {"loop_index"}) == "0");
  BOOST_TEST(json_at(loop, {"action_result"}) == R"([1,{"is_error":true,"type":"E","message":"no"}])");
}

// ---- compact

namespace {

struct Compact {
  HistoryCompact compact{groups()};
  std::uint64_t next = 1;

  // The row of `ref` after the event.
  JsonDocument after(const events::Event& event, std::string_view ref = "charge_card") {
    compact.fold(next, at(static_cast<std::int64_t>(next)), event);
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

std::string time(std::int64_t ms) { return "\"" + to_string(at(ms)) + "\""; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_row_goes_with_its_action) {
  Compact run;
  BOOST_TEST(to_json(run.after(started()).root()) == "{}");
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
