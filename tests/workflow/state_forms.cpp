// The two forms of a state: bytes to hash, JSON for people.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {
const std::string kTwo = definition(
    R"({"ref":"a","action":"acme.do","args":{"x":[1]}},{"ref":"b","action":"core.noop","depends_on":["a"]})");

std::string canonical(const State& state) {
  std::string out;
  state.append_canonical(out);
  return out;
}
}  // namespace

BOOST_AUTO_TEST_SUITE(state_forms)

BOOST_AUTO_TEST_CASE(every_member_is_part_of_the_canonical_form) {
  Run run(kTwo);
  run.start();
  const auto changed = [&](auto change) {
    State state(Uuid{}, run.plan);
    for (const auto& event : run.history[0].events) BOOST_REQUIRE(apply(state, event, run.now));
    BOOST_REQUIRE(canonical(state) == run.canonical());
    change(state);
    return canonical(state) != run.canonical();
  };
  BOOST_TEST(!changed([](State&) {}));
  BOOST_TEST(changed([](State& s) { s.id.bytes[3] = 9; }));
  BOOST_TEST(changed([](State& s) { s.status = Status::paused; }));
  BOOST_TEST(changed([](State& s) { ++s.next_event_id; }));
  BOOST_TEST(changed([](State& s) { s.started_at += Duration{1}; }));
  BOOST_TEST(changed([](State& s) { s.ended_at += Duration{1}; }));
  BOOST_TEST(changed([](State& s) { s.timeout_at += Duration{1}; }));
  BOOST_TEST(changed([](State& s) { ++s.seed; }));
  BOOST_TEST(changed([](State& s) { ++s.order; }));
  BOOST_TEST(changed([](State& s) { ++s.unresolved; }));
  BOOST_TEST(changed([](State& s) { s.trigger_type = events::Trigger::webhook; }));
  BOOST_TEST(changed([](State& s) { s.trigger.bytes = "[]"; }));
  BOOST_TEST(changed([](State& s) { s.result.bytes = "1"; }));
  BOOST_TEST(changed([](State& s) { s.error_message = "m"; }));
  BOOST_TEST(changed([](State& s) { s.error_type = "m"; }));
  BOOST_TEST(changed([](State& s) { s.error_ref = "m"; }));
  BOOST_TEST(changed([](State& s) { s.edges[0] = EdgeStatus::visited; }));
  const auto task_changed = [&](auto change) { return changed([&](State& s) { change(s.tasks[0]); }); };
  BOOST_TEST(task_changed([](TaskState& t) { t.status = TaskStatus::running; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.attempt; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.delivery; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.failures; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.unresolved_in; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.last_attempt; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.last_delivery; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.scheduled_event; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.started_event; }));
  BOOST_TEST(task_changed([](TaskState& t) { ++t.order; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.since += Duration{1}; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.delay_until += Duration{1}; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.delay_reason = events::DelayReason::retry; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.deadline += Duration{1}; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.offered_at += Duration{1}; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.lease_until += Duration{1}; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.worker = "w"; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.args.bytes = "2"; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.result.bytes = "2"; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.error_message = "2"; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.error_type = "2"; }));
  BOOST_TEST(task_changed([](TaskState& t) { t.unreachable = true; }));
}

BOOST_AUTO_TEST_CASE(neighbouring_texts_do_not_run_into_each_other) {
  Run run(kTwo);
  State one(Uuid{}, run.plan), other(Uuid{}, run.plan);
  one.error_message = "ab";
  other.error_message = "a";
  other.error_type = "b";
  BOOST_TEST(canonical(one) != canonical(other));
}

BOOST_AUTO_TEST_CASE(the_json_form_says_everything_in_words) {
  Run run(kTwo);
  run.start(R"({"k":1})");
  run.lease("a");
  const auto document = parse_json(run.json());
  BOOST_REQUIRE(document);
  const JsonValue& root = document->root();
  BOOST_TEST(text_of(*find(root, "status")) == "running");
  BOOST_TEST(text_of(*find(root, "workflow_id")) == "w");
  BOOST_TEST(text_of(*find(root, "started_at")) == "2023-11-14T22:13:20.000Z");
  BOOST_TEST(find(root, "ended_at")->IsNull());
  BOOST_TEST(to_json(*find(root, "inputs")) == R"({"k":1})");
  BOOST_TEST(find(root, "error")->IsNull());
  BOOST_TEST(find(root, "event_id")->GetUint64() == 3u);
  const JsonValue& tasks = *find(root, "tasks");
  BOOST_TEST(text_of(*find(tasks[0], "status")) == "running");
  BOOST_TEST(text_of(*find(tasks[0], "worker")) == "w1");
  BOOST_TEST(to_json(*find(tasks[0], "args")) == R"({"x":[1]})");
  BOOST_TEST(to_json(*find(tasks[1], "depends_on")) == R"([{"ref":"a","on":"success","edge":"pending"}])");
  BOOST_TEST(find(root, "timers")->Size() == 3u);
  run.fail("a");
  const auto failed = parse_json(run.json());
  BOOST_REQUIRE(failed);
  BOOST_TEST(to_json(*find(failed->root(), "error")) == R"({"message":"broken","type":"Broken","ref":"a"})");
  BOOST_TEST(text_of(*find(failed->root(), "status")) == "failed");
}

BOOST_AUTO_TEST_CASE(values_are_parsed_when_looked_at) {
  Run run(kTwo);
  BOOST_TEST(run.state.trigger_value() == nullptr);
  run.start(R"({"k":1})");
  BOOST_TEST(to_json(*run.state.trigger_value()) == R"({"k":1})");
  BOOST_TEST(run.state.result_value(0) == nullptr);
  BOOST_TEST(run.state.result_value(99) == nullptr);
  run.complete("a", "[2]");
  BOOST_TEST(to_json(*run.state.result_value(0)) == "[2]");
}

BOOST_AUTO_TEST_CASE(the_run_id_is_of_version_4_and_follows_from_the_seed) {
  Run one(kTwo), two(kTwo);
  one.start();
  two.start();
  BOOST_TEST((run_id(one.state) == run_id(two.state)));
  BOOST_TEST((run_id(one.state).bytes[6] >> 4) == 4);
  two.state.seed = 43;
  BOOST_TEST((run_id(one.state) != run_id(two.state)));
}

BOOST_AUTO_TEST_SUITE_END()
