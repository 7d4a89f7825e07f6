// /api/schedules over a fake engine: what is handed on, what is refused, what is answered.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;

BOOST_FIXTURE_TEST_SUITE(api_schedules, ApiFixture)

BOOST_AUTO_TEST_CASE(a_put_is_handed_on) {
  const ApiFixture::Headers json{{"content-type", "application/json"}};
  const auto exchange = ask(http::Method::put, "/api/schedules/nightly",
                            R"({"workflow_id":"report","cron":"0 3 * * *","timezone":"Europe/Berlin",
                                "inputs":{"a":1},"overlap":"buffer_one","catchup_window":90.5})",
                            json);
  BOOST_REQUIRE(gateway.schedule_puts.size() == 1u);
  const auto& put = gateway.schedule_puts.front();
  BOOST_TEST(put.name == "nightly");
  BOOST_TEST(put.workflow_id == "report");
  BOOST_TEST(put.cron == "0 3 * * *");
  BOOST_TEST(put.timezone == "Europe/Berlin");
  BOOST_TEST(put.inputs.bytes == "{\"a\":1}");
  BOOST_TEST((put.overlap == events::Overlap::buffer_one));
  BOOST_TEST(put.catchup_window == "90500ms");
  actors::Answer made;
  made.number = 1;
  made.body = "{}";
  exchange->deliver(made);
  BOOST_TEST(exchange->answer->status == 201);
  BOOST_TEST(exchange->header("Location") == "/api/schedules/nightly");

  const auto again =
      ask(http::Method::put, "/api/schedules/nightly", R"({"workflow_id":"report","every":"5m","cron":null})", json);
  BOOST_TEST(gateway.schedule_puts.back().every == "5m");
  BOOST_TEST((gateway.schedule_puts.back().overlap == events::Overlap::skip));
  again->deliver({});
  BOOST_TEST(again->answer->status == 200);
}

BOOST_AUTO_TEST_CASE(bad_puts) {
  struct Case {
    const char *body, *says;
  };
  constexpr Case cases[] = {
      {"{}", "workflow_id is missing"},
      {R"({"workflow_id":1})", "workflow_id must be a string, not 1."},
      {R"({"workflow_id":null})", "workflow_id must be a string, not null."},
      {R"({"workflow_id":"a","cron":7})", "cron must be a string, not 7."},
      {R"({"workflow_id":"a","every":true})", "every must be a number of seconds or a span"},
      {R"({"workflow_id":"a","every":-1})", "every must be a number of seconds or a span"},
      {R"({"workflow_id":"a","every":1e300})", "every must be a number of seconds or a span"},
      {R"({"workflow_id":"a","inputs":[]})", "inputs must be an object, not a list."},
      {R"({"workflow_id":"a","overlap":"both"})", "overlap must be skip, allow or buffer_one"},
      {R"({"workflow_id":"a","jitter":1})", "'jitter' is not a known member of the body: known are workflow_id, cron"},
  };
  for (const Case& c : cases) {
    const auto exchange = ask(http::Method::put, "/api/schedules/x", c.body, {{"content-type", "application/json"}});
    BOOST_TEST_CONTEXT(c.body) {
      BOOST_TEST(status(exchange) == 422);
      BOOST_TEST(exchange->text("error_code") == "VALIDATION_ERROR");
      BOOST_TEST(exchange->text("detail").find(c.says) != std::string::npos, exchange->text("detail"));
    }
  }
  const ApiFixture::Headers json{{"content-type", "application/json"}};
  BOOST_TEST(status(ask(http::Method::put, "/api/schedules/x", "{", json)) == 400);
  BOOST_TEST(status(ask(http::Method::put, "/api/schedules/a b", R"({"workflow_id":"a"})", json)) == 422);
  BOOST_TEST(status(ask(http::Method::put, "/api/schedules/x", R"({"workflow_id":"a b"})", json)) == 404);
  BOOST_TEST(gateway.schedule_puts.empty());
}

BOOST_AUTO_TEST_CASE(steering) {
  const auto paused = post("/api/schedules/x/pause", R"({"reason":"because"})");
  BOOST_TEST(gateway.schedule_steers.back().reason == "because");
  BOOST_TEST((gateway.schedule_steers.back().what == actors::ScheduleCommand::pause));
  paused->deliver(refusal(errc::not_found, "no schedule x"));
  BOOST_TEST(paused->answer->status == 404);
  BOOST_TEST(paused->text("error_code") == "NOT_FOUND");
  BOOST_TEST(status(post("/api/schedules/x/resume", R"({"reason":"because"})")) == 422);

  const auto triggered = post("/api/schedules/x/trigger");
  actors::Answer answer;
  answer.id = id_of(1);
  answer.body = "{\"name\":\"x\"}";
  triggered->deliver(answer);
  BOOST_TEST(triggered->answer->body ==
             "{\"execution_id\":\"" + to_string(answer.id) + "\",\"schedule\":{\"name\":\"x\"}}");
  const auto gone = ask(http::Method::del, "/api/schedules/x");
  gone->deliver({});
  BOOST_TEST(gone->answer->body == R"({"name":"x","deleted":true})");
}

BOOST_AUTO_TEST_CASE(reading) {
  for (const char* name : {"a", "b", "c"}) {
    gateway.known_schedules.push_back({name, std::string("{\"name\":\"") + name + "\"}"});
  }
  BOOST_TEST(get("/api/schedules/b")->answer->body == R"({"name":"b"})");
  BOOST_TEST(status(get("/api/schedules/z")) == 404);
  BOOST_TEST(get("/api/schedules?limit=2")->answer->body ==
             R"({"schedules":[{"name":"a"},{"name":"b"}],"limit":2,"next_cursor":"b"})");
  BOOST_TEST(get("/api/schedules?limit=2&cursor=b")->answer->body ==
             R"({"schedules":[{"name":"c"}],"limit":2,"next_cursor":null})");
  BOOST_TEST(status(get("/api/schedules?limit=0")) == 422);
  BOOST_TEST(status(get("/api/schedules?cursor=a b")) == 422);
}

BOOST_AUTO_TEST_SUITE_END()
