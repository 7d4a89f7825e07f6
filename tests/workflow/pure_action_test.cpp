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

// A JSON list of what `element` gives for 0, 1, 2, ...
template <class Element>
std::string list(int count, Element element) {
  std::string out = "[";
  for (int i = 0; i < count; ++i) {
    if (i > 0) out += ',';
    out += element(i);
  }
  return out + "]";
}
std::string number(int i) { return std::to_string(i); }

std::string deduplicate(std::string_view items, std::string_view keys = R"(["k"])") {
  return run("core.transform.deduplicate",
             R"({"items": )" + std::string(items) + R"(, "keys": )" + std::string(keys) + "}");
}

// With this many, comparing each with each takes more than an action may cost.
constexpr int kMany = 30'000;

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

BOOST_AUTO_TEST_CASE(deduplicates_many) {
  const auto item = [](int i) { return R"({"k":)" + number(i) + R"(,"v":"x"})"; };
  const std::string distinct = list(kMany, item);
  BOOST_TEST((deduplicate(distinct) == distinct));
  // Three take all others in, one after another.
  const auto in_three = [](int i) {
    return R"({"k":)" + number(i % 3) + R"(,"v":)" + number(i) + R"(,"w":"some text that is merged again and again"})";
  };
  const std::string merged = list(3, [&](int i) {
    return R"({"k":)" + number(i) + R"(,"v":)" + number(3 * kMany - 3 + i) +
           R"(,"w":"some text that is merged again and again"})";
  });
  BOOST_TEST(deduplicate(list(3 * kMany, in_three)) == merged);
}

BOOST_AUTO_TEST_CASE(deduplicates_by_equality) {
  BOOST_TEST(
      deduplicate(
          R"([{"k":true,"a":0},{"k":2},{"k":1.0},{"b":1},{"k":null},{"k":"1"},{"k":1},{"k":[1]},{"k":[1.0]}])") ==
      R"([{"k":1,"a":0},{"k":2},{"b":1,"k":null},{"k":"1"},{"k":[1.0]}])");
  // Neighbours beyond the integers that a double has for themselves.
  BOOST_TEST(deduplicate(R"([{"k":9007199254740992},{"k":9007199254740993},{"k":9007199254740992.0}])") ==
             R"([{"k":9007199254740992.0},{"k":9007199254740993}])");
  BOOST_TEST(deduplicate(R"([{"k":{"a":1,"b":2}},{"k":{"b":2.0,"a":1}},{"k":{"a":1}}])") ==
             R"([{"k":{"b":2.0,"a":1}},{"k":{"a":1}}])");
}

BOOST_AUTO_TEST_CASE(deduplicates_where_hashing_costs_too_much) {
  const auto large = [](int first) {
    return R"({"k":)" + list(100'000, [=](int i) { return number(i == 0 ? first : 1); }) + "}";
  };
  const std::string two = large(1) + "," + large(2);
  BOOST_TEST((deduplicate("[" + two + R"(,{"k":1},{"k":1.0}])", list(100, [](int) { return R"("k")"; })) ==
              "[" + two + R"(,{"k":1.0}])"));
}

BOOST_AUTO_TEST_CASE(finds_many_in_many) {
  const auto shifted = [](int i) { return number(i + kMany / 2) + ".0"; };
  const std::string args = R"({"items": )" + list(kMany, number) + R"(, "collection": )" + list(kMany, shifted);
  const std::string in = list(kMany / 2, [](int i) { return number(i + kMany / 2); });
  BOOST_TEST((run("core.transform.is_in", args + "}") == in));
  BOOST_TEST((run("core.transform.not_in", args + "}") == list(kMany / 2, number)));
  BOOST_TEST((run("core.transform.is_in", args + R"-(, "python_lambda": "lambda x: float(x)"})-") == in));
}

BOOST_AUTO_TEST_CASE(what_items_build_on_the_way_is_held_one_at_a_time) {
  std::string words;
  while (words.size() < 1020) words += "a ";
  const std::string items = R"({"items": )" + list(1'000, [&](int) { return '"' + words + '"'; });
  const auto counted = [&](std::string_view action, std::string_view lambda) {
    return run(action, items + R"(, "collection": [511], "python_lambda": ")" + std::string(lambda) + "\"}");
  };
  const std::string counts = list(1'000, [](int) { return "511"; });
  BOOST_TEST((counted("core.transform.map", "lambda x: len(x.split(' '))") == counts));
  BOOST_TEST((counted("core.transform.filter", "lambda x: len(x.split(' ')) > 999") == "[]"));
  BOOST_TEST((counted("core.transform.not_in", "lambda x: len(x.split(' '))") == "[]"));
  // What stays is held over all of them, and the time of all counts.
  BOOST_TEST(counted("core.transform.map", "lambda x: [x.upper() for i in 'aaaaaaaaaa']") ==
             "ValueError: core.transform.map: the result is nested deeper than 80 or larger than 8388608 bytes");
  BOOST_TEST(
      counted("core.transform.map", "lambda x: len((x * 200).split(' '))").find("it takes more than 3000000 steps") !=
      std::string::npos);
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
