// Tasks that another run carries out: what is owed to whom, and what is taken from whom.
#include <algorithm>
#include <boost/test/unit_test.hpp>

#include "decide_run.hpp"
#include "workflow/child_task.hpp"
#include "workflow/follow_up.hpp"

using namespace reprise;
using namespace reprise::workflow;
using reprise::workflow::test::definition;
using reprise::workflow::test::Run;

namespace {

std::string calling(std::string_view args = "", std::string_view more = "") {
  return definition(R"({"ref":"call","action":"core.workflow.execute","args":{"workflow_id":"other")" +
                        std::string(args) + "}" + std::string(more) + "}",
                    R"("returns":"${{ ACTIONS.call.result }}")");
}

ExecutionId some_id() { return *parse_uuid("11111111-2222-4333-8444-555555555555"); }

template <class M>
const M& owed(const Run& run, std::size_t at = 0) {
  BOOST_REQUIRE(run.effects.owe.size() > at);
  BOOST_REQUIRE(std::holds_alternative<M>(run.effects.owe[at].message));
  return std::get<M>(run.effects.owe[at].message);
}

std::string child_started(Run& run, std::uint32_t attempt = 1) {
  return run.act(ChildStarted{"call", attempt, to_string(child_uuid(run.state.id, "call", attempt)), "other", 4});
}

Start as_child(bool reports = true) {
  Start start;
  start.started.inputs.bytes = "{}";
  start.origin.emplace();
  start.origin->execution_id = to_string(some_id());
  start.origin->ref = "call";
  start.origin->attempt = 2;
  start.origin->reports = reports;
  return start;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(children)

BOOST_AUTO_TEST_CASE(a_task_wants_its_child_and_takes_its_result) {
  Run run(calling(R"(,"trigger_inputs":{"n":1},"environment":"prod","timeout":2,"version":3)"));
  BOOST_TEST(run.start() ==
             "started; schedule call 1 {\"workflow_id\":\"other\",\"trigger_inputs\":{\"n\":1},"
             "\"environment\":\"prod\",\"timeout\":2,\"version\":3}; start call 1/1");
  const auto& start = owed<StartRun>(run);
  BOOST_TEST((start.id == child_uuid(run.state.id, "call", 1)));
  BOOST_TEST((start.id.bytes[6] >> 4) == 4);
  BOOST_TEST(start.workflow_id == "other");
  BOOST_TEST(start.workflow_version == 3u);
  BOOST_TEST(start.inputs.bytes == "{\"n\":1}");
  BOOST_TEST(start.timeout.count() == 2'000);
  BOOST_TEST_REQUIRE(start.origin.has_value());
  BOOST_TEST(start.origin->execution_id == to_string(run.state.id));
  BOOST_TEST(start.origin->environment == "prod");
  BOOST_TEST(start.origin->reports);

  BOOST_TEST(child_started(run) == "child call 1 other");
  BOOST_TEST(run.effects.owe.empty());
  BOOST_TEST(child_started(run) == "refused DUPLICATE");
  BOOST_TEST(run.complete("call", "5") == "done call 1/1 5; completed 5");
  BOOST_TEST(run.effects.owe.empty());
  BOOST_TEST(run.complete("call", "5") == "refused DUPLICATE");
  BOOST_TEST(child_started(run) == "refused STALE");
}

BOOST_AUTO_TEST_CASE(a_detached_child_is_done_when_it_exists) {
  Run run(calling(R"(,"wait_strategy":"detach")"));
  run.start();
  BOOST_TEST(!owed<StartRun>(run).origin->reports);
  const std::string id = to_string(child_uuid(run.state.id, "call", 1));
  BOOST_TEST(child_started(run) == "child call 1 other; done call 1/1 \"" + id + "\"; completed \"" + id + "\"");
  BOOST_TEST(run.effects.owe.empty());
}

BOOST_AUTO_TEST_CASE(each_attempt_has_a_child_of_its_own) {
  Run run(calling("", R"(,"retry_policy":{"max_attempts":2})"));
  run.start();
  const ExecutionId first = owed<StartRun>(run).id;
  child_started(run);
  BOOST_TEST(run.fail("call") == "fail call 1/1 Broken retry; delay call 2 +1000 retry");
  BOOST_TEST(run.effects.owe.empty());
  run.fire_next();
  BOOST_TEST((owed<StartRun>(run).id != first));
  BOOST_TEST(run.effects.owe[0].attempt == 2u);
}

BOOST_AUTO_TEST_CASE(a_task_that_no_longer_waits_stops_its_child) {
  Run timed_out(calling("", R"(,"retry_policy":{"timeout":5})"));
  timed_out.start();
  timed_out.fire(TimerKind::attempt_timeout, "call", 1);
  BOOST_TEST((owed<StopRun>(timed_out).id == child_uuid(timed_out.state.id, "call", 1)));
  BOOST_TEST(!owed<StopRun>(timed_out).terminate);
  BOOST_TEST(owed<StopRun>(timed_out).reason == "the attempt of the parent execution timed out");

  Run cancelled(calling());
  cancelled.start();
  cancelled.act(Cancel{"c"});
  BOOST_TEST(!owed<StopRun>(cancelled).terminate);
  BOOST_TEST(owed<StopRun>(cancelled).reason == "the parent execution was cancelled");

  Run terminated(calling());
  terminated.start();
  child_started(terminated);
  terminated.act(Terminate{"t"});
  BOOST_TEST(owed<StopRun>(terminated).terminate);
}

BOOST_AUTO_TEST_CASE(a_child_that_nobody_waits_for_any_more_in_the_same_turn_need_not_exist) {
  Run run(definition(R"({"ref":"call","action":"core.workflow.execute","args":{"workflow_id":"other"}},
                        {"ref":"bad","action":"core.fail","args":{"message":"x"}})"));
  run.start();
  BOOST_TEST(run.status() == "failed");
  BOOST_TEST(run.effects.owe.empty());
}

BOOST_AUTO_TEST_CASE(args_that_say_no_workflow_fail_the_task) {
  Run run(definition(R"({"ref":"call","action":"core.workflow.execute","args":{"workflow_id":"${{ None }}"}})"));
  BOOST_TEST(run.start().find("fail call 1/1 ExpressionError; failed call ExpressionError") != std::string::npos);
  BOOST_TEST(run.state.error_message.find("and not both") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_child_tells_of_its_start_and_of_its_end) {
  const std::string waits = definition(R"({"ref":"a","action":"acme.do"})", R"("returns":"${{ ACTIONS.a.result }}")");
  Run run(waits);
  BOOST_TEST(run.act(as_child()) == "started; origin child call; schedule a 1 null");
  BOOST_TEST((owed<TellStarted>(run).parent == some_id()));
  BOOST_TEST(owed<TellStarted>(run).attempt == 2u);
  run.complete("a", "9");
  BOOST_TEST(owed<TellEnded>(run).completed);
  BOOST_TEST(owed<TellEnded>(run).result.bytes == "9");

  Run fails(waits);
  fails.act(as_child());
  fails.fail("a", false);
  BOOST_TEST(!owed<TellEnded>(fails).completed);
  BOOST_TEST(owed<TellEnded>(fails).message == "a: broken");
  BOOST_TEST(owed<TellEnded>(fails).type == "Broken");
  BOOST_TEST(owed<TellEnded>(fails).retryable);

  Run cancelled(waits);
  cancelled.act(as_child());
  cancelled.act(Cancel{"enough"});
  BOOST_TEST(owed<TellEnded>(cancelled).message == "The child execution was cancelled: enough");
  BOOST_TEST(!owed<TellEnded>(cancelled).retryable);

  Run silent(waits);
  silent.act(as_child(false));
  BOOST_TEST(silent.effects.owe.size() == 1u);
  silent.complete("a", "9");
  BOOST_TEST(silent.effects.owe.empty());
}

BOOST_AUTO_TEST_CASE(a_child_that_is_not_wanted_any_more_ends_before_it_does_anything) {
  const std::string waits = definition(R"({"ref":"a","action":"acme.do"})");
  Run cancelled(waits);
  Start start = as_child();
  start.stop = Start::Stop{false, "late"};
  BOOST_TEST(cancelled.act(start) == "started; origin child call; cancelled");
  BOOST_TEST(cancelled.timers.empty());
  Run terminated(waits);
  start.stop = Start::Stop{true, "late"};
  BOOST_TEST(terminated.act(start) == "started; origin child call; terminated");
}

BOOST_AUTO_TEST_CASE(a_failure_wants_its_handler_but_a_handlers_failure_none) {
  const std::string fails =
      definition(R"({"ref":"a","action":"core.fail","args":{"message":"x"}})", R"("error_handler":"cure")");
  Run run(fails);
  run.start();
  const auto& handler = owed<StartRun>(run);
  BOOST_TEST(handler.workflow_id == "cure");
  BOOST_TEST((handler.origin->kind == events::OriginKind::error_handler));
  BOOST_TEST(handler.inputs.bytes ==
             R"({"message":"a: x","handler_wf_id":"cure","orig_wf_id":"w","orig_wf_exec_id":")" +
                 to_string(run.state.id) +
                 R"(","orig_wf_title":"t","orig_wf_exec_url":null,"trigger_type":"manual","errors":[)"
                 R"({"ref":"a","message":"x","type":"ApplicationError","expr_context":"ACTIONS","attempt":1}]})");
  Run handles(fails);
  Start start;
  start.origin.emplace().kind = events::OriginKind::error_handler;
  handles.act(start);
  BOOST_TEST(handles.status() == "failed");
  BOOST_TEST(handles.effects.owe.empty());
}

BOOST_AUTO_TEST_CASE(a_run_goes_on_as_a_new_one) {
  const std::string goes_on = definition(
      R"({"ref":"open","action":"acme.do"},
         {"ref":"next","action":"core.workflow.continue_as_new","args":{"trigger_inputs":{"n":"${{ TRIGGER.n + 1 }}"}}})",
      R"("entrypoint":{"expects":{"n":{"type":"int"}}},"config":{"timeout":60})");
  Run run(goes_on);
  const std::string id = to_string(successor_id(run.state.id));
  BOOST_TEST(run.start(R"({"n":1})") ==
             "started; schedule open 1 null; schedule next 1; start next 1/1; done next 1/1 \"" + id +
                 "\"; cancel open 1; continued {\"n\":2}");
  BOOST_TEST(run.status() == "continued as new");
  const auto& next = owed<StartRun>(run);
  BOOST_TEST(to_string(next.id) == id);
  BOOST_TEST(next.inputs.bytes == "{\"n\":2}");
  BOOST_TEST(next.timeout.count() == 60'000);
  BOOST_TEST((next.origin->kind == events::OriginKind::continued));
  BOOST_TEST(next.origin->continues == to_string(run.state.id));
  BOOST_TEST(run.act(Cancel{}) == "refused WRONG_STATE");

  Run child(goes_on);
  auto start = as_child();
  start.started.inputs.bytes = R"({"n":1})";
  child.act(start);
  BOOST_TEST((owed<TellStarted>(child).parent == some_id()));
  BOOST_TEST((owed<StartRun>(child, 1).origin->kind == events::OriginKind::child));
  BOOST_TEST(owed<StartRun>(child, 1).origin->execution_id == to_string(some_id()));
  BOOST_TEST(owed<StartRun>(child, 1).origin->reports);
  BOOST_TEST(child.effects.owe.size() == 2u);  // the end is told by the last of the chain
}

BOOST_AUTO_TEST_CASE(a_run_cannot_go_on_with_inputs_that_are_refused) {
  Run run(definition(
      R"({"ref":"next","action":"core.workflow.continue_as_new","args":{"trigger_inputs":{"n":"${{ 'many' }}"}}})",
      R"("entrypoint":{"expects":{"n":{"type":"int"}}})"));
  BOOST_TEST(run.start(R"({"n":1})") ==
             "started; schedule next 1; start next 1/1; fail next 1/1 InputsRejected; failed next InputsRejected");
}

// ---- loops

namespace {

std::string loop_of(unsigned items, std::string_view args) {
  std::string list;
  for (unsigned i = 0; i < items; ++i) list += (i == 0 ? "" : ", ") + std::to_string(i);
  return definition(R"({"ref":"call","action":"core.workflow.execute","for_each":"${{ for var.n in [)" + list +
                        R"(] }}","args":{"workflow_id":"other")" + std::string(args) + "}}",
                    R"("returns":"${{ ACTIONS.call.result }}")");
}

std::size_t wanted(const Run& run) {
  return static_cast<std::size_t>(std::count_if(run.effects.owe.begin(), run.effects.owe.end(), [](const Owed& owed) {
    return std::holds_alternative<StartRun>(owed.message);
  }));
}

std::string ref(unsigned i) { return "call[" + std::to_string(i) + "]"; }

}  // namespace

BOOST_AUTO_TEST_CASE(batches_of_children_wait_for_one_another) {
  Run run(loop_of(5, R"(,"batch_size":2)"));
  run.start();
  BOOST_TEST(wanted(run) == 2u);
  run.complete(ref(1), "1");
  BOOST_TEST(wanted(run) == 0u);
  run.complete(ref(0), "0");
  BOOST_TEST(wanted(run) == 2u);
  run.complete(ref(2), "2");
  run.complete(ref(3), "3");
  BOOST_TEST(wanted(run) == 1u);
  run.complete(ref(4), "4");
  BOOST_TEST(run.state.result.bytes == "[0,1,2,3,4]");
}

BOOST_AUTO_TEST_CASE(a_batch_is_of_32_children_unless_it_is_said) {
  Run run(loop_of(40, ""));
  run.start();
  BOOST_TEST(wanted(run) == 32u);
  Run parallel(loop_of(40, R"(,"loop_strategy":"parallel")"));
  parallel.start();
  BOOST_TEST(wanted(parallel) == 40u);
}

BOOST_AUTO_TEST_CASE(sequential_children_come_one_by_one) {
  Run run(loop_of(3, R"(,"loop_strategy":"sequential")"));
  run.start();
  for (unsigned i = 0; i < 3; ++i) {
    BOOST_TEST(wanted(run) == 1u);
    BOOST_TEST(run.effects.owe.front().message.index() == 1u);
    run.complete(ref(i), "1");
  }
  BOOST_TEST(run.status() == "completed");
}

BOOST_AUTO_TEST_CASE(a_failed_child_is_a_result_unless_all_are_wanted) {
  Run isolated(loop_of(2, ""));
  isolated.start();
  isolated.fail(ref(0), false);
  isolated.complete(ref(1), "1");
  BOOST_TEST(isolated.state.result.bytes == R"([{"is_error":true,"type":"Broken","message":"broken"},1])");

  Run all(loop_of(3, R"(,"fail_strategy":"all")"));
  all.start();
  all.fail(ref(1), false);
  BOOST_TEST(all.status() == "failed");
  BOOST_TEST(all.effects.owe.size() == 2u);
  BOOST_TEST((owed<StopRun>(all).id == child_uuid(all.state.id, ref(0), 1)));
}

BOOST_AUTO_TEST_SUITE_END()
