// The scheduling rules of the contract, one case each.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {

std::string worker(const std::string& ref, const std::string& more = {}) {
  return R"({"ref":")" + ref + R"(","action":"acme.do","args":{})" + (more.empty() ? "" : "," + more) + "}";
}
std::string value(const std::string& ref, const std::string& json, const std::string& more = {}) {
  return R"({"ref":")" + ref + R"(","action":"core.transform.reshape","args":{"value":)" + json + "}" +
         (more.empty() ? "" : "," + more) + "}";
}
std::string after(const std::string& list) {
  std::string out = R"("depends_on":[)";
  std::size_t from = 0;
  for (bool first = true; from <= list.size(); first = false) {
    const std::size_t to = std::min(list.find(' ', from), list.size());
    out += (first ? "\"" : ",\"") + list.substr(from, to - from) + "\"";
    from = to + 1;
  }
  return out + "]";
}
const std::string kReturns = R"("returns":"ok")";

// A diamond whose last task depends on two workers, as `join` says.
std::string joined(const std::string& dependencies, const std::string& join) {
  return definition(worker("a") + "," + worker("b") + "," + worker("a_failed", after("a.error")) + "," +
                        worker("b_failed", after("b.error")) + "," +
                        worker("c", after(dependencies) + R"(,"join_strategy":")" + join + "\""),
                    kReturns);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(scheduling_rules)

BOOST_AUTO_TEST_CASE(actions_without_outside_effects_are_one_turn) {
  Run run(definition(value("a", "1") + "," + value("b", R"("${{ ACTIONS.a.result + 1 }}")", after("a")) + "," +
                         value("c", R"({"b":"${{ ACTIONS.b.result }}"})", after("b")),
                     R"("returns":"${{ ACTIONS.c.result }}")"));
  BOOST_TEST(run.start() ==
             "started; schedule a 1; start a 1/1; done a 1/1 1; schedule b 1; start b 1/1; done b 1/1 2; "
             "schedule c 1; start c 1/1; done c 1/1 {\"b\":2}; completed {\"b\":2}");
  BOOST_TEST(run.effects.ended);
  BOOST_TEST(run.effects.arm.empty());
  BOOST_TEST(run.effects.disarm.empty());
  BOOST_TEST(run.status() == "completed");
  BOOST_TEST(run.state.unresolved == 0u);
}

BOOST_AUTO_TEST_CASE(a_success_visits_success_edges_and_skips_error_edges) {
  Run run(joined("a", "all"));
  BOOST_TEST(run.start() == "started; schedule a 1 {}; schedule b 1 {}");
  BOOST_TEST(run.lease("a") == "start a 1/1 w1");
  BOOST_TEST(run.complete("a") == "done a 1/1 null; skip a_failed edges; schedule c 1 {}");
}

BOOST_AUTO_TEST_CASE(a_failure_visits_error_edges_and_skips_success_edges) {
  Run run(joined("a", "all"));
  run.start();
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken; schedule a_failed 1 {}; skip c edges");
  BOOST_TEST(run.status() == "running");
}

BOOST_AUTO_TEST_CASE(a_join_of_all_waits_for_every_edge) {
  Run run(joined("a b", "all"));
  run.start();
  BOOST_TEST(run.complete("a") == "done a 1/1 null; skip a_failed edges");
  BOOST_TEST(run.status("c") == "waiting");
  BOOST_TEST(run.complete("b") == "done b 1/1 null; skip b_failed edges; schedule c 1 {}");
}

BOOST_AUTO_TEST_CASE(a_join_of_any_is_examined_when_all_edges_are_resolved) {
  Run run(joined("a b", "any"));
  run.start();
  BOOST_TEST(run.complete("a") == "done a 1/1 null; skip a_failed edges");
  BOOST_TEST(run.status("c") == "waiting");
  BOOST_TEST(run.fail("b") == "fail b 1/1 Broken; schedule b_failed 1 {}; schedule c 1 {}");
}

BOOST_AUTO_TEST_CASE(a_join_of_all_with_a_skipped_edge_fails_as_unreachable) {
  Run run(joined("a b", "all"));
  run.start();
  BOOST_TEST(run.complete("a") == "done a 1/1 null; skip a_failed edges");
  BOOST_TEST(
      run.fail("b") ==
      "fail b 1/1 Broken; schedule b_failed 1 {}; fail c 1/1 Unreachable; cancel b_failed 1; failed c Unreachable");
  BOOST_TEST(run.status() == "failed");
  BOOST_TEST(run.task("c").unreachable);
  const Explanation why = explain(run.state);
  BOOST_TEST(why.first_cause_ref == "b");
  BOOST_TEST(why.first_cause_message == "broken");
}

BOOST_AUTO_TEST_CASE(an_unreachable_task_may_take_its_own_error_edges) {
  Run run(definition(worker("a") + "," + worker("b") + "," + worker("x", after("b.error")) + "," +
                         worker("c", after("a b")) + "," + worker("rescue", after("c.error")),
                     kReturns));
  run.start();
  run.complete("a");
  BOOST_TEST(run.fail("b") == "fail b 1/1 Broken; schedule x 1 {}; fail c 1/1 Unreachable; schedule rescue 1 {}");
  run.complete("x");
  BOOST_TEST(run.complete("rescue") == "done rescue 1/1 null; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_task_all_of_whose_edges_are_skipped_is_skipped_and_passes_it_on) {
  Run run(definition(worker("a") + "," + worker("b", after("a.error")) + "," + worker("c", after("b")) + "," +
                         worker("d", after("b.error c.error")),
                     kReturns));
  run.start();
  BOOST_TEST(run.complete("a") == "done a 1/1 null; skip b edges; skip c edges; skip d edges; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_failure_with_no_error_edge_cancels_what_is_open_and_fails_the_run) {
  Run run(definition(worker("a") + "," + worker("b") + "," + worker("c", R"("start_delay":5)") + "," +
                     worker("d", after("a")) + "," +
                     R"({"ref":"e","action":"core.http_request","args":{"url":"http://x","method":"GET"}})"));
  run.start();
  run.lease("b");
  BOOST_TEST(run.runs.size() == 1u);
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken; cancel b 1; cancel c 1; cancel e 1; failed a Broken");
  BOOST_TEST(run.timers.empty());
  BOOST_TEST(run.offers.empty());
  BOOST_TEST(run.runs.empty());
  BOOST_TEST(run.state.error_message == "broken");
  BOOST_TEST(run.status("d") == "waiting");
}

BOOST_AUTO_TEST_CASE(a_false_run_if_skips_the_task_and_what_hangs_on_it) {
  Run run(definition(value("a", "0") + "," + worker("b", after("a") + R"(,"run_if":"${{ ACTIONS.a.result }}")") + "," +
                         worker("c", after("b")),
                     kReturns));
  BOOST_TEST(run.start() ==
             "started; schedule a 1; start a 1/1; done a 1/1 0; skip b run_if; skip c edges; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_run_if_that_fails_is_a_failure_that_is_not_retried) {
  Run run(definition(
      value("a", "0") + "," +
          worker("b", after("a") + R"(,"run_if":"${{ 1 / ACTIONS.a.result }}","retry_policy":{"max_attempts":5})") +
          "," + worker("c", after("b.error")),
      kReturns));
  BOOST_TEST(run.start() == "started; schedule a 1; start a 1/1; done a 1/1 0; fail b 1/1 RunIfError; schedule c 1 {}");
  BOOST_TEST(run.task("b").unreachable);
}

BOOST_AUTO_TEST_CASE(args_that_fail_fail_the_task) {
  Run run(definition(value("a", "0") + "," +
                     R"({"ref":"b","action":"acme.do","args":{"x":"${{ 1 / ACTIONS.a.result }}"},)" + after("a") +
                     "}"));
  BOOST_TEST(run.start() ==
             "started; schedule a 1; start a 1/1; done a 1/1 0; fail b 1/1 ExpressionError; failed b ExpressionError");
  BOOST_TEST(!run.task("b").unreachable);
}

BOOST_AUTO_TEST_CASE(a_start_delay_is_for_the_first_attempt_only) {
  Run run(definition(worker("a", R"("start_delay":5,"retry_policy":{"max_attempts":2})"), kReturns));
  BOOST_TEST(run.start() == "started; delay a 1 +5000 start_delay");
  BOOST_TEST(run.fire_next() == "elapsed a 1; schedule a 1 {}");
  BOOST_TEST(run.fail("a") == "fail a 1/1 Broken retry; delay a 2 +1000 retry");
  BOOST_TEST(run.fire_next() == "elapsed a 2; schedule a 2 {}");
}

BOOST_AUTO_TEST_CASE(wait_until_beats_start_delay) {
  const auto run_with = [](const std::string& wait) {
    Run run(definition(worker("a", R"("start_delay":5,"wait_until":")" + wait + "\"")));
    return run.start();
  };
  // now is 2023-11-14T22:13:20Z
  BOOST_TEST(run_with("2023-11-14T22:13:50Z") == "started; delay a 1 +30000 wait_until");
  BOOST_TEST(run_with("2023-11-14T22:13:50") == "started; delay a 1 +30000 wait_until");
  BOOST_TEST(run_with("2023-11-14T23:13:50+01:00") == "started; delay a 1 +30000 wait_until");
  BOOST_TEST(run_with("2023-11-15") == "started; delay a 1 +6400000 wait_until");
  BOOST_TEST(run_with("2020-01-01") == "started; schedule a 1 {}");
}

BOOST_AUTO_TEST_CASE(a_wait_until_that_is_no_date_time_fails_the_task) {
  Run run(definition(worker("a", R"("wait_until":"${{ TRIGGER.when }}")")));
  BOOST_TEST(run.start(R"({"when":"soon-ish"})") == "started; fail a 1/1 ExpressionError; failed a ExpressionError");
}

BOOST_AUTO_TEST_CASE(no_returns_gives_the_context_without_env) {
  Run run(definition(value("a", R"([1, 2.5])") + "," +
                         R"({"ref":"f","action":"core.fail","args":{"message":"no","retryable":false},)" + after("a") +
                         "}," + value("g", "\"x\"", after("f.error")) + "," + value("s", "1", after("f")),
                     R"("inputs":{"k":1})"));
  run.start(R"({"t":true})");
  BOOST_TEST(
      run.state.result.bytes ==
      R"({"ACTIONS":{"a":{"result":[1,2.5],"result_typename":"list"},)"
      R"("f":{"result":null,"result_typename":"NoneType","error":{"ref":"f","message":"no","type":"ApplicationError",)"
      R"("expr_context":"ACTIONS","attempt":1},"error_typename":"ActionErrorInfo"},)"
      R"("g":{"result":"x","result_typename":"str"}},"INPUTS":{"k":1},"TRIGGER":{"t":true}})");
}

BOOST_AUTO_TEST_CASE(the_whole_action_object_can_be_read) {
  Run run(definition(R"({"ref":"f","action":"core.fail","args":{"message":"no","retryable":false}},)" +
                         value("g", "\"${{ ACTIONS.f.error.message }}\"", after("f.error")) + "," +
                         value("h", R"("${{ ACTIONS.f }}")", after("g")) + "," +
                         value("i", R"("${{ ACTIONS.g }}")", after("h")),
                     R"("returns":["${{ ACTIONS.g.result }}","${{ ACTIONS.h.result }}","${{ ACTIONS.i.result }}"])"));
  run.start();
  BOOST_TEST(
      run.state.result.bytes ==
      R"(["no",{"result":null,"result_typename":"NoneType","error":{"ref":"f","message":"no","type":"ApplicationError",)"
      R"("expr_context":"ACTIONS","attempt":1},"error_typename":"ActionErrorInfo"},{"result":"no","result_typename":"str"}])");
}

BOOST_AUTO_TEST_CASE(an_error_in_returns_fails_the_run) {
  Run run(definition(value("a", "0"), R"("returns":"${{ 1 / ACTIONS.a.result }}")"));
  BOOST_TEST(run.start() == "started; schedule a 1; start a 1/1; done a 1/1 0; failed ExpressionError");
  BOOST_TEST(run.state.error_ref.empty());
}

BOOST_AUTO_TEST_CASE(core_log_writes_its_line_within_the_attempt) {
  Run run(definition(R"({"ref":"a","action":"core.log","args":{"message":"hello","level":"INFO"}})", kReturns));
  BOOST_TEST(run.start() == "started; schedule a 1; start a 1/1; log a hello; done a 1/1 \"hello\"; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(an_action_in_the_server_runs_at_once_with_a_deadline) {
  Run run(definition(
      R"({"ref":"a","action":"core.http_request","args":{"url":"http://x","method":"GET"},"retry_policy":{"timeout":7}})",
      R"("returns":"ok","config":{"timeout":0})"));
  BOOST_TEST(run.start() == R"(started; schedule a 1 {"url":"http://x","method":"GET"}; start a 1/1)");
  BOOST_TEST(run.runs.size() == 1u);
  BOOST_TEST(run.offers.empty());
  BOOST_TEST((run.task("a").deadline - run.now).count() == 7000);
  BOOST_TEST(run.complete("a", "1") == "done a 1/1 1; completed \"ok\"");
}

BOOST_AUTO_TEST_CASE(a_graph_of_5000_tasks_is_not_quadratic) {
  std::string actions = value("a", "1");
  std::string dependencies;
  for (int i = 0; i < 4998; ++i) {
    const std::string ref = "t" + std::to_string(i);
    actions += "," + value(ref, "2", after("a"));
    dependencies += (i == 0 ? "" : " ") + ref;
  }
  actions += "," + value("z", "3", after(dependencies));
  Run run(definition(actions, R"("returns":"${{ ACTIONS.z.result }}")"));
  BOOST_TEST(run.start().ends_with("completed 3"));
}

BOOST_AUTO_TEST_SUITE_END()
