// A run of a definition with two actions, and its events as /workflow-executions shows them.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/json.hpp"
#include "http/history_compact.hpp"
#include "http/history_events.hpp"
#include "http/printed_ids.hpp"

namespace reprise::testing {

using namespace reprise::http;

using Keys = std::vector<std::string>;

inline constexpr std::string_view kDefinition = R"({"title":"Orders","actions":[
  {"ref":"charge_card","description":"Takes the money","action":"acme.pay.charge","args":{"n":"${{ TRIGGER.n }}"},
   "retry_policy":{"max_attempts":3,"timeout":2.5,"backoff":2,"retry_until":"${{ ACTIONS.charge_card.result }}"},
   "start_delay":0.5,"wait_until":"in 5 minutes","join_strategy":"any","depends_on":["b"],"run_if":"${{ True }}"},
  {"ref":"b","action":"noop"}],"config":{"environment":"staging"}})";

inline const Uuid kWorkflow = parse_uuid("e35896d0-47fb-5ec5-b87e-9bef5b97e1b4").value();
inline const ExecutionId kExecution = parse_uuid("019c8b56-13bb-7fff-bfff-ffffffffffff").value();
inline const RunIds kIds{kWorkflow, kExecution, run_uuid(7)};

inline HistoryGroups groups() {
  auto made = HistoryGroups::of(kDefinition, kIds);
  BOOST_REQUIRE(made.has_value());
  return std::move(*made);
}

inline Time moment(std::int64_t ms) { return from_millis(1'770'000'000'000 + ms); }

inline events::Record record(std::uint64_t id, events::Event event, std::string user = "alice") {
  events::Record out;
  out.position = id + 100;
  out.execution_id = kExecution;
  out.event_id = id;
  out.time = moment(static_cast<std::int64_t>(id));
  out.principal = {std::move(user), "default"};
  out.event = std::move(event);
  return out;
}

inline events::ExecutionStarted run_started() {
  events::ExecutionStarted event;
  event.workflow_id = "orders";
  event.timeout = Duration{1'500};
  return event;
}

inline Keys keys(const JsonValue& object) {
  Keys names;
  BOOST_REQUIRE(object.IsObject());
  for (const auto& member : object.GetObject()) names.emplace_back(text_of(member.name));
  return names;
}

inline JsonDocument parsed(const std::string& text) {
  auto document = parse_json(text);
  BOOST_REQUIRE_MESSAGE(document.has_value(), text);
  return std::move(*document);
}

inline const JsonValue& at(const JsonValue& object, std::initializer_list<std::string_view> path) {
  const JsonValue* found = &object;
  for (const std::string_view name : path) {
    found = find(*found, name);
    BOOST_REQUIRE_MESSAGE(found != nullptr, name);
  }
  return *found;
}
inline std::string json_at(const JsonValue& object, std::initializer_list<std::string_view> path) {
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

inline const Keys kEventKeys{"event_id", "event_time", "event_type", "task_id",           "event_group",
                             "failure",  "result",     "role",       "parent_wf_exec_id", "workflow_timeout"};
inline const Keys kGroupKeys{"event_id",     "udf_namespace", "udf_name",          "udf_key",
                             "action_id",    "action_ref",    "action_title",      "action_description",
                             "action_input", "action_result", "current_attempt",   "retry_policy",
                             "start_delay",  "join_strategy", "related_wf_exec_id"};
inline const Keys kRowKeys{
    "source_event_id", "schedule_time",    "start_time",     "close_time",   "curr_event_type",
    "status",          "action_name",      "action_ref",     "action_input", "action_result",
    "action_error",    "child_wf_exec_id", "child_wf_count", "loop_index",   "child_wf_wait_strategy"};
inline const Keys kTaskKeys{"ref",    "description", "action",       "args",        "depends_on", "interaction",
                            "run_if", "for_each",    "retry_policy", "start_delay", "wait_until", "join_strategy"};

}  // namespace reprise::testing
