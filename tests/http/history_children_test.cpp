// Runs that a run starts, as /workflow-executions shows them: their events, and the rows of the compact form.
#include "history_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_AUTO_TEST_SUITE(history_children)

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
  BOOST_TEST(json_at(parsed(show(run_started())).root(), {"parent_wf_exec_id"}) == "\"wf_1/exec_2\"");
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
    compact.fold(next, moment(static_cast<std::int64_t>(next)), event);
    ++next;
  };
  const auto rows = [&] {
    std::string text = "[";
    compact.append_rows(text);
    return parsed(text += "]");
  };
  fold(run_started());
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

BOOST_AUTO_TEST_SUITE_END()
