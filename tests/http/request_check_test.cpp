// What requests may hold, and how the sentences of refusals name the member and what was expected.
#include "http/request_check.hpp"

#include <boost/test/unit_test.hpp>

#include "events/json.hpp"

using namespace reprise;
using namespace reprise::http;

BOOST_AUTO_TEST_SUITE(request_check)

namespace {

Request with_query(std::vector<std::pair<std::string, std::string>> query) {
  Request request;
  request.query = std::move(query);
  return request;
}

Request with_body(std::string body, std::string type = "application/json") {
  Request request;
  request.body = std::move(body);
  if (!type.empty()) request.headers.emplace_back("content-type", std::move(type));
  return request;
}

std::string detail(const Response& response) {
  const auto document = parse_json(response.body);
  BOOST_REQUIRE(document.has_value());
  const JsonValue* member = find(document->root(), "detail");
  BOOST_REQUIRE(member != nullptr);
  return std::string(text_of(*member));
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(a_body_comes_as_it_is) {
  auto request = with_body("{}");
  request.headers.emplace_back("content-encoding", "identity");
  BOOST_TEST(json_object(request, Empty::refused).has_value());
  request.headers.back().second = "gzip";
  const auto refused = json_object(request, Empty::refused);
  BOOST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().status == 415);
  BOOST_TEST(detail(refused.error()) == "The body is coded as 'gzip': it has to be sent as it is.");
}

BOOST_AUTO_TEST_CASE(number_parameters_keep_their_bounds) {
  const auto limit = [](std::string text) {
    return number_parameter(with_query({{"limit", std::move(text)}}), "limit", 50, 1, 100);
  };
  BOOST_TEST(number_parameter(with_query({}), "limit", 50, 1, 100).value() == 50u);
  BOOST_TEST(limit("1").value() == 1u);
  BOOST_TEST(limit("100").value() == 100u);
  for (const char* bad : {"0", "101", "abc", "-1", "", "1.5", "1e1", " 1", "+1", "99999999999999999999999"}) {
    const auto refused = limit(bad);
    BOOST_REQUIRE_MESSAGE(!refused, bad);
    BOOST_TEST(refused.error().status == 422);
    BOOST_TEST(holds(detail(refused.error()), "limit must be an integer from 1 to 100"));
    BOOST_TEST(holds(refused.error().body, "\"error_code\":\"VALIDATION_ERROR\""));
  }
}

BOOST_AUTO_TEST_CASE(a_parameter_that_is_given_twice_is_refused) {
  const auto twice = with_query({{"limit", "1"}, {"level", "INFO"}, {"limit", "2"}, {"wait", "1"}, {"wait", "1"}});
  const auto limit = number_parameter(twice, "limit", 50, 1, 100);
  BOOST_REQUIRE(!limit);
  BOOST_TEST(limit.error().status == 422);
  BOOST_TEST(detail(limit.error()) == "limit is given more than once, as '1' and '2': one value is expected.");
  BOOST_TEST(!text_parameter(twice, "limit").has_value());
  BOOST_TEST(!wait_wanted(twice, 60).has_value());
  BOOST_TEST(level_parameter(twice).has_value());
  BOOST_TEST(text_parameter(twice, "level").value().value() == "INFO");
  BOOST_TEST(!text_parameter(twice, "cursor").value().has_value());
}

BOOST_AUTO_TEST_CASE(levels) {
  BOOST_TEST(!level_parameter(with_query({})).value().has_value());
  BOOST_TEST((level_parameter(with_query({{"level", "WARNING"}})).value() == events::LogLevel::warning));
  BOOST_TEST((level_parameter(with_query({{"level", "debug"}})).value() == events::LogLevel::debug));
  const auto refused = level_parameter(with_query({{"level", "LOUD"}}));
  BOOST_REQUIRE(!refused);
  BOOST_TEST(refused.error().status == 422);
  BOOST_TEST(holds(detail(refused.error()), "LOUD"));
}

BOOST_AUTO_TEST_CASE(waits) {
  BOOST_TEST(wait_wanted(with_query({}), 60)->time.count() == 0);
  BOOST_TEST(wait_wanted(with_query({{"wait", "30"}}), 60)->time.count() == 30'000);
  BOOST_TEST(wait_wanted(with_query({{"wait", "0.25"}}), 60)->time.count() == 250);
  BOOST_TEST(wait_wanted(with_query({{"wait", "100000000000000000000000"}}), 60)->time.count() == 60'000);
  for (const char* bad : {"", "abc", "-1", "nan", "inf", "1s", "0x1", "-0"}) {
    const auto refused = wait_wanted(with_query({{"wait", bad}}), 60);
    BOOST_REQUIRE_MESSAGE(!refused, bad);
    BOOST_TEST(refused.error().status == 422);
  }
}

BOOST_AUTO_TEST_CASE(preferences_to_wait) {
  const auto prefer = [](std::string value) {
    Request request;
    request.headers.emplace_back("prefer", std::move(value));
    return wait_wanted(request, 60).value();
  };
  BOOST_TEST(prefer("wait=10").time.count() == 10'000);
  BOOST_TEST(prefer("wait=10").applied == "wait=10");
  BOOST_TEST(prefer("respond-async, Wait = \"5\"; strict").time.count() == 5'000);
  BOOST_TEST(prefer("wait=3600").applied == "wait=60");
  for (const char* ignored : {"wait", "wait=", "wait=soon", "return=minimal", "waiting=5", "wait=-1"}) {
    BOOST_TEST(prefer(ignored).time.count() == 0, ignored);
    BOOST_TEST(prefer(ignored).applied.empty());
  }
  Request both = with_query({{"wait", "1"}});
  both.headers.emplace_back("prefer", "wait=9");
  BOOST_TEST(wait_wanted(both, 60)->time.count() == 1'000);
  BOOST_TEST(wait_wanted(both, 60)->applied.empty());
}

BOOST_AUTO_TEST_CASE(bodies) {
  BOOST_TEST(json_object(with_body("{}"), Empty::refused).has_value());
  BOOST_TEST(json_object(with_body("{}", ""), Empty::refused).has_value());
  BOOST_TEST(json_object(with_body("{}", "Application/JSON; charset=utf-8"), Empty::refused).has_value());
  BOOST_TEST(json_object(with_body("", "text/plain"), Empty::allowed).has_value());
  const auto status = [](std::string body, std::string type = "application/json") {
    const auto read = json_object(with_body(std::move(body), std::move(type)), Empty::refused);
    return read ? 200 : read.error().status;
  };
  BOOST_TEST(status("") == 400);
  BOOST_TEST(status("{") == 400);
  BOOST_TEST(status("{} x") == 400);
  BOOST_TEST(status("{\"a\":\"\xff\"}") == 400);
  BOOST_TEST(status("{\"a\":\"\\ud800\"}") == 400);
  BOOST_TEST(status("{\"a\":1,\"a\":2}") == 400);
  BOOST_TEST(status("{\"a\":" + std::string(5000, '[') + std::string(5000, ']') + "}") == 400);
  BOOST_TEST(status("[]") == 422);
  BOOST_TEST(status("null") == 422);
  BOOST_TEST(status("{}", "application/x-www-form-urlencoded") == 415);
  BOOST_TEST(status("{}", "application/jsonx") == 415);
  const auto malformed = json_object(with_body("{\"a\":}"), Empty::refused);
  BOOST_TEST(holds(malformed.error().body, "\"error_code\":\"MALFORMED_JSON\""));
}

BOOST_AUTO_TEST_CASE(sentences_name_the_place) {
  const Place results("results");
  const Place third(results, 3);
  const auto refused = text_member(JsonView("17"), Place(third, "task_token"), 1, 10);
  BOOST_REQUIRE(!refused);
  BOOST_TEST(detail(refused.error()) == "results/3/task_token must be a string, not 17.");
  BOOST_TEST(holds(detail(text_member(JsonView("\"\""), "reason", 1, 10).error()), "reason must have 1 to 10 bytes"));
  BOOST_TEST(detail(unknown_member("", "foo", "inputs").value()) ==
             "'foo' is not a known member of the body: known are inputs.");
  BOOST_TEST(holds(detail(unknown_member("", std::string(200, 'x'), "").value()), std::string(64, 'x') + "…'"));
  BOOST_TEST(integer_member(JsonView("5"), "max", 1, 1000).value() == 5);
  for (const char* bad : {"0", "1001", "\"5\"", "5.0", "null", "99999999999999999999", "true", "[5]"}) {
    BOOST_TEST(!integer_member(JsonView(bad), "max", 1, 1000), bad);
  }
  BOOST_TEST(boolean_member(JsonView("true"), "retryable").value());
  BOOST_TEST(!boolean_member(JsonView("\"true\""), "retryable"));
}

BOOST_AUTO_TEST_CASE(ids) {
  Request request;
  request.parameters = {"0190163d-8694-739b-aea5-966c26f8ad91"};
  BOOST_TEST(execution_id(request).has_value());
  for (const char* bad : {"exec-123", "", "0190163d8694739baea5966c26f8ad91", "\xff\xfe"}) {
    request.parameters = {bad};
    const auto refused = execution_id(request);
    BOOST_REQUIRE(!refused);
    BOOST_TEST(refused.error().status == 404);
    BOOST_TEST(parse_json(refused.error().body).has_value(), "whatever came in, the body is JSON");
  }
  BOOST_TEST(is_workflow_id("a.B_9:-"));
  BOOST_TEST(is_workflow_id(std::string(128, 'a')));
  for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a/b"), std::string("ü")}) {
    BOOST_TEST(!is_workflow_id(bad));
  }
}

BOOST_AUTO_TEST_CASE(accept_names_a_type) {
  Request request;
  request.headers = {{"accept", "text/html, application/X-NDJSON;q=0.9"}};
  BOOST_TEST(accepts(request, "application/x-ndjson"));
  BOOST_TEST(!accepts(request, "application/json"));
  request.headers = {{"accept", "*/*"}};
  BOOST_TEST(!accepts(request, "application/x-ndjson"));
}

BOOST_AUTO_TEST_SUITE_END()
