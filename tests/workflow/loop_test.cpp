// for_each: the rules of loops, one by one. Run::act checks replay and the books at every step.
#include <boost/test/unit_test.hpp>
#include <string>

#include "decide_run.hpp"
#include "workflow/loop.hpp"

using namespace reprise;
using namespace reprise::workflow;
using namespace reprise::workflow::test;

namespace {

// One action `a` with a loop over TRIGGER.l.
std::string loop_of(const std::string& members, const std::string& more_actions = {},
                    const std::string& returns = R"("returns":"${{ ACTIONS.a.result }}")") {
  return definition(R"({"ref":"a",)" + members + R"(,"for_each":"${{ for var.x in TRIGGER.l }}"})" + more_actions,
                    returns);
}
const std::string kWorker = R"("action":"acme.do","args":{"v":"${{ var.x }}"})";
const std::string kInline = R"("action":"core.transform.reshape","args":{"value":"${{ var.x * 10 }}"})";

}  // namespace

BOOST_AUTO_TEST_SUITE(loops)

BOOST_AUTO_TEST_CASE(an_inline_loop_runs_in_one_turn) {
  Run run(loop_of(kInline));
  BOOST_TEST(run.start(R"({"l":[1,2,3]})") ==
             R"(started; loop a 1 3 {"x":[1,2,3]}; schedule a[0] 1; start a[0] 1/1; done a[0] 1/1 10; )"
             R"(schedule a[1] 1; start a[1] 1/1; done a[1] 1/1 20; schedule a[2] 1; start a[2] 1/1; )"
             R"(done a[2] 1/1 30; done a 1/1; completed [10,20,30])");
}

BOOST_AUTO_TEST_CASE(results_stand_in_the_order_of_the_items) {
  Run run(loop_of(kWorker));
  BOOST_TEST(run.start(R"({"l":["p","q","r"]})") ==
             R"(started; loop a 1 3 {"x":["p","q","r"]}; schedule a[0] 1 {"v":"p"}; schedule a[1] 1 {"v":"q"}; )"
             R"(schedule a[2] 1 {"v":"r"})");
  BOOST_TEST(run.status("a") == "running");
  BOOST_TEST(run.offers.size() == 3u);
  run.lease("a[1]");
  BOOST_TEST(run.complete("a[2]", R"({"n":2})") == R"(done a[2] 1/1 {"n":2})");
  BOOST_TEST(run.complete("a[1]", "[1]") == "done a[1] 1/1 [1]");
  BOOST_TEST(run.complete("a[0]", "\"zero\"") == R"(done a[0] 1/1 "zero"; done a 1/1; completed ["zero",[1],{"n":2}])");
}

BOOST_AUTO_TEST_CASE(several_lists_are_zipped_and_the_shortest_wins) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{"v":"${{ var.x }}-${{ var.y.n }}"},)"
                     R"("for_each":["${{ for var.x in FN.range(0, 100) }}","${{ for var.y in TRIGGER.l }}"]})"));
  BOOST_TEST(run.start(R"({"l":[{"n":"a,]\"}"},{"n":8}]})") ==
             R"(started; loop a 1 2 {"x":[0,1],"y":[{"n":"a,]\"}"},{"n":8}]}; )"
             R"(schedule a[0] 1 {"v":"0-a,]\"}"}; schedule a[1] 1 {"v":"1-8"})");
}

BOOST_AUTO_TEST_CASE(an_empty_list_gives_an_empty_list) {
  Run run(loop_of(kWorker, R"(,{"ref":"b","action":"core.noop","depends_on":["a"]})"));
  BOOST_TEST(run.start(R"({"l":[]})") ==
             R"(started; loop a 1 0 {"x":[]}; done a 1/1; schedule b 1; start b 1/1; done b 1/1 null; completed [])");
}

BOOST_AUTO_TEST_CASE(what_is_no_list_fails_the_action) {
  Run run(loop_of(kWorker));
  BOOST_TEST(run.start(R"({"l":{"a":1}})") == "started; fail a 1/1 ExpressionError; failed a ExpressionError");
  BOOST_TEST(run.state.error_message == "for_each: var.x needs a list to run through, found an object");
  Run other(definition(R"({"ref":"a","action":"acme.do","for_each":"${{ for var.x in 1 / TRIGGER.l }}"},)"
                       R"({"ref":"b","action":"core.noop","depends_on":["a.error"]})"));
  BOOST_TEST(other.start(R"({"l":0})").find("fail a 1/1 ExpressionError; schedule b 1") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(one_failed_iteration_cancels_the_others_and_fails_the_action) {
  Run run(loop_of(kWorker));
  run.start(R"({"l":[1,2,3]})");
  run.lease("a[2]");
  run.complete("a[0]");
  BOOST_TEST(run.fail("a[1]") == "fail a[1] 1/1 Broken; cancel a[2] 1; fail a 1/1 Broken; failed a Broken");
  BOOST_TEST(run.state.error_message == "a[1] failed: broken");
  BOOST_TEST(run.status("a[2]") == "cancelled");
  BOOST_TEST(run.complete("a[2]") == "refused STALE");
  BOOST_TEST(run.fail("a[1]") == "refused DUPLICATE");
}

BOOST_AUTO_TEST_CASE(a_failed_loop_takes_its_error_edge) {
  Run run(loop_of(kWorker,
                  R"(,{"ref":"b","action":"core.transform.reshape","depends_on":["a.error"],)"
                  R"("args":{"value":"${{ ACTIONS.a.error.message }}"}})",
                  R"("returns":"${{ ACTIONS.b.result }}")"));
  run.start(R"({"l":[1,2]})");
  BOOST_TEST(run.fail("a[1]").find(R"(completed "a[1] failed: broken")") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(args_that_fail_name_the_iteration) {
  Run run(loop_of(R"("action":"acme.do","args":{"v":"${{ 1 / var.x }}"})"));
  BOOST_TEST(run.start(R"({"l":[1,0,2]})") ==
             R"(started; loop a 1 3 {"x":[1,0,2]}; schedule a[0] 1 {"v":1.0}; fail a[1] 1/1 ExpressionError; )"
             "cancel a[0] 1; fail a 1/1 ExpressionError; failed a ExpressionError");
  BOOST_TEST(run.state.error_message.starts_with("a[1] failed: args: "));
}

BOOST_AUTO_TEST_CASE(each_iteration_has_its_own_retries_and_timeout) {
  Run run(loop_of(kWorker + R"(,"retry_policy":{"max_attempts":2,"timeout":10})"));
  run.start(R"({"l":[1,2]})");
  run.lease("a[0]");
  BOOST_TEST(run.fail("a[0]") == "fail a[0] 1/1 Broken retry; delay a[0] 2 +1000 retry");
  BOOST_TEST(run.fail("a[0]") == "refused DUPLICATE");
  BOOST_TEST(run.fire_next() == R"(elapsed a[0] 2; schedule a[0] 2 {"v":1})");
  run.lease("a[1]");
  run.pass(Duration{10'000});
  BOOST_TEST(run.fire(TimerKind::attempt_timeout, "a[1]", 1) == "timeout a[1] 1 retry; delay a[1] 2 +1000 retry");
  BOOST_TEST(run.complete("a[0]", "1", 2) == "done a[0] 2/1 1");
  BOOST_TEST(run.complete("a[0]", "1", 2) == "refused DUPLICATE");
  BOOST_TEST(run.complete("a[0]", "1", 1) == "refused STALE");
  run.fire_next();
  BOOST_TEST(run.fail("a[1]", true, 2) == "fail a[1] 2/1 Broken; fail a 1/1 Broken; failed a Broken");
}

BOOST_AUTO_TEST_CASE(leases_are_of_iterations) {
  Run run(loop_of(kWorker));
  run.start(R"({"l":[1,2]})");
  BOOST_TEST(run.lease("a[1]") == "start a[1] 1/1 w1");
  BOOST_TEST(run.lease("a[1]") == "refused STALE");
  BOOST_TEST(run.fire_next() == "requeue a[1] 1/2 lease_expired");
  BOOST_TEST(run.complete("a[1]") == "refused STALE");
  run.lease("a[1]", 1, 2);
  BOOST_TEST(run.act(Requeue{"a[1]", 1, 2, events::RequeueReason::worker_gone}) == "requeue a[1] 1/3 worker_gone");
  BOOST_TEST(run.complete("a[1]", "2", 1, 3) == "done a[1] 1/3 2");
  BOOST_TEST(run.act(Log{"a[0]", {{run.now, events::LogLevel::info, "hi"}}}) == "log a[0] hi");
}

BOOST_AUTO_TEST_CASE(nobody_speaks_for_the_loop_itself) {
  Run run(loop_of(kWorker));
  run.start(R"({"l":[1]})");
  for (const char* ref : {"a", "a[1]", "a[7]"}) {
    BOOST_TEST(run.complete(ref) == "refused STALE", ref);
    BOOST_TEST(run.fail(ref) == "refused STALE", ref);
    BOOST_TEST(run.lease(ref) == "refused STALE", ref);
    BOOST_TEST(run.act(Requeue{ref, 1, 1, events::RequeueReason::worker_gone}) == "refused STALE", ref);
    BOOST_TEST(run.fire(TimerKind::delay, ref, 1) == "refused STALE", ref);
    BOOST_TEST(run.fire(TimerKind::attempt_timeout, ref, 1) == "refused STALE", ref);
    BOOST_TEST(run.fire(TimerKind::lease, ref, 1, 1) == "refused STALE", ref);
  }
  for (const char* ref : {"a[01]", "a[]", "a[-1]", "a[x]", "a[0", "b[0]", "a[500000]", "a[99999999999]", "[0]"}) {
    BOOST_TEST(run.complete(ref) == "refused NOT_FOUND", ref);
  }
}

BOOST_AUTO_TEST_CASE(retry_until_makes_rounds_and_counts_attempts_on) {
  Run run(loop_of(kWorker + R"(,"retry_policy":{"retry_until":"${{ ACTIONS.a.result[0] == 2 }}"})"));
  run.start(R"({"l":[1,2]})");
  run.complete("a[0]", "1");
  BOOST_TEST(run.complete("a[1]", "1") ==
             "done a[1] 1/1 1; done a 1/1; fail a 1/1 RetryUntil retry; delay a 2 +1000 retry");
  BOOST_TEST(run.complete("a[1]", "1") == "refused DUPLICATE");
  BOOST_TEST(run.fire_next() ==
             R"(elapsed a 2; loop a 2 2 {"x":[1,2]}; schedule a[0] 2 {"v":1}; schedule a[1] 2 {"v":2})");
  BOOST_TEST(run.complete("a[0]", "5") == "refused DUPLICATE");  // of the round before
  run.complete("a[0]", "2", 2);
  BOOST_TEST(run.complete("a[1]", "3", 2) == "done a[1] 2/1 3; done a 2/1; completed [2,3]");
}

BOOST_AUTO_TEST_CASE(delays_and_run_if_are_of_the_whole_action) {
  Run run(loop_of(kWorker + R"(,"start_delay":2,"run_if":"${{ TRIGGER.yes }}")"));
  BOOST_TEST(run.start(R"({"l":[1],"yes":true})") == "started; delay a 1 +2000 start_delay");
  BOOST_TEST(run.fire_next() == R"(elapsed a 1; loop a 1 1 {"x":[1]}; schedule a[0] 1 {"v":1})");
  Run other(loop_of(kWorker + R"(,"start_delay":2,"run_if":"${{ TRIGGER.yes }}")"));
  BOOST_TEST(other.start(R"({"l":[1]})") == "started; skip a run_if; completed null");
}

BOOST_AUTO_TEST_CASE(pause_holds_iterations_and_resume_offers_them_again) {
  Run run(loop_of(kWorker + R"(,"retry_policy":{"max_attempts":3})"));
  run.start(R"({"l":[1,2,3]})");
  run.lease("a[0]");
  run.fail("a[1]");
  BOOST_TEST(run.act(Pause{}) == "paused");
  BOOST_TEST(run.status("a[2]") == "held");
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.complete("a[0]", "0") == "done a[0] 1/1 0");
  run.pass(Duration{5'000});
  BOOST_TEST(run.fire(TimerKind::delay, "a[1]", 2) == "elapsed a[1] 2");
  BOOST_TEST(run.act(Resume{}) == R"(resumed; schedule a[1] 2 {"v":2}; requeue a[2] 1/1 resumed)");
  run.act(Pause{});
  run.complete("a[1]", "1", 2);
  BOOST_TEST(run.complete("a[2]", "2") == "done a[2] 1/1 2; done a 1/1; completed [0,1,2]");
}

BOOST_AUTO_TEST_CASE(in_a_paused_run_no_iteration_begins) {
  std::string list = "1";
  for (int i = 2; i <= 300; ++i) list += "," + std::to_string(i);
  Run run(loop_of(kWorker));
  run.start(R"({"l":[)" + list + "]}");
  BOOST_TEST(run.offers.size() == kMostInFlight);
  run.act(Pause{});
  for (std::uint32_t i = 0; i < kMostInFlight; ++i) {
    BOOST_TEST_REQUIRE(run.complete("a[" + std::to_string(i) + "]").starts_with("done"));
  }
  BOOST_TEST(run.task("a").loop->iterations.empty());
  run.act(Resume{});
  BOOST_TEST(run.offers.size() == 300 - kMostInFlight);
}

BOOST_AUTO_TEST_CASE(cancel_terminate_and_timeout_end_open_iterations) {
  const auto ended = [](const Command& command) {
    Run run(loop_of(kWorker, {}, R"("config":{"timeout":60})"));
    run.start(R"({"l":[1,2,3]})");
    run.lease("a[1]");
    run.complete("a[0]");
    return run.act(command);
  };
  BOOST_TEST(ended(Cancel{}) == "cancelled; cancel a[1] 1; cancel a[2] 1; cancel a 1");
  BOOST_TEST(ended(Terminate{}) == "terminated; cancel a[1] 1; cancel a[2] 1; cancel a 1");
  BOOST_TEST(ended(TimerFired{TimerKind::execution_timeout, {}, 0, 0}) ==
             "timed-out; cancel a[1] 1; cancel a[2] 1; cancel a 1");
}

BOOST_AUTO_TEST_CASE(calls_of_the_server_run_for_each_iteration) {
  Run run(loop_of(R"("action":"core.http_request","args":{"url":"http://x/${{ var.x }}","method":"GET"})"));
  run.start(R"({"l":[1,2]})");
  BOOST_TEST(run.runs.size() == 2u);
  run.complete("a[1]", "2");
  BOOST_TEST(run.runs.size() == 1u);
  BOOST_TEST(run.complete("a[0]", "1") == "done a[0] 1/1 1; done a 1/1; completed [1,2]");
}

BOOST_AUTO_TEST_CASE(inline_iterations_log_fail_and_retry) {
  Run run(loop_of(R"("action":"core.fail","args":{"message":"no ${{ var.x }}"},"retry_policy":{"max_attempts":2})"));
  BOOST_TEST(
      run.start(R"({"l":[2,1]})") ==
      R"(started; loop a 1 2 {"x":[2,1]}; schedule a[0] 1; start a[0] 1/1; fail a[0] 1/1 ApplicationError retry; )"
      "delay a[0] 2 +1000 retry; schedule a[1] 1; start a[1] 1/1; fail a[1] 1/1 ApplicationError retry; "
      "delay a[1] 2 +1000 retry");
  BOOST_TEST(run.fire_next() ==
             "elapsed a[0] 2; schedule a[0] 2; start a[0] 2/1; fail a[0] 2/1 ApplicationError; cancel a[1] 2; "
             "fail a 1/1 ApplicationError; failed a ApplicationError");
  BOOST_TEST(run.state.error_message == "a[0] failed: no 2");
  Run logs(loop_of(R"("action":"core.log","args":{"message":"${{ var.x }}"})"));
  BOOST_TEST(logs.start(R"({"l":[2]})").find("log a[0] 2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(explain_says_how_far_it_is) {
  std::string list = "1";
  for (int i = 2; i <= 300; ++i) list += "," + std::to_string(i);
  Run run(loop_of(kWorker));
  run.start(R"({"l":[)" + list + "]}");
  run.complete("a[0]");
  run.lease("a[1]");
  const Explanation explanation = explain(run.state);
  BOOST_TEST(explanation.sentence == "The run is going on: 1 task is open and 0 wait for other tasks.");
  BOOST_TEST_REQUIRE(explanation.open.size() == 21u);
  BOOST_TEST(explanation.open[0].kind == "loop");
  BOOST_TEST(explanation.open[0].sentence ==
             "\"a\" loops: 1 of 300 iterations have ended, 255 are open, 44 have not begun.");
  BOOST_TEST(explanation.open[1].ref == "a[1]");
  BOOST_TEST(explanation.open[1].sentence.starts_with("\"a[1]\" is with worker \"w1\""));
  BOOST_TEST(explanation.open[2].sentence.starts_with("\"a[2]\" waits in the queue \"default\""));
}

BOOST_AUTO_TEST_CASE(the_state_as_json_has_the_loop) {
  Run run(loop_of(kWorker));
  run.start(R"({"l":[1,2]})");
  run.complete("a[0]");
  const std::string text = run.json();
  BOOST_TEST(text.find(R"("loop":{"total":2,"begun":2,"ended":1,"iterations":[{"ref":"a[1]","iteration":1,)"
                       R"("status":"queued")") != std::string::npos);
  BOOST_TEST(parse_json(text).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
