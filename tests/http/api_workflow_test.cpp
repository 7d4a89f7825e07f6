// Definitions: registering, showing, listing.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"

using namespace reprise;
using namespace reprise::testing;
using http::Method;

BOOST_FIXTURE_TEST_SUITE(api_workflow, ApiFixture)

namespace {

events::WorkflowRegistered version(std::string id, std::uint32_t number, bool yaml = false) {
  events::WorkflowRegistered event;
  event.workflow_id = std::move(id);
  event.version = number;
  event.hash[0] = static_cast<std::uint8_t>(number);
  event.media_type = yaml ? "application/yaml" : "application/json";
  event.source = yaml ? "title: t\n" : "{\"title\":\"t\"}";
  event.canonical.bytes = "{\"title\":\"t\"}";
  return event;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_content_type_decides) {
  const auto put = [this](std::string body, std::string type) {
    return ask(Method::put, "/api/workflows/orders", std::move(body), {{"content-type", std::move(type)}});
  };
  put("{\"title\":\"t\"}", "application/json");
  BOOST_REQUIRE(gateway.puts.size() == 1u);
  BOOST_TEST(!gateway.puts.back().yaml);
  BOOST_TEST(gateway.puts.back().source == "{\"title\":\"t\"}");
  for (const char* type : {"application/yaml", "text/yaml", "application/x-yaml", "text/yaml; charset=utf-8"}) {
    put("title: t", type);
    BOOST_TEST(gateway.puts.back().yaml, type);
  }
  const std::size_t before = gateway.puts.size();
  BOOST_TEST(status(put("title: t", "text/plain")) == 415);
  BOOST_TEST(status(put("", "application/yaml")) == 400);
  BOOST_TEST(status(put("{", "application/json")) == 400);
  BOOST_TEST(status(put("[]", "application/json")) == 422);
  BOOST_TEST(status(ask(Method::put, "/api/workflows/a%b", "{}", {{"content-type", "application/json"}})) == 422);
  BOOST_TEST(gateway.puts.size() == before);
}

BOOST_AUTO_TEST_CASE(a_first_version_is_created) {
  const auto put = [this](std::uint64_t number, bool changed) {
    auto answered = ask(Method::put, "/api/workflows/orders", "{}", {{"content-type", "application/json"}});
    actors::Answer answer;
    answer.name = "orders";
    answer.number = number;
    answer.flag = changed;
    answered->deliver(std::move(answer));
    return answered;
  };
  BOOST_TEST(status(put(1, true)) == 201);
  BOOST_TEST(put(1, true)->answer->body ==
             "{\"workflow_id\":\"orders\",\"version\":1,\"changed\":true,\"warnings\":[]}");
  BOOST_TEST(put(1, true)->header("Location") == "/api/workflows/orders");
  BOOST_TEST(status(put(1, false)) == 200);
  BOOST_TEST(status(put(2, true)) == 200);
}

BOOST_AUTO_TEST_CASE(all_faults_are_shown) {
  const auto answered = ask(Method::put, "/api/workflows/orders", "a: b", {{"content-type", "text/yaml"}});
  actors::Answer answer = refusal(errc::definition_faults, "The definition has 2 faults.");
  answer.body =
      "[{\"pointer\":\"/"
      "a\",\"line\":1,\"column\":1,\"message\":\"x\"},{\"pointer\":\"\",\"line\":1,\"column\":1,\"message\":\"y\"}]";
  answered->deliver(std::move(answer));
  BOOST_TEST(status(answered) == 422);
  BOOST_TEST(answered->text("error_code") == "VALIDATION_ERROR");
  BOOST_TEST(find(answered->json().root(), "errors")->Size() == 2u);
}

BOOST_AUTO_TEST_CASE(deleting) {
  const auto gone = ask(Method::del, "/api/workflows/orders");
  BOOST_REQUIRE(gateway.deletes.size() == 1u);
  gone->deliver({});
  BOOST_TEST(gone->answer->body == "{\"workflow_id\":\"orders\",\"deleted\":true}");
  const auto missing = ask(Method::del, "/api/workflows/orders");
  missing->deliver(refusal(errc::not_found_workflow));
  BOOST_TEST(status(missing) == 404);
  BOOST_TEST(missing->text("error_code") == "WORKFLOW_NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(showing) {
  rig.commit_workflow("default", "alice", "orders", at(1), version("orders", 1));
  rig.commit_workflow("default", "alice", "orders", at(2), version("orders", 2, true));
  const auto newest = get("/api/workflows/orders");
  const JsonDocument body = newest->json();
  BOOST_TEST(find(body.root(), "version")->GetInt() == 2);
  BOOST_TEST(newest->text("source") == "title: t\n");
  BOOST_TEST(newest->text("registered_by") == "alice");
  BOOST_TEST(newest->text("hash").substr(0, 4) == "0200");
  BOOST_TEST(to_json(*find(body.root(), "definition")) == "{\"title\":\"t\"}");
  const auto first = get("/api/workflows/orders?version=1");
  BOOST_TEST(find(first->json().root(), "version")->GetInt() == 1);
  BOOST_TEST(first->text("source") == "(no text)");
  const auto yaml = get("/api/workflows/orders", {{"accept", "application/yaml"}});
  BOOST_TEST(yaml->answer->content_type == "application/yaml");
  BOOST_TEST(yaml->answer->body == "title: t\n");
  BOOST_TEST(get("/api/workflows/orders?version=1", {{"accept", "application/yaml"}})->answer->content_type ==
             "application/json");
  BOOST_TEST(status(get("/api/workflows/orders?version=3")) == 404);
  BOOST_TEST(status(get("/api/workflows/orders?version=0")) == 422);
  BOOST_TEST(status(get("/api/workflows/none")) == 404);
  BOOST_TEST(get("/api/workflows/none")->text("error_code") == "WORKFLOW_NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(listing) {
  for (const char* id : {"c", "a", "b"}) rig.commit_workflow("default", "alice", id, at(1), version(id, 1));
  rig.commit_workflow("default", "alice", "a", at(2), version("a", 2));
  rig.commit_workflow("other", "bob", "z", at(2), version("z", 1));
  const JsonDocument first = get("/api/workflows?limit=2")->json();
  BOOST_TEST(find(first.root(), "workflows")->Size() == 2u);
  BOOST_TEST(text_of(*find(first.root(), "next_cursor")) == "b");
  BOOST_TEST(find((*find(first.root(), "workflows"))[0], "version")->GetInt() == 2);
  const JsonDocument second = get("/api/workflows?limit=2&cursor=b")->json();
  BOOST_TEST(find(second.root(), "workflows")->Size() == 1u);
  BOOST_TEST(find(second.root(), "next_cursor")->IsNull());

  const JsonDocument versions = get("/api/workflows/a/versions?limit=1")->json();
  BOOST_TEST(find((*find(versions.root(), "versions"))[0], "version")->GetInt() == 2);
  BOOST_TEST(text_of(*find(versions.root(), "next_cursor")) == "2");
  const JsonDocument older = get("/api/workflows/a/versions?limit=1&cursor=2")->json();
  BOOST_TEST(find((*find(older.root(), "versions"))[0], "version")->GetInt() == 1);
  BOOST_TEST(find(older.root(), "next_cursor")->IsNull());
  BOOST_TEST(status(get("/api/workflows/none/versions")) == 404);
  for (const char* bad :
       {"/api/workflows?limit=0", "/api/workflows?cursor=a/b", "/api/workflows/a/versions?cursor=x"}) {
    BOOST_TEST(status(get(bad)) == 422, bad);
  }
}

BOOST_AUTO_TEST_SUITE_END()
