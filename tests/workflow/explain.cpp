// Why a run is where it is.
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

BOOST_AUTO_TEST_SUITE(explanations)

BOOST_AUTO_TEST_CASE(each_open_task_says_what_it_waits_for) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{},"queue":"gpu","retry_policy":{"max_attempts":2}},)"
                     R"({"ref":"b","action":"acme.do","args":{},"start_delay":9},)"
                     R"({"ref":"c","action":"acme.do","args":{},"depends_on":["a","b"]},)"
                     R"({"ref":"d","action":"core.http_request","args":{"url":"http://x","method":"GET"}})"));
  run.start();
  auto why = explain(run.state);
  BOOST_TEST(why.sentence == "The run is going on: 3 tasks are open and 1 waits for other tasks.");
  BOOST_REQUIRE(why.open.size() == 4u);
  BOOST_TEST(why.open[0].kind == "worker");
  BOOST_TEST(why.open[0].queue == "gpu");
  BOOST_TEST(why.open[0].action == "acme.do");
  BOOST_TEST((why.open[0].since == run.now));
  BOOST_TEST(
      why.open[0].sentence ==
      "\"a\" waits in the queue \"gpu\" for a worker that takes acme.do, since 2023-11-14T22:13:20.000Z (attempt 1).");
  BOOST_TEST(why.open[1].kind == "timer");
  BOOST_TEST((why.open[1].until == run.now + Duration{9000}));
  BOOST_TEST(why.open[1].sentence == "\"b\" waits for a timer until 2023-11-14T22:13:29.000Z, its start_delay.");
  BOOST_TEST(why.open[2].kind == "edges");
  BOOST_TEST((why.open[2].waits_for == std::vector<std::string>{"a", "b"}));
  BOOST_TEST(why.open[2].sentence == "\"c\" waits for \"a\" and \"b\" to finish.");
  BOOST_TEST(why.open[3].kind == "http");

  run.lease("a");
  why = explain(run.state);
  BOOST_TEST(why.open[0].worker == "w1");
  BOOST_TEST((why.open[0].until == run.task("a").deadline));

  run.fail("a");
  why = explain(run.state);
  BOOST_TEST(why.open[0].kind == "retry");
  BOOST_TEST(why.open[0].last_error == "broken");
  BOOST_TEST(why.open[0].attempt == 2u);
  BOOST_TEST((why.open[0].until == run.now + Duration{1000}));

  run.act(Pause{});
  why = explain(run.state);
  BOOST_TEST(why.sentence == "The run is paused: nothing new is scheduled until it is resumed. 3 tasks are open.");
}

BOOST_AUTO_TEST_CASE(a_paused_task_says_so) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{}})"));
  run.start();
  run.act(Pause{});
  const auto why = explain(run.state);
  BOOST_TEST(why.open.at(0).kind == "paused");
  BOOST_TEST(why.open[0].sentence ==
             "\"a\" was taken out of the queue \"default\" because the run is paused; it is offered again on resume.");
}

BOOST_AUTO_TEST_CASE(a_failed_run_names_the_first_failure_that_led_to_its_end) {
  Run run(definition(R"({"ref":"a","action":"acme.do","args":{}},{"ref":"b","action":"acme.do","args":{}},)"
                     R"({"ref":"x","action":"acme.do","args":{},"depends_on":["a.error"]},)"
                     R"({"ref":"mid","action":"acme.do","args":{},"depends_on":["a"]},)"
                     R"({"ref":"end","action":"acme.do","args":{},"depends_on":["mid","b"]})"));
  run.start();
  run.complete("b");
  run.fail("a");  // mid is skipped, so end cannot be reached
  BOOST_TEST(run.state.error_ref == "end");
  const auto why = explain(run.state);
  BOOST_TEST(why.open.empty());
  BOOST_TEST(why.first_cause_ref == "a");
  BOOST_TEST(why.first_cause_type == "Broken");
  BOOST_TEST(why.sentence.find("The first cause was \"a\": broken.") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(each_kind_of_end_has_its_sentence) {
  const std::string one = definition(R"({"ref":"a","action":"acme.do","args":{}})");
  const std::string cut_off = " Not finished: \"a\" (acme.do, no worker of queue \"default\" had taken it).";
  Run completed(one), cancelled(one), terminated(one), timed_out(one), failed(one);
  BOOST_TEST(explain(completed.state).sentence == "The run has not started yet.");
  for (Run* run : {&completed, &cancelled, &terminated, &timed_out, &failed}) run->start();
  completed.complete("a");
  BOOST_TEST(explain(completed.state).sentence == "The run completed at 2023-11-14T22:13:20.000Z.");
  cancelled.act(Cancel{});
  BOOST_TEST(explain(cancelled.state).sentence == "The run was cancelled at 2023-11-14T22:13:20.000Z." + cut_off);
  terminated.act(Terminate{});
  BOOST_TEST(explain(terminated.state).sentence == "The run was terminated at 2023-11-14T22:13:20.000Z." + cut_off);
  timed_out.fire_next();
  BOOST_TEST(explain(timed_out.state).sentence ==
             "The run was not finished by 2023-11-14T22:18:20.000Z, its timeout, and was ended." + cut_off);
  BOOST_TEST(explain(timed_out.state).first_cause_ref == "a");
  failed.fail("a");
  BOOST_TEST(explain(failed.state).sentence == "The run failed at 2023-11-14T22:13:20.000Z: \"a\" failed with broken.");
  BOOST_TEST(explain(failed.state).first_cause_ref == "a");
}

BOOST_AUTO_TEST_SUITE_END()
