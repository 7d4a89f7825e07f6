// What a sound definition compiles to.
#include <boost/test/unit_test.hpp>

#include "events/sha256.hpp"
#include "expression_scope.hpp"
#include "workflow/plan.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

constexpr std::string_view kYaml = R"(
description: Says hello
title: Hello
entrypoint:
  ref: pick_one
  expects:
    name: {type: str, default: nobody}
    when: {type: datetime | None, default: ~}
config: {timeout: 60.5, environment: staging}
inputs: {greeting: Hello, base: &base {a: 1}, copy: *base, numbers: [0x10, 0o17, -5, +7, 1.5, .5, 1e3, "1", yes, True, null, ~]}
actions:
  - ref: pick_one
    action: core.transform.reshape
    args:
      value: ${{ TRIGGER.name }}
  - ref: tell
    action: acme.tell
    queue: mail
    depends_on: [pick_one, side.error]
    join_strategy: any
    run_if: |
      ${{ ACTIONS.pick_one.result != 'nobody' }}
    args: {text: "${{ INPUTS.greeting }} ${{ ACTIONS.pick_one.result }}"}
    start_delay: 1.5
    wait_until: 2026-02-23T16:30:00
    retry_policy: {max_attempts: 3, timeout: 10, initial_interval: 0.1, backoff: 1.5, max_interval: 5, retry_until: "${{ ACTIONS.tell.result.ok }}"}
  - {ref: side, action: core.http_request, args: {url: http://x, method: GET}, for_each: null}
returns: ${{ ACTIONS.tell.result }}
)";

std::shared_ptr<const Plan> plan_of(std::string_view source, DefinitionFormat format) {
  auto compiled = compile_definition(source, format, "wf");
  BOOST_REQUIRE_MESSAGE(compiled.plan, to_string(compiled.faults));
  return compiled.plan;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(definition_plan)

BOOST_AUTO_TEST_CASE(everything_is_there) {
  const auto plan = plan_of(kYaml, DefinitionFormat::yaml);
  BOOST_TEST(plan->workflow_id == "wf");
  BOOST_TEST(plan->title == "Hello");
  BOOST_TEST(plan->description == "Says hello");
  BOOST_TEST(plan->environment == "staging");
  BOOST_TEST(plan->timeout.count() == 60'500);
  BOOST_TEST(plan->version == 0u);
  BOOST_TEST(
      to_json(plan->inputs.root()) ==
      R"({"greeting":"Hello","base":{"a":1},"copy":{"a":1},"numbers":[16,15,-5,7,1.5,0.5,1000.0,"1","yes",true,null,null]})");
  BOOST_TEST_REQUIRE(plan->tasks.size() == 3u);
  const TaskPlan& tell = *plan->find("tell");
  BOOST_TEST(tell.title == "Tell");
  BOOST_TEST(plan->find("pick_one")->title == "Pick one");
  BOOST_TEST(plan->find("nobody") == nullptr);
  BOOST_TEST((tell.kind == ActionKind::worker));
  BOOST_TEST((plan->tasks[0].kind == ActionKind::inline_pure));
  BOOST_TEST((plan->tasks[2].kind == ActionKind::in_server));
  BOOST_TEST(tell.queue == "mail");
  BOOST_TEST(plan->tasks[0].queue == "");
  BOOST_TEST(tell.join_any);
  BOOST_TEST(tell.start_delay.count() == 1'500);
  BOOST_TEST(tell.retry.max_attempts == 3u);
  BOOST_TEST(tell.retry.timeout.count() == 10'000);
  BOOST_TEST(tell.retry.initial_interval.count() == 100);
  BOOST_TEST(tell.retry.backoff == 1.5);
  BOOST_TEST(tell.retry.max_interval.count() == 5'000);
  BOOST_TEST(plan->tasks[0].retry.max_attempts == 1u);
  BOOST_TEST(plan->tasks[0].retry.timeout.count() == 300'000);
  BOOST_TEST_REQUIRE(tell.run_if);
  BOOST_TEST(tell.run_if->print() == R"("${{ ACTIONS.pick_one.result != 'nobody' }}")");
  BOOST_TEST_REQUIRE(tell.retry_until);
  BOOST_TEST_REQUIRE(tell.wait_until);
  BOOST_TEST(!plan->tasks[0].run_if);
  BOOST_TEST_REQUIRE(plan->returns);
  BOOST_TEST_REQUIRE(plan->edges.size() == 2u);
  BOOST_TEST(plan->edges[0].from == 0u);
  BOOST_TEST(plan->edges[1].from == 2u);
  BOOST_TEST((plan->edges[0].kind == EdgeKind::success));
  BOOST_TEST((plan->edges[1].kind == EdgeKind::error));
  BOOST_TEST(tell.in_edges.size() == 2u);
  BOOST_TEST(plan->tasks[2].out_edges.size() == 1u);
  const std::vector<std::uint32_t> order = {0, 2, 1};
  BOOST_TEST(plan->topological == order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(title_and_queue_have_defaults) {
  const auto plan = plan_of(R"({"actions": [{"ref": "a", "action": "x.y"}]})", DefinitionFormat::json);
  BOOST_TEST(plan->title == "wf");
  BOOST_TEST(plan->tasks[0].queue == "default");
  BOOST_TEST(plan->environment == "default");
  BOOST_TEST(plan->timeout.count() == 300'000);
  BOOST_TEST(!plan->returns);
  BOOST_TEST(!plan->expects);
  BOOST_TEST(to_json(plan->inputs.root()) == "{}");
  BOOST_TEST(plan->tasks[0].args.constant());
}

BOOST_AUTO_TEST_CASE(canonical_form_is_a_fixed_point) {
  const auto from_yaml = plan_of(kYaml, DefinitionFormat::yaml);
  const auto again = plan_of(from_yaml->canonical, DefinitionFormat::json);
  BOOST_TEST(again->canonical == from_yaml->canonical);
  BOOST_TEST((again->hash == from_yaml->hash));
  BOOST_TEST((from_yaml->hash == events::sha256(from_yaml->canonical)));
}

BOOST_AUTO_TEST_CASE(canonical_form_does_not_depend_on_order_or_format) {
  const auto one =
      plan_of(R"({"actions": [{"action": "x", "ref": "a", "run_if": null, "args": {"b": 1, "a": 2}}], "title": "T"})",
              DefinitionFormat::json);
  const auto other =
      plan_of("title: T\nactions:\n- ref: a\n  args: {b: 1, a: 2}\n  action: x\n", DefinitionFormat::yaml);
  BOOST_TEST(one->canonical == R"({"title":"T","actions":[{"ref":"a","action":"x","args":{"b":1,"a":2}}]})");
  BOOST_TEST(one->canonical == other->canonical);
}

BOOST_AUTO_TEST_CASE(warnings_do_not_refuse) {
  const auto compiled =
      compile_definition(R"({"triggers": [{"type": "schedule"}], "actions": [{"ref": "a", "action": "x"}]})",
                         DefinitionFormat::json, "wf");
  BOOST_TEST(compiled.plan);
  BOOST_TEST_REQUIRE(compiled.faults.size() == 1u);
  BOOST_TEST(compiled.faults[0].warning);
  BOOST_TEST(compiled.faults[0].pointer == "/triggers/0");
}

BOOST_AUTO_TEST_CASE(a_long_chain_compiles) {
  std::string source = R"({"actions": [{"ref": "a0", "action": "x"})";
  for (int i = 1; i < 5'000; ++i) {
    const std::string before = std::to_string(i - 1);
    source += R"(,{"ref": "a)" + std::to_string(i) + R"(", "action": "x", "depends_on": ["a)" + before +
              R"("], "args": {"v": "${{ ACTIONS.a)" + before + R"(.result }}"}})";
  }
  const auto plan = plan_of(source + "]}", DefinitionFormat::json);
  BOOST_TEST(plan->topological.size() == 5'000u);
  BOOST_TEST(plan->topological.back() == 4'999u);
}

BOOST_AUTO_TEST_SUITE_END()
