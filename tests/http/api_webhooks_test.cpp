// POST /webhooks/{workflow_id}/{secret} over a fake engine: who may, what is handed on, what is answered.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"
#include "fresh_file.hpp"
#include "http/principals.hpp"
#include "http/webhook_secrets.hpp"

using namespace reprise;
using namespace reprise::testing;

namespace {

struct Guarded {
  Guarded() {
    secret = *http::create_webhook_secret(hooks.name(), "acme", "orders", "", from_millis(0));
    BOOST_REQUIRE(http::create_token(people.name(), "ada", "acme", {"admin"}).has_value());
    http::ApiOptions options;
    options.webhooks_file = hooks.name();
    options.principals_file = people.name();
    api = std::make_unique<ApiFixture>(options);
  }
  std::string path(std::string_view rest = {}) const { return "/webhooks/orders/" + secret + std::string(rest); }
  std::string trigger(const std::string& body, const std::string& type) {
    api->gateway.starts.clear();
    ApiFixture::Headers headers;
    if (!type.empty()) headers.emplace_back("content-type", type);
    const auto exchange = api->ask(http::Method::post, path(), body, headers);
    if (api->gateway.starts.empty()) return std::to_string(api->status(exchange));
    return api->gateway.starts.back().webhook->body.bytes;
  }

  FreshFile hooks, people;
  std::string secret;
  std::unique_ptr<ApiFixture> api;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(api_webhooks)

BOOST_FIXTURE_TEST_CASE(the_secret_is_the_only_key, Guarded) {
  const auto wrong = api->post("/webhooks/orders/whk_nonsense", "{}");
  const auto unknown = api->post("/webhooks/nothing/" + secret, "{}");
  BOOST_TEST(api->status(wrong) == 401);
  BOOST_TEST(wrong->answer->body == "{\"detail\":\"Unauthorized webhook request\"}");
  BOOST_TEST(unknown->answer->body == wrong->answer->body);
  BOOST_TEST(api->status(unknown) == 401);
  BOOST_TEST(api->status(api->post("/webhooks/orders/x/wait", "not json")) == 401);
  BOOST_TEST(api->gateway.starts.empty());

  const auto exchange = api->post(path("?a=1&b=x&a=2"), R"({"n":1})");
  BOOST_REQUIRE(api->gateway.starts.size() == 1u);
  const actors::StartRequest& start = api->gateway.starts.front();
  BOOST_TEST(start.workflow_id == "orders");
  BOOST_TEST(start.principal.workspace == "acme");
  BOOST_TEST((start.trigger == events::Trigger::webhook));
  BOOST_TEST(start.webhook->query.bytes == R"({"a":["1","2"],"b":"x"})");
  actors::Answer answer;
  answer.id = id_of(7);
  exchange->deliver(answer);
  BOOST_TEST(exchange->answer->status == 200);
  BOOST_TEST(exchange->answer->body.starts_with(R"({"message":"Workflow execution started","wf_id":"wf_)"));
  BOOST_TEST(exchange->answer->body.ends_with(R"("payload":{"n":1}})"));
}

BOOST_FIXTURE_TEST_CASE(bodies, Guarded) {
  BOOST_TEST(trigger("", "") == "{}");
  BOOST_TEST(trigger(R"( {"a":1} )", "") == R"({"a":1})");
  BOOST_TEST(trigger("[1]", "application/json; charset=utf-8") == R"({"body":[1]})");
  BOOST_TEST(trigger("7", "application/vnd.acme+json") == R"({"body":7})");
  BOOST_TEST(trigger("null", "application/json") == R"({"body":null})");
  BOOST_TEST(trigger("hello \"you\"", "text/plain") == R"({"body":"hello \"you\""})");
  BOOST_TEST(trigger("a=1&b=x%20y+z&a=%C3%A4&c", "application/x-www-form-urlencoded") ==
             "{\"a\":[\"1\",\"ä\"],\"b\":\"x y z\",\"c\":\"\"}");
  BOOST_TEST(trigger("a=%F", "application/x-www-form-urlencoded") == "422");
  BOOST_TEST(trigger("a=%FF", "application/x-www-form-urlencoded") == "422");
  BOOST_TEST(trigger("\xff", "text/plain") == "422");
  BOOST_TEST(trigger("{", "application/json") == "422");
  BOOST_TEST(trigger("<a/>", "application/xml") == "415");
}

BOOST_FIXTURE_TEST_CASE(refusals_of_the_engine, Guarded) {
  struct Case {
    errc code;
    int status;
  };
  for (const Case& c : {Case{errc::not_found_workflow, 404}, Case{errc::inputs_rejected, 400}, Case{errc::busy, 503},
                        Case{errc::shutting_down, 503}}) {
    for (const char* rest : {"", "/wait"}) {
      const auto exchange = api->post(path(rest), "{}");
      exchange->deliver(ApiFixture::refusal(c.code, "why"));
      BOOST_TEST(exchange->answer->status == c.status);
      BOOST_TEST(exchange->answer->body.starts_with("{\"detail\":"));
    }
  }
}

BOOST_FIXTURE_TEST_CASE(waiting_for_the_result, Guarded) {
  const auto done = api->post(path("/wait"), "{}");
  BOOST_TEST(api->gateway.starts.back().wait.count() == 60'000);
  done->deliver(api->answer_of(api->completed(1)));
  BOOST_TEST(done->answer->status == 200);
  BOOST_TEST(done->answer->body == "{\"ok\":true}");

  const auto open = api->post(path("/wait?wait=2"), "{}");
  BOOST_TEST(api->gateway.starts.back().wait.count() == 2'000);
  open->deliver(api->answer_of(api->waiting(2)));
  BOOST_TEST(open->answer->status == 202);

  Run run(id_of(3));
  api->rig.commit(run, at(0), {started(), events::ExecutionFailed{"it broke", "Boom", "a"}});
  const auto failed = api->post(path("/wait"), "{}");
  failed->deliver(api->answer_of(run));
  BOOST_TEST(failed->answer->status == 424);
  BOOST_TEST(failed->answer->body.find("\"status\":\"FAILED\"") != std::string::npos);
  BOOST_TEST(failed->answer->body.find("it broke") != std::string::npos);

  const auto gone = api->post(path("/wait"), "{}");
  gone->leave();
  BOOST_TEST(api->gateway.abandoned.size() == 1u);
  BOOST_TEST(api->status(api->post(path("/wait?wait=0"), "{}")) == 422);
}

BOOST_AUTO_TEST_SUITE_END()
