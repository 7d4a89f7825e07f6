#include "workflow/http_poll.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using namespace reprise::workflow;

BOOST_AUTO_TEST_SUITE(http_poll)

namespace {

Expected<PollRules> rules_of(std::string_view args) { return read_poll_rules(parse_json(args)->root()); }

bool again(std::string_view args, int status, std::string_view response) {
  const auto rules = rules_of(args);
  BOOST_REQUIRE(rules.has_value());
  const auto wanted = asks_again(*rules, status, parse_json(response)->root());
  BOOST_REQUIRE(wanted.has_value());
  return *wanted;
}

}  // namespace

BOOST_AUTO_TEST_CASE(codes_and_a_condition_ask_again) {
  BOOST_TEST(again(R"({"poll_retry_codes":202})", 202, "{}"));
  BOOST_TEST(!again(R"({"poll_retry_codes":202})", 200, "{}"));
  BOOST_TEST(again(R"({"poll_retry_codes":[404,503]})", 503, "{}"));
  const char* pending = R"({"poll_condition":"lambda x: x['data']['state'] == 'pending'"})";
  BOOST_TEST(again(pending, 200, R"({"data":{"state":"pending"}})"));
  BOOST_TEST(!again(pending, 200, R"({"data":{"state":"done"}})"));
}

BOOST_AUTO_TEST_CASE(something_must_say_when) {
  BOOST_TEST(rules_of("{}").error().detail ==
             "core.http_poll: `poll_retry_codes` or `poll_condition` must say when the request is made again");
  BOOST_TEST(!rules_of(R"({"poll_condition":"lambda x: import os"})").has_value());
  BOOST_TEST(rules_of(R"({"poll_retry_codes":202})")->max_attempts == 10u);
}

BOOST_AUTO_TEST_CASE(a_condition_that_fails_is_an_error) {
  const auto rules = rules_of(R"({"poll_condition":"lambda x: x['data']['state'] > 1"})");
  BOOST_REQUIRE(rules.has_value());
  const auto wanted = asks_again(*rules, 200, parse_json(R"({"data":{"state":"pending"}})")->root());
  BOOST_REQUIRE(!wanted.has_value());
  BOOST_TEST(wanted.error().detail.find("poll_condition") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(pauses_grow_unless_an_interval_is_given) {
  const auto fixed = rules_of(R"({"poll_retry_codes":202,"poll_interval":0.25})");
  BOOST_TEST(pause_before(*fixed, 2).count() == 250);
  BOOST_TEST(pause_before(*fixed, 9).count() == 250);
  const auto growing = rules_of(R"({"poll_retry_codes":202})");
  BOOST_TEST(pause_before(*growing, 2).count() == 1'000);
  BOOST_TEST(pause_before(*growing, 4).count() == 4'000);
}

BOOST_AUTO_TEST_SUITE_END()
