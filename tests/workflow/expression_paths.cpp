// Paths: what ACTIONS, TRIGGER, INPUTS, ENV and var give, and JSONPath below them.
#include <boost/test/unit_test.hpp>

#include "expression_scope.hpp"

using reprise::workflow::test::FixedScope;
using reprise::workflow::test::resolve;
using reprise::workflow::test::run;

namespace {

struct Case {
  const char* expression;
  const char* result;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_paths)

BOOST_AUTO_TEST_CASE(matches) {
  constexpr Case cases[] = {
      {"TRIGGER.name", "\"Ada\""},
      {"TRIGGER.obj.b.c", "\"deep\""},
      {"TRIGGER['name']", "\"Ada\""},
      {"TRIGGER[\"obj\"]['a b']", "\"spaced\""},
      {"TRIGGER.obj.'a b'", "\"spaced\""},
      {"TRIGGER.obj.\"x-y\"", "5"},
      {"TRIGGER.list[0]", "1"},
      {"TRIGGER.list[-1]", "4"},
      {"TRIGGER.list[4]", "null"},
      {"TRIGGER.list[-5]", "null"},
      {"TRIGGER.missing", "null"},
      {"TRIGGER.missing.deeper[0]", "null"},
      {"TRIGGER.name.x", "null"},
      {"TRIGGER.no", "null"},
      {"TRIGGER.list[1:3]", "[2,3]"},
      {"TRIGGER.list[:2]", "[1,2]"},
      {"TRIGGER.list[2:]", "[3,4]"},
      {"TRIGGER.list[-2:]", "[3,4]"},
      {"TRIGGER.list[::2]", "[1,3]"},
      {"TRIGGER.list[::-1]", "[4,3,2,1]"},
      {"TRIGGER.list[3:1:-1]", "[4,3]"},
      {"TRIGGER.list[1:2]", "2"},
      {"TRIGGER.list[5:]", "null"},
      {"TRIGGER.list[:]", "[1,2,3,4]"},
      {"TRIGGER.list[0:9223372036854775807:9223372036854775807]", "1"},
      {"TRIGGER.list[*]", "[1,2,3,4]"},
      {"TRIGGER.missing[*]", "[]"},
      {"TRIGGER.name[*]", "[]"},
      {"TRIGGER.obj.b[*]", "[\"deep\"]"},
      {"TRIGGER.obj.b.*", "[\"deep\"]"},
      {"TRIGGER.items[*].a", "[1,2,1]"},
      {"TRIGGER.items[*].zzz", "[]"},
      {"TRIGGER.items[0:1].a", "1"},
      {"TRIGGER.nested[*][0]", "[1,3]"},
      {"TRIGGER..c", "\"deep\""},
      {"TRIGGER..s", "[\"one\",\"two\",\"tree\"]"},
      {"TRIGGER..zzz", "null"},
      {"TRIGGER.items..a", "[1,2,1]"},
      {"TRIGGER.nested..[0]", "[[1,[2]],1,2,3]"},
      {"TRIGGER.obj..*", "[1,{\"c\":\"deep\"},\"spaced\",5,\"deep\"]"},
      {"TRIGGER.items[?a == 1].s", "[\"one\",\"tree\"]"},
      {"TRIGGER.items[?a == 2].s", "\"two\""},
      {"TRIGGER.items[?a == 1 & b > 2].s", "\"one\""},
      {"TRIGGER.items[?(@.a > 1)].s", "\"two\""},
      {"TRIGGER.items[?(@.a > 5)]", "null"},
      {"TRIGGER.items[?a == 2 | b == 5].s", "[\"one\",\"two\"]"},
      {"TRIGGER.items[?(@.a == 1 && (@.b == 1 || @.b == 2))].s", "\"tree\""},
      {"TRIGGER.items[?s =~ '^t'].s", "[\"two\",\"tree\"]"},
      {"TRIGGER.items[?s =~ 'e$'].a", "[1,1]"},
      {"TRIGGER.items[?s != 'one'].s", "[\"two\",\"tree\"]"},
      {"TRIGGER.items[?zzz]", "null"},
      {"TRIGGER.items[?a].b", "[5,1,1]"},
      {"TRIGGER.list[?(@ >= 3)]", "[3,4]"},
      {"TRIGGER.items[?s > 1]", "null"},
      {"TRIGGER.mixed[?(@.k == 'v')]", "{\"k\":\"v\"}"},
      {"TRIGGER.items[?a = 2].s", "\"two\""},
      {"TRIGGER.items[?a <= 1].b", "[5,1]"},
      {"TRIGGER.mixed[?(@ == None)]", "null"},
      {"ACTIONS.done.result", R"({"v":7,"rows":[{"id":1},{"id":2}]})"},
      {"ACTIONS.done.result.v", "7"},
      {"ACTIONS['done'].result.rows[*].id", "[1,2]"},
      {"ACTIONS.done.result_typename", "\"dict\""},
      {"ACTIONS.bad.error.message", "\"broke\""},
      {"ACTIONS.bad.result", "null"},
      {"ACTIONS.skipped", "null"},
      {"ACTIONS.skipped.result.x", "null"},
      {"ACTIONS.skipped.error", "null"},
      {"ACTIONS.done.interaction", "null"},
      {"ACTIONS.done.result.v + 1", "8"},
      {"ACTIONS.done.result.v-1", "6"},
      {"INPUTS.limit", "10"},
      {"INPUTS", R"({"limit":10,"tags":["x","y"]})"},
      {"ENV.workflow.trigger_type", "\"manual\""},
      {"var.x.limit", "10"},
      {"var.y", "null"},
      {"TRIGGER.n in [3]", "true"},
      {"TRIGGER.t", "true"},
      {"TRIGGER.f", "2.5"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expression) { BOOST_TEST(run(c.expression) == c.result); }
  }
}

BOOST_AUTO_TEST_CASE(malformed_paths) {
  for (const char* expression : {"TRIGGER.",         "TRIGGER[",
                                 "TRIGGER[]",        "TRIGGER[a]",
                                 "TRIGGER['a'",      "TRIGGER[1:2:0]",
                                 "TRIGGER[1:2:3:4]", "TRIGGER..",
                                 "TRIGGER[?]",       "TRIGGER[?a ==]",
                                 "TRIGGER[?a == b]", "TRIGGER[?(a == 1]",
                                 "TRIGGER[?a =~ 1]", "TRIGGER[99999999999999999999]",
                                 "TRIGGER ['a']",    "var",
                                 "var['x']",         "ACTIONS.done[0]",
                                 "ACTIONS.done.*",   "ACTIONS.*",
                                 "ACTIONS[0]",       "FN",
                                 "FN.add",           "FN.add.mop(1, 2)"}) {
    BOOST_TEST_CONTEXT(expression) { BOOST_TEST(run(expression).find("fault: ") == 0u); }
  }
}

BOOST_AUTO_TEST_CASE(a_simple_path_gives_the_value_itself) {
  const FixedScope scope;
  const auto compiled = reprise::workflow::Template::compile_expression("TRIGGER.obj.b", resolve);
  BOOST_REQUIRE(compiled.has_value());
  reprise::JsonPool pool(64);
  const auto value = compiled->evaluate(scope, pool);
  BOOST_REQUIRE(value.has_value());
  BOOST_TEST(*value == reprise::find(*reprise::find(*scope.trigger(), "obj"), "b"));
  BOOST_TEST(pool.Size() == 0u);
}

BOOST_AUTO_TEST_CASE(tasks_are_those_that_paths_name) {
  const auto compiled = reprise::workflow::Template::compile_expression(
      "ACTIONS.bad.error || [ACTIONS.done.result, ACTIONS.bad.result]", resolve);
  BOOST_REQUIRE(compiled.has_value());
  const std::vector<std::uint32_t> expected = {0, 1};
  BOOST_TEST(compiled->tasks() == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
