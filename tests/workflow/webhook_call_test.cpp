// TRIGGER of a run that a webhook starts.
#include "workflow/webhook_call.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace reprise;
using namespace reprise::workflow;

namespace {

std::shared_ptr<const Plan> plan(const std::string& more) {
  const auto compiled =
      compile_definition(R"({"actions":[{"ref":"a","action":"core.noop"}])" + more + "}", DefinitionFormat::json, "wf");
  BOOST_REQUIRE_MESSAGE(compiled.plan, to_string(compiled.faults));
  return compiled.plan;
}

std::string inputs(const Plan& of, const std::string& body) {
  const auto made = webhook_inputs(of, {body}, {R"({"page":"2"})"},
                                   {{"host", "x"}, {"x-event", "push"}, {"x-event", "tag"}, {"x-id", "7"}});
  return made ? made->bytes : made.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(webhook_call)

BOOST_AUTO_TEST_CASE(query_and_headers_stand_over_the_body) {
  const auto any = plan("");
  BOOST_TEST(inputs(*any, "{}") == R"({"query":{"page":"2"},"headers":{}})");
  BOOST_TEST(inputs(*any, R"({"a":[1,{"b":null}],"query":"forged","headers":{"x-id":"forged"}})") ==
             R"({"a":[1,{"b":null}],"query":{"page":"2"},"headers":{}})");
}

BOOST_AUTO_TEST_CASE(the_definition_chooses_headers) {
  const auto chosen = plan(R"(,"triggers":[{"type":"schedule","args":{"headers":["host"]}},
      {"type":"webhook","args":{"headers":["X-Event","absent"]}},{"type":"webhook","args":{"headers":["x-id","X-Event"]}}])");
  BOOST_TEST(inputs(*chosen, "{}") == R"({"query":{"page":"2"},"headers":{"X-Event":"push, tag","x-id":"7"}})");
}

BOOST_AUTO_TEST_CASE(what_is_expected_is_checked) {
  const auto expects = plan(R"(,"entrypoint":{"expects":{"n":{"type":"int"},"s":{"type":"str","default":"d"}}})");
  BOOST_TEST(inputs(*expects, R"({"n":1})") == R"({"n":1,"s":"d","query":{"page":"2"},"headers":{}})");
  BOOST_TEST(inputs(*expects, R"({"n":"x","query":1})") == "'n' must be int, found \"x\"");
  BOOST_TEST(inputs(*expects, R"({"n":1,"m":2})") == "'m' is not expected");
  const auto query = plan(R"(,"entrypoint":{"expects":{"query":{"type":"dict[str, int]"}}})");
  BOOST_TEST(inputs(*query, "{}").starts_with("'query' must be dict[str, int]") == false);  // "2" is an int there
  const auto none = plan(R"(,"entrypoint":{"expects":{"query":{"type":"int"}}})");
  BOOST_TEST(inputs(*none, "{}").starts_with("'query' must be int"));
}

BOOST_AUTO_TEST_SUITE_END()
