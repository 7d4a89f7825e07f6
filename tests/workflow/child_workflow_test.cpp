// The args of core.workflow.execute at run time.
#include "workflow/child_workflow.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using namespace reprise::workflow;

BOOST_AUTO_TEST_SUITE(child_workflow)

BOOST_AUTO_TEST_CASE(defaults) {
  const auto args = parse_json(R"({"workflow_alias": "child", "timeout": null})");
  const auto child = read_child_workflow(args->root());
  BOOST_TEST_REQUIRE(child.has_value());
  BOOST_TEST(child->workflow_alias == "child");
  BOOST_TEST(child->workflow_id == "");
  BOOST_TEST(child->trigger_inputs == nullptr);
  BOOST_TEST((child->loop.strategy == LoopStrategy::batch));
  BOOST_TEST(child->loop.batch_size == 32u);
  BOOST_TEST(child->loop.isolated);
  BOOST_TEST(!child->detached);
  BOOST_TEST(child->timeout.count() == 0);
  BOOST_TEST(child->version == 0u);
}

BOOST_AUTO_TEST_CASE(everything) {
  const auto args = parse_json(R"({"workflow_id": "w", "trigger_inputs": [1], "environment": "prod", "timeout": 1.5,
"version": 3, "loop_strategy": "sequential", "batch_size": 2, "fail_strategy": "all", "wait_strategy": "detach"})");
  const auto child = read_child_workflow(args->root());
  BOOST_TEST_REQUIRE(child.has_value());
  BOOST_TEST(child->workflow_id == "w");
  BOOST_TEST_REQUIRE(child->trigger_inputs != nullptr);
  BOOST_TEST(to_json(*child->trigger_inputs) == "[1]");
  BOOST_TEST(child->environment == "prod");
  BOOST_TEST(child->timeout.count() == 1'500);
  BOOST_TEST(child->version == 3u);
  BOOST_TEST((child->loop.strategy == LoopStrategy::sequential));
  BOOST_TEST(child->loop.batch_size == 2u);
  BOOST_TEST(!child->loop.isolated);
  BOOST_TEST(child->detached);
}

BOOST_AUTO_TEST_CASE(refusals) {
  const auto why = [](std::string_view args) {
    const auto child = read_child_workflow(parse_json(args)->root());
    return child ? std::string("taken") : child.error().detail;
  };
  const std::string name = "core.workflow.execute: ";
  BOOST_TEST(why("null") == "core.workflow.execute needs arguments");
  BOOST_TEST(why("{}") == name + "it needs 'workflow_id' or 'workflow_alias', and not both");
  BOOST_TEST(why(R"({"workflow_id": "a", "workflow_alias": "b"})") ==
             name + "it needs 'workflow_id' or 'workflow_alias', and not both");
  BOOST_TEST(why(R"({"workflow_id": 1})") ==
             name + "'workflow_id' must be a string that is not empty, found the int 1");
  BOOST_TEST(why(R"({"workflow_id": "a", "loop_strategy": "both"})") ==
             name + "'loop_strategy' must be 'parallel', 'batch' or 'sequential', found the str 'both'");
  BOOST_TEST(why(R"({"workflow_id": "a", "batch_size": 0})") ==
             name + "'batch_size' must be a whole number of 1 or more, found the int 0");
  BOOST_TEST(why(R"({"workflow_id": "a", "timeout": -1})") ==
             name + "'timeout' must be a number of seconds, 0 or more, found the int -1");
}

BOOST_AUTO_TEST_SUITE_END()
