// /api/subscriptions over a fake engine: what is handed on, what is refused, what is answered.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_subscriptions, ApiFixture)

BOOST_AUTO_TEST_CASE(a_put_is_handed_on) {
  const ApiFixture::Headers json{{"content-type", "application/json"}};
  const auto exchange = ask(http::Method::put, "/api/subscriptions/hook",
                            R"({"url":"https://example.com/x","types":["reprise.task.*", "reprise.\u0065xecution.*"],
                                "workflow_id":"report","secret":"whsec_abc","from":"begin"})",
                            json);
  BOOST_REQUIRE(gateway.subscription_puts.size() == 1u);
  const auto& put = gateway.subscription_puts.front();
  BOOST_TEST(put.name == "hook");
  BOOST_TEST(put.url == "https://example.com/x");
  BOOST_TEST(put.types.bytes == R"(["reprise.task.*","reprise.execution.*"])");
  BOOST_TEST(put.workflow_id == "report");
  BOOST_TEST(put.secret == "whsec_abc");
  BOOST_TEST(put.from == "begin");
  actors::Answer made;
  made.number = 1;
  made.body = "{}";
  exchange->deliver(made);
  BOOST_TEST(exchange->answer->status == 201);
  BOOST_TEST(exchange->header("Location") == "/api/subscriptions/hook");
  const auto again =
      ask(http::Method::put, "/api/subscriptions/hook",
          R"({"url":"https://example.com","types":["*"],"workflow_id":null,"secret":null,"from":null})", json);
  BOOST_TEST(gateway.subscription_puts.back().secret.empty());
  again->deliver({});
  BOOST_TEST(again->answer->status == 200);
}

BOOST_AUTO_TEST_CASE(steering) {
  using actors::SubscriptionCommand;
  post("/api/subscriptions/x/pause", R"({"reason":"because"})");
  BOOST_TEST(gateway.subscription_steers.back().reason == "because");
  BOOST_TEST((gateway.subscription_steers.back().what == SubscriptionCommand::pause));
  const auto replayed = post("/api/subscriptions/x/replay", R"({"cursor":"begin"})");
  BOOST_TEST(gateway.subscription_steers.back().cursor == "begin");
  BOOST_TEST((gateway.subscription_steers.back().what == SubscriptionCommand::replay));
  replayed->deliver(refusal(errc::not_found, "no subscription x"));
  BOOST_TEST(replayed->answer->status == 404);
  post("/api/subscriptions/x/rotate");
  BOOST_TEST((gateway.subscription_steers.back().what == SubscriptionCommand::rotate));
  post("/api/subscriptions/x/resume");
  BOOST_TEST((gateway.subscription_steers.back().what == SubscriptionCommand::resume));
  const auto gone = ask(http::Method::del, "/api/subscriptions/x");
  gone->deliver({});
  BOOST_TEST(gone->answer->body == R"({"name":"x","deleted":true})");
  const std::size_t count = gateway.subscription_steers.size();
  BOOST_TEST(status(post("/api/subscriptions/x/resume", R"({"reason":"because"})")) == 422);
  BOOST_TEST(status(post("/api/subscriptions/x/replay")) == 422);
  BOOST_TEST(gateway.subscription_steers.size() == count);
}

BOOST_AUTO_TEST_CASE(reading) {
  for (const char* name : {"a", "b", "c"}) {
    gateway.known_subscriptions.push_back({name, std::string("{\"name\":\"") + name + "\"}"});
  }
  BOOST_TEST(get("/api/subscriptions/b")->answer->body == R"({"name":"b"})");
  BOOST_TEST(status(get("/api/subscriptions/z")) == 404);
  BOOST_TEST(get("/api/subscriptions?limit=2")->answer->body ==
             R"({"subscriptions":[{"name":"a"},{"name":"b"}],"limit":2,"next_cursor":"b"})");
  BOOST_TEST(status(get("/api/subscriptions?limit=0")) == 422);
}

BOOST_AUTO_TEST_SUITE_END()
