// The JSON of events as consumers see it.
#include <boost/test/unit_test.hpp>
#include <set>

#include "sample_events.hpp"

using namespace reprise;
using namespace reprise::events;
using namespace reprise::events::test;

namespace {

std::string json_of(const Event& event) {
  std::string out;
  append_json(out, event);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_json)

BOOST_AUTO_TEST_CASE(members_have_their_names_and_forms) {
  ExecutionStarted started;
  started.workflow_id = "order\"s";
  started.workflow_version = 3;
  started.definition_hash.fill(0xAB);
  started.inputs.bytes = R"({"n": 1.50})";
  started.trigger = Trigger::webhook;
  started.seed = 18446744073709551615ull;
  started.timeout = Duration{300500};
  BOOST_TEST(json_of(started) ==
             R"({"workflow_id":"order\"s","workflow_version":3,)"
             R"("definition_hash":"abababababababababababababababababababababababababababababababab",)"
             R"("inputs":{"n": 1.50},"trigger":"webhook","seed":18446744073709551615,"timeout":300.5,)"
             R"("idempotency_key":""})");
  BOOST_TEST(json_of(ExecutionResumed{}) == "{}");
  TaskLogged logged;
  logged.ref = "a";
  logged.lines = {{from_millis(1771864200123), LogLevel::warning, "line\n"}, {{}, LogLevel::info, ""}};
  BOOST_TEST(json_of(logged) ==
             R"({"ref":"a","lines":[{"time":"2026-02-23T16:30:00.123Z","level":"WARNING","message":"line\n"},)"
             R"({"time":null,"level":"INFO","message":""}]})");
  BOOST_TEST(json_of(TaskLogged{}) == R"({"ref":"","lines":[]})");
  TaskScheduled scheduled;
  BOOST_TEST(json_of(scheduled) == R"({"ref":"","action":"","attempt":1,"queue":"","args":null,"deadline":null})");
  TaskFailed failed{"r", 2, 1, "boom", "Error", true, false};
  BOOST_TEST(json_of(failed) == R"({"ref":"r","attempt":2,"delivery":1,"message":"boom","type":"Error",)"
                                R"("retryable":true,"will_retry":false})");
}

BOOST_AUTO_TEST_CASE(durations_are_seconds) {
  const auto seconds = [](std::int64_t ms) {
    ExecutionStarted started;
    started.timeout = Duration{ms};
    const auto document = parse_json(json_of([&] {
                            started.inputs.bytes = "{}";
                            return started;
                          }()))
                              .value();
    return to_json(*find(document.root(), "timeout"));
  };
  BOOST_TEST(seconds(0) == "0");
  BOOST_TEST(seconds(1) == "0.001");
  BOOST_TEST(seconds(20) == "0.02");
  BOOST_TEST(seconds(60000) == "60");
  BOOST_TEST(seconds(1100) == "1.1");
  BOOST_TEST(seconds(-1500) == "-1.5");
}

BOOST_AUTO_TEST_CASE(an_event_is_one_line) {
  ExecutionCompleted completed;
  completed.result.bytes = "{\r\n  \"a\": [1,\n2],\n  \"b\": \"x\\ny\"\n}\n";
  BOOST_TEST(json_of(completed) == "{\"result\":{  \"a\": [1,2],  \"b\": \"x\\ny\"}}");
}

BOOST_AUTO_TEST_CASE(every_event_is_json) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    Random random(seed);
    const std::string text = json_of(random_event(random));
    const auto checked = check_json(text);
    BOOST_TEST_REQUIRE(checked.has_value(), "seed " << seed << ": " << text);
    BOOST_TEST_REQUIRE(text.find('\n') == std::string::npos, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(cloud_events_have_the_contracts_members) {
  Record record;
  record.partition = 3;
  record.position = 4711;
  record.execution_id = some_id();
  record.event_id = 12;
  record.time = from_millis(1771864200000);
  record.event = TaskSkipped{"b", SkipReason::edges};
  std::string out = "data: ";
  append_cloud_event(out, record, "billing:daily");
  BOOST_TEST(out ==
             R"(data: {"specversion":"1.0","id":"01890a5d-ac96-774b-bcce-b302099a8057/12",)"
             R"("source":"/executions/01890a5d-ac96-774b-bcce-b302099a8057","type":"reprise.task.skipped.v1",)"
             R"("time":"2026-02-23T16:30:00.000Z","datacontenttype":"application/json","subject":"billing:daily",)"
             R"("partitionkey":"01890a5d-ac96-774b-bcce-b302099a8057","sequence":"3:4711",)"
             R"("data":{"ref":"b","reason":"edges"}})");
}

BOOST_AUTO_TEST_SUITE_END()
