// Pause and resume: nothing new is scheduled in between, and nothing is lost.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {
const std::string kTwo = definition(
    R"({"ref":"a","action":"acme.do","args":{}},{"ref":"b","action":"acme.do","args":{},"depends_on":["a"]})",
    R"("returns":"ok")");
}

BOOST_AUTO_TEST_SUITE(decide_pause)

BOOST_AUTO_TEST_CASE(a_queued_task_is_taken_back_and_offered_again_under_its_delivery) {
  Run run(kTwo);
  run.start();
  BOOST_TEST(run.act(Pause{"wait"}) == "paused");
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.status("a") == "held");
  BOOST_TEST(run.lease("a") == "refused STALE");
  run.pass(Duration{5});
  BOOST_TEST(run.act(Resume{}) == "resumed; requeue a 1/1 resumed");
  BOOST_TEST(run.lease("a") == "start a 1/1 w1");
}

BOOST_AUTO_TEST_CASE(a_result_is_taken_and_its_successors_are_held) {
  Run run(kTwo);
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.complete("a") == "done a 1/1 null");
  BOOST_TEST(run.status("b") == "held");
  BOOST_TEST(run.act(Resume{}) == "resumed; schedule b 1 {}");
}

BOOST_AUTO_TEST_CASE(the_result_of_an_attempt_that_was_taken_back_is_taken) {
  Run run(kTwo);
  run.start();
  run.act(Pause{});
  BOOST_TEST(run.complete("a") == "done a 1/1 null");
}

BOOST_AUTO_TEST_CASE(a_lease_that_ends_while_paused_is_offered_under_the_next_delivery) {
  Run run(kTwo);
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.fire(TimerKind::lease, "a", 1, 1) == "requeue a 1/2 lease_expired");
  BOOST_TEST(run.status("a") == "held");
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.act(Resume{}) == "resumed; requeue a 1/2 resumed");
  BOOST_TEST(run.complete("a") == "refused STALE");
}

BOOST_AUTO_TEST_CASE(a_delay_that_elapses_while_paused_is_held) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"start_delay":3})", R"("returns":"ok")"));
  run.start();
  run.act(Pause{});
  BOOST_TEST(run.fire_next() == "elapsed a 1");
  BOOST_TEST(run.status("a") == "held");
  BOOST_TEST(run.act(Resume{}) == "resumed; schedule a 1 {}");
}

BOOST_AUTO_TEST_CASE(a_retry_that_comes_due_while_paused_is_held) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"start_delay":3,"retry_policy":{"max_attempts":2}})"));
  run.start();
  run.fire_next();
  run.act(Pause{});
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken retry; delay a 2 +1000 retry");
  BOOST_TEST(run.fire_next() == "elapsed a 2");
  BOOST_TEST(run.act(Resume{}) == "resumed; schedule a 2 {}");
}

BOOST_AUTO_TEST_CASE(a_held_attempt_may_time_out) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"timeout":60}})"));
  run.start();
  run.lease("a");
  run.act(Pause{});
  run.fire_next();
  BOOST_TEST(run.status("a") == "held");
  BOOST_TEST(run.fire_next() == "timeout a 1; failed a TimeoutError");
}

BOOST_AUTO_TEST_CASE(the_last_result_ends_a_paused_run) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{}})", R"("returns":"ok")"));
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.complete("a") == "done a 1/1 null; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(skips_are_decided_on_resume) {
  Run run(definition(
      R"({"ref":"a","action":"acme.do","args":{}},{"ref":"b","action":"acme.do","args":{},"depends_on":["a.error"]},)"
      R"({"ref":"c","action":"acme.do","args":{},"depends_on":["b"]})",
      R"("returns":"ok")"));
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.complete("a") == "done a 1/1 null");
  BOOST_TEST(run.act(Resume{}) == "resumed; skip b edges; skip c edges; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_failure_ends_a_paused_run_and_a_cancel_does) {
  Run run(kTwo);
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken; cancel b 1; failed a Broken");
  Run other(kTwo);
  other.start();
  other.act(Pause{});
  BOOST_TEST(other.act(Cancel{}) == "cancelled; cancel a 1");
}

BOOST_AUTO_TEST_CASE(only_a_running_run_is_paused_and_only_a_paused_one_resumed) {
  Run run(kTwo);
  run.start();
  BOOST_TEST(run.act(Resume{}) == "refused WRONG_STATE");
  BOOST_TEST(run.refusal.detail == "the execution is running, so it cannot be resumed");
  run.act(Pause{});
  BOOST_TEST(run.act(Pause{}) == "refused WRONG_STATE");
  BOOST_TEST(run.refusal.detail == "the execution is paused, so it cannot be paused");
}

BOOST_AUTO_TEST_SUITE_END()
