// Which command fits which state, and what a refusal says.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {
const std::string kOne = definition(R"({"ref":"a","action":"acme.do","args":{"x":1}})", R"("returns":"ok")");
}

BOOST_AUTO_TEST_SUITE(decide_commands)

BOOST_AUTO_TEST_CASE(nothing_but_a_start_fits_a_run_that_has_not_started) {
  Run run(kOne);
  BOOST_TEST(run.act(Cancel{}) == "refused WRONG_STATE");
  BOOST_TEST(run.act(Terminate{}) == "refused WRONG_STATE");
  BOOST_TEST(run.act(Pause{}) == "refused WRONG_STATE");
  BOOST_TEST(run.act(Resume{}) == "refused WRONG_STATE");
  BOOST_TEST(run.act(Log{"a", {{run.now, events::LogLevel::info, "x"}}}) == "refused WRONG_STATE");
  BOOST_TEST(run.lease("a") == "refused STALE");
  BOOST_TEST(run.complete("a") == "refused STALE");
  BOOST_TEST(run.fire(TimerKind::execution_timeout) == "refused STALE");
  BOOST_TEST(run.start() == "started; schedule a 1 {\"x\":1}");
  BOOST_TEST(run.start() == "refused WRONG_STATE");
}

BOOST_AUTO_TEST_CASE(a_start_takes_from_the_plan_what_the_caller_left_open) {
  Run run(kOne);
  run.start("");
  const auto& started = std::get<events::ExecutionStarted>(run.history.front().events.front());
  BOOST_TEST(started.workflow_id == "w");
  BOOST_TEST((started.definition_hash == run.plan->hash));
  BOOST_TEST(started.inputs.bytes == "{}");
  BOOST_TEST(started.timeout.count() == 300'000);
  BOOST_TEST(run.timers.size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_lease_is_given_once) {
  Run run(kOne);
  run.start();
  BOOST_TEST(run.lease("b") == "refused NOT_FOUND");
  BOOST_TEST(run.lease("a", 2) == "refused STALE");
  BOOST_TEST(run.lease("a", 1, 2) == "refused STALE");
  BOOST_TEST(run.lease("a") == "start a 1/1 w1");
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.timers.size() == 3u);  // execution, lease, attempt
  BOOST_TEST(run.lease("a") == "refused STALE");
}

BOOST_AUTO_TEST_CASE(a_result_sent_twice_is_a_duplicate_also_after_the_end) {
  Run run(kOne);
  run.start();
  run.lease("a");
  BOOST_TEST(run.complete("a", "1") == "done a 1/1 1; completed \"ok\"");
  BOOST_TEST(run.complete("a", "1") == "refused DUPLICATE");
  BOOST_TEST(run.fail("a") == "refused DUPLICATE");
  BOOST_TEST(run.complete("a", "1", 1, 2) == "refused STALE");
  BOOST_TEST(run.timers.empty());
}

BOOST_AUTO_TEST_CASE(a_failure_sent_twice_is_a_duplicate_also_when_it_is_retried) {
  Run run(
      definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"max_attempts":3}})", R"("returns":"ok")"));
  run.start();
  run.lease("a");
  run.fail("a");
  BOOST_TEST(run.fail("a") == "refused DUPLICATE");
  run.fire_next();
  BOOST_TEST(run.fail("a") == "refused DUPLICATE");
  BOOST_TEST(run.complete("a", "null", 2) == "done a 2/1 null; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_result_for_a_queued_attempt_is_taken) {
  Run run(kOne);
  run.start();
  BOOST_TEST(run.complete("a", "1") == "done a 1/1 1; completed \"ok\"");
  BOOST_TEST(run.offers.empty());
}

BOOST_AUTO_TEST_CASE(an_empty_result_is_null) {
  Run run(kOne);
  run.start();
  BOOST_TEST(run.complete("a", "") == "done a 1/1 null; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_lease_that_runs_out_gives_the_next_delivery) {
  Run run(kOne);
  run.start();
  BOOST_TEST(run.fire(TimerKind::lease, "a", 1, 1) == "refused STALE");
  run.lease("a");
  const Time deadline = run.task("a").deadline;
  BOOST_TEST(run.fire(TimerKind::lease, "a", 1, 2) == "refused STALE");
  BOOST_TEST(run.fire_next() == "requeue a 1/2 lease_expired");
  BOOST_TEST((run.task("a").deadline == deadline));
  BOOST_TEST(run.complete("a") == "refused STALE");
  BOOST_TEST(run.lease("a", 1, 1) == "refused STALE");
  BOOST_TEST(run.lease("a", 1, 2) == "start a 1/2 w1");
  BOOST_TEST((run.task("a").deadline == deadline));
  BOOST_TEST(run.act(Requeue{"a", 1, 1, events::RequeueReason::worker_gone}) == "refused STALE");
  BOOST_TEST(run.act(Requeue{"a", 1, 2, events::RequeueReason::worker_gone}) == "requeue a 1/3 worker_gone");
  BOOST_TEST(run.act(Requeue{"a", 1, 3, events::RequeueReason::resumed}) == "refused INVALID");
  BOOST_TEST(run.complete("a", "1", 1, 3) == "done a 1/3 1; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(the_attempts_own_timeout_uses_it_up) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"max_attempts":2,"timeout":10}})"));
  run.start();
  run.pass(Duration{60'000});  // waiting in the queue does not count
  BOOST_TEST(run.fire(TimerKind::attempt_timeout, "a", 1) == "refused STALE");
  run.lease("a");
  BOOST_TEST(run.fire_next() == "timeout a 1 retry; delay a 2 +1000 retry");
  BOOST_TEST(run.complete("a") == "refused STALE");
  BOOST_TEST(run.fire_next() == "elapsed a 2; schedule a 2 {}");
  run.lease("a", 2);
  BOOST_TEST(run.fire(TimerKind::lease, "a", 2, 1) == "requeue a 2/2 lease_expired");
  BOOST_TEST(run.fire_next() == "timeout a 2; failed a TimeoutError");  // also while it waits again
  BOOST_TEST(run.state.error_message == "The attempt was not finished within its timeout of 10000 ms");
}

BOOST_AUTO_TEST_CASE(a_cancel_ends_everything_at_once_and_names_the_state_after) {
  const std::string three = definition(
      R"({"ref":"a","action":"acme.do","args":{}},{"ref":"b","action":"acme.do","args":{}},)"
      R"({"ref":"c","action":"acme.do","args":{},"start_delay":9},{"ref":"d","action":"acme.do","args":{},"depends_on":["a"]})");
  Run run(three);
  run.start();
  run.lease("b");
  BOOST_TEST(run.act(Cancel{"enough"}) == "cancelled; cancel a 1; cancel b 1; cancel c 1");
  BOOST_TEST(run.effects.ended);
  BOOST_TEST(run.timers.empty());
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.act(Cancel{}) == "refused WRONG_STATE");
  BOOST_TEST(run.refusal.detail.find("cancelled") != std::string::npos);
  BOOST_TEST(run.act(Pause{}) == "refused WRONG_STATE");
  BOOST_TEST(run.complete("b") == "refused STALE");
  BOOST_TEST(run.act(Log{"b", {{run.now, events::LogLevel::info, "late"}}}) == "refused WRONG_STATE");
  Run other(three);
  other.start();
  BOOST_TEST(other.act(Terminate{"now"}) == "terminated; cancel a 1; cancel b 1; cancel c 1");
  BOOST_TEST(other.status() == "terminated");
}

BOOST_AUTO_TEST_CASE(the_executions_timeout_ends_it) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{}})", R"("config":{"timeout":60})"));
  run.start();
  BOOST_TEST(run.fire_next() == "timed-out; cancel a 1");
  BOOST_TEST(run.status() == "timed out");
  BOOST_TEST(run.fire(TimerKind::execution_timeout) == "refused STALE");
}

BOOST_AUTO_TEST_CASE(log_lines_need_a_task_that_exists) {
  Run run(kOne);
  run.start();
  const std::vector<events::LogLine> lines{{run.now, events::LogLevel::info, "hello"}};
  BOOST_TEST(run.act(Log{"a", lines}) == "log a hello");
  BOOST_TEST(run.act(Log{"", lines}) == "log hello");
  BOOST_TEST(run.act(Log{"zz", lines}) == "refused NOT_FOUND");
  BOOST_TEST(run.act(Log{"a", {}}) == "refused INVALID");
}

BOOST_AUTO_TEST_CASE(events_that_never_stand_first_give_no_command) {
  BOOST_TEST(!command_of(std::vector<events::Event>{events::ExecutionCompleted{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::ExecutionFailed{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::TaskDelayed{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::TaskScheduled{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::TaskSkipped{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::TaskCancelled{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::WorkflowRegistered{}}));
  BOOST_TEST(!command_of(std::vector<events::Event>{events::TaskRequeued{"a", 1, 1, events::RequeueReason::resumed}}));
}

BOOST_AUTO_TEST_SUITE_END()
