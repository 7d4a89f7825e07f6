// The built-in actions that finish inside a decision.
#include <boost/test/unit_test.hpp>

#include "workflow/pure_action.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

// The result as JSON, or "type: message".
std::string run(std::string_view action, std::string_view args) {
  const auto document = parse_json(args);
  JsonPool pool(512);
  const PureOutcome outcome = run_pure_action(action, document->root(), pool);
  return outcome.ok ? to_json(*outcome.result) : outcome.error_type + ": " + outcome.error_message;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pure_actions)

BOOST_AUTO_TEST_CASE(results) {
  struct Case {
    const char* action;
    const char* args;
    const char* result;
  };
  constexpr Case cases[] = {
      {"core.noop", "{}", "null"},
      {"core.noop", "null", "null"},
      {"core.transform.reshape", R"({"value": {"a": [1]}})", R"({"a":[1]})"},
      {"core.log", R"({"message": "hi"})", "\"hi\""},
      {"core.log", R"({"message": "hi", "level": "loud"})",
       "ValueError: core.log: 'level' must be DEBUG, INFO, WARNING or ERROR, found the str 'loud'"},
      {"core.fail", R"({"message": "no"})", "ApplicationError: no"},
      {"core.fail", "{}", "ApplicationError: core.fail"},
      {"core.require", R"({"conditions": true})", "true"},
      {"core.require", R"({"conditions": false})", "RequirementError: the condition does not hold"},
      {"core.require", R"({"conditions": false, "raise_error": false})", "false"},
      {"core.require", R"({"conditions": [true, false, true]})", "RequirementError: condition 2 of 3 does not hold"},
      {"core.require", R"({"conditions": [true, false], "require_all": false})", "true"},
      {"core.require", R"({"conditions": [false, false], "require_all": false})",
       "RequirementError: none of the conditions holds"},
      {"core.require", R"({"conditions": []})", "true"},
      {"core.require", R"({"conditions": "x"})",
       "ValueError: core.require: 'conditions' must be a boolean or a list of them, found the str 'x'"},
      {"core.transform.is_in", R"({"items": [1, 2, "a"], "collection": [2.0, "a"]})", "[2,\"a\"]"},
      {"core.transform.not_in", R"({"items": [1, 2, "a"], "collection": [2.0, "a"]})", "[1]"},
      {"core.transform.is_in", R"({"items": 1, "collection": []})",
       "ValueError: core.transform.is_in: 'items' must be a list, found the int 1"},
      {"core.transform.compact", R"({"items": [0, null, "", "x", [], {}, false]})", "[0,\"x\",false]"},
      {"core.transform.deduplicate",
       R"({"items": [{"k": 1, "a": 1}, {"k": 2}, {"k": 1, "a": 2, "b": 3}], "keys": ["k"]})",
       R"([{"k":1,"a":2,"b":3},{"k":2}])"},
      {"core.transform.deduplicate",
       R"({"items": [{"k": {"i": 1}}, {"k": {"i": 1}, "x": 1}, {"k": {"i": 2}}], "keys": ["k.i"]})",
       R"([{"k":{"i":1},"x":1},{"k":{"i":2}}])"},
      {"core.transform.deduplicate", R"({"items": [1], "keys": ["k"]})",
       "ValueError: core.transform.deduplicate: 'items' must be a list of objects, found the int 1"},
      {"core.transform.deduplicate", R"({"items": [], "keys": []})",
       "ValueError: core.transform.deduplicate: 'keys' must be a list of one or more names, found the list"},
      {"core.nope", "{}", "ValueError: there is no action 'core.nope' that runs inside a decision"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.action << " " << c.args) { BOOST_TEST(run(c.action, c.args) == c.result); }
  }
}

BOOST_AUTO_TEST_CASE(log_gives_a_line) {
  const auto args = parse_json(R"({"message": ["x", 1.0], "level": "warning"})");
  JsonPool pool(64);
  const auto outcome = run_pure_action("core.log", args->root(), pool);
  BOOST_TEST_REQUIRE(outcome.log.has_value());
  BOOST_TEST((outcome.log->first == events::LogLevel::warning));
  BOOST_TEST(outcome.log->second == "['x', 1.0]");
}

BOOST_AUTO_TEST_CASE(fail_says_whether_to_retry) {
  JsonPool pool(64);
  BOOST_TEST(run_pure_action("core.fail", parse_json("{}")->root(), pool).retryable);
  BOOST_TEST(!run_pure_action("core.fail", parse_json(R"({"retryable": false})")->root(), pool).retryable);
  BOOST_TEST(!run_pure_action("core.require", parse_json(R"({"conditions": false})")->root(), pool).retryable);
}

BOOST_AUTO_TEST_CASE(names) {
  BOOST_TEST(is_pure_action("core.transform.reshape"));
  BOOST_TEST(!is_pure_action("core.http_request"));
  BOOST_TEST(!is_pure_action("acme.x"));
}

BOOST_AUTO_TEST_SUITE_END()
