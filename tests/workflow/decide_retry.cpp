// Retries, their backoff, and retry_until.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

BOOST_AUTO_TEST_SUITE(decide_retry)

BOOST_AUTO_TEST_CASE(the_backoff_doubles_up_to_its_bound) {
  const RetryPolicy standard;
  BOOST_TEST(backoff(standard, 2).count() == 1'000);
  BOOST_TEST(backoff(standard, 3).count() == 2'000);
  BOOST_TEST(backoff(standard, 8).count() == 64'000);
  BOOST_TEST(backoff(standard, 9).count() == 100'000);
  BOOST_TEST(backoff(standard, 4'000'000'000u).count() == 100'000);
  RetryPolicy odd;
  odd.initial_interval = Duration{0};
  BOOST_TEST(backoff(odd, 2).count() == 1);
  BOOST_TEST(backoff(odd, 4'000'000'000u).count() >= 1);
  odd.initial_interval = Duration{500};
  odd.backoff = 0.5;
  BOOST_TEST(backoff(odd, 3).count() == 250);
  BOOST_TEST(backoff(odd, 1'000'000u).count() == 1);
}

BOOST_AUTO_TEST_CASE(attempts_are_counted_and_end) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"max_attempts":3}})"));
  run.start();
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken retry; delay a 2 +1000 retry");
  BOOST_TEST(run.task("a").failures == 1u);
  BOOST_TEST(run.fire(TimerKind::delay, "a", 1) == "refused STALE");
  BOOST_TEST(run.fire_next() == "elapsed a 2; schedule a 2 {}");
  BOOST_TEST(run.fail("a", true, 2) == "fail a 2/1 Broken retry; delay a 3 +2000 retry");
  run.fire_next();
  BOOST_TEST(run.fail("a", true, 3) == "fail a 3/1 Broken; failed a Broken");
}

BOOST_AUTO_TEST_CASE(not_retryable_ends_the_retries) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"max_attempts":0}})"));
  run.start();
  run.fail("a");
  run.fire_next();
  BOOST_TEST(run.fail("a", false, 2) == "fail a 2/1 Broken; failed a Broken");
}

BOOST_AUTO_TEST_CASE(inline_actions_are_retried_through_a_timer) {
  Run run(definition(R"({"ref":"a","action":"core.fail","args":{"message":"no"},"retry_policy":{"max_attempts":2}})"));
  BOOST_TEST(run.start() ==
             "started; schedule a 1; start a 1/1; fail a 1/1 ApplicationError retry; delay a 2 +1000 retry");
  BOOST_TEST(run.fire_next() ==
             "elapsed a 2; schedule a 2; start a 2/1; fail a 2/1 ApplicationError; failed a ApplicationError");
}

BOOST_AUTO_TEST_CASE(retry_until_runs_the_whole_task_again) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"start_delay":2,)"
                     R"("retry_policy":{"max_attempts":2,"retry_until":"${{ ACTIONS.a.result == 3 }}"}},)"
                     R"({"ref":"b","action":"acme.do","args":{},"depends_on":["a"]})",
                     R"("returns":"ok")"));
  run.start();
  run.fire_next();
  BOOST_TEST(run.complete("a", "1") == "done a 1/1 1; fail a 1/1 RetryUntil retry; delay a 2 +2000 start_delay");
  BOOST_TEST(run.status("b") == "waiting");
  BOOST_TEST(run.complete("a", "1") == "refused DUPLICATE");
  run.fire_next();
  BOOST_TEST(run.fail("a", true, 2) == "fail a 2/1 Broken retry; delay a 3 +1000 retry");
  run.fire_next();
  // A success in between gives the attempts back.
  BOOST_TEST(run.complete("a", "2", 3) == "done a 3/1 2; fail a 3/1 RetryUntil retry; delay a 4 +2000 start_delay");
  run.fire_next();
  BOOST_TEST(run.fail("a", true, 4) == "fail a 4/1 Broken retry; delay a 5 +1000 retry");
  run.fire_next();
  BOOST_TEST(run.complete("a", "3", 5) == "done a 5/1 3; schedule b 1 {}");
}

BOOST_AUTO_TEST_CASE(retry_until_of_an_inline_action_cannot_spin_in_one_turn) {
  Run run(definition(R"({"ref":"a","action":"core.transform.reshape","args":{"value":1},)"
                     R"("retry_policy":{"initial_interval":0,"retry_until":"${{ ACTIONS.a.result == 3 }}"}})"));
  BOOST_TEST(run.start() ==
             "started; schedule a 1; start a 1/1; done a 1/1 1; fail a 1/1 RetryUntil retry; delay a 2 +1 retry");
}

BOOST_AUTO_TEST_CASE(retry_until_that_fails_fails_the_task) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},)"
                     R"("retry_policy":{"max_attempts":5,"retry_until":"${{ 1 / ACTIONS.a.result }}"}},)"
                     R"({"ref":"b","action":"acme.do","args":{},"depends_on":["a.error"]})"));
  run.start();
  BOOST_TEST(run.complete("a", "0") == "done a 1/1 0; fail a 1/1 ExpressionError; schedule b 1 {}");
}

BOOST_AUTO_TEST_CASE(retry_until_while_paused_leaves_the_successor_waiting) {
  Run run(
      definition(R"({"ref":"a","action":"acme.do","args":{},"retry_policy":{"retry_until":"${{ ACTIONS.a.result }}"}},)"
                 R"({"ref":"b","action":"acme.do","args":{},"depends_on":["a"]})"));
  run.start();
  run.lease("a");
  run.act(Pause{});
  BOOST_TEST(run.complete("a", "false") == "done a 1/1 false; fail a 1/1 RetryUntil retry; delay a 2 +1000 retry");
  BOOST_TEST(run.status("b") == "waiting");
  BOOST_TEST(run.fire_next() == "elapsed a 2");
  BOOST_TEST(run.act(Resume{}) == "resumed; schedule a 2 {}");
  BOOST_TEST(run.complete("a", "true", 2) == "done a 2/1 true; schedule b 1 {}");
}

BOOST_AUTO_TEST_SUITE_END()
