// /api/sources over a fake engine: what is handed on, what is refused, what is answered.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_sources, ApiFixture)

BOOST_AUTO_TEST_CASE(a_put_is_handed_on) {
  const ApiFixture::Headers json{{"content-type", "application/json"}};
  const auto exchange =
      ask(http::Method::put, "/api/sources/orders",
          R"({"kafka":{"topic":"t","brokers":"b:9092","start":"earliest","properties":{"client.id":"x"}},
                                "target":{"workflow_id":"report","inputs":"record"},"dead_letter_topic":"d",
                                "max_in_flight":7})",
          json);
  BOOST_REQUIRE(gateway.source_puts.size() == 1u);
  const auto& put = gateway.source_puts.front().put;
  BOOST_TEST((put.name == "orders" && put.topic == "t" && put.brokers == "b:9092" && put.workflow_id == "report"));
  BOOST_TEST((put.start == events::SourceStart::earliest && put.inputs == events::SourceInputs::record));
  BOOST_TEST(put.properties.bytes == "{\"client.id\":\"x\"}");
  BOOST_TEST((put.dead_letter_topic == "d" && put.max_in_flight == 7u));
  actors::Answer made;
  made.number = 1;
  made.body = "{}";
  exchange->deliver(made);
  BOOST_TEST(exchange->answer->status == 201);
  BOOST_TEST(exchange->header("Location") == "/api/sources/orders");

  ask(http::Method::put, "/api/sources/answers", R"({"kafka":{"topic":"t"},"target":{"interaction":true}})", json);
  const auto& least = gateway.source_puts.back().put;
  BOOST_TEST((least.workflow_id.empty() && least.brokers.empty() && least.properties.bytes == "{}"));
  BOOST_TEST((least.start == events::SourceStart::latest && least.max_in_flight == 1'000u));
}

BOOST_AUTO_TEST_CASE(bad_puts) {
  struct Case {
    const char *body, *says;
  };
  constexpr Case cases[] = {
      {"{}", "kafka/topic is missing"},
      {R"({"kafka":"t"})", "kafka must be an object"},
      {R"({"kafka":{"topic":1}})", "kafka/topic must be a string, not 1."},
      {R"({"kafka":{"topic":"t","start":5}})", "kafka/start must be earliest or latest"},
      {R"({"kafka":{"topic":"t","properties":[]}})", "kafka/properties must be an object of names and texts"},
      {R"({"kafka":{"topic":"t","group":"g"}})", "'group' is not a known member of kafka"},
      {R"({"kafka":{"topic":"t"}})", "target is missing"},
      {R"({"kafka":{"topic":"t"},"target":{}})", "target is missing"},
      {R"({"kafka":{"topic":"t"},"target":{"interaction":1}})", "target/interaction must be true"},
      {R"({"kafka":{"topic":"t"},"target":{"inputs":"all","workflow_id":"a"}})",
       "target/inputs must be value or record"},
      {R"({"kafka":{"topic":"t"},"target":{"interaction":true,"workflow_id":"a"}})",
       "either workflow_id or interaction"},
      {R"({"kafka":{"topic":"t"},"target":{"workflow_id":"a"},"max_in_flight":0})", "max_in_flight must be"},
      {R"({"kafka":{"topic":"t"},"target":{"workflow_id":"a"},"max_in_flight":1.5})", "max_in_flight must be"},
      {R"({"kafka":{"topic":"t"},"target":{"workflow_id":"a"},"retries":1})", "'retries' is not a known member"},
  };
  for (const Case& c : cases) {
    const auto exchange = ask(http::Method::put, "/api/sources/x", c.body, {{"content-type", "application/json"}});
    BOOST_TEST_CONTEXT(c.body) {
      BOOST_TEST(status(exchange) == 422);
      BOOST_TEST(exchange->answer->body.find(c.says) != std::string::npos, exchange->answer->body);
    }
  }
  BOOST_TEST(gateway.source_puts.empty());
}

BOOST_AUTO_TEST_CASE(steering) {
  const ApiFixture::Headers json{{"content-type", "application/json"}};
  ask(http::Method::post, "/api/sources/x/pause", R"({"reason":"lunch"})", json);
  ask(http::Method::post, "/api/sources/x/resume", "", {});
  const auto removed = ask(http::Method::del, "/api/sources/x", "", {});
  BOOST_REQUIRE(gateway.source_steers.size() == 3u);
  BOOST_TEST(
      (gateway.source_steers[0].what == actors::SourceCommand::pause && gateway.source_steers[0].reason == "lunch"));
  BOOST_TEST((gateway.source_steers[1].what == actors::SourceCommand::resume));
  BOOST_TEST((gateway.source_steers[2].what == actors::SourceCommand::remove));
  removed->deliver({});
  BOOST_TEST(removed->answer->body == R"({"name":"x","deleted":true})");
  BOOST_TEST(status(ask(http::Method::post, "/api/sources/x/resume", R"({"reason":"x"})", json)) == 422);
}

BOOST_AUTO_TEST_SUITE_END()
