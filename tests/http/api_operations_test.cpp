// Health, numbers, and the description of the API, which must describe each route and nothing else.
#include <boost/test/unit_test.hpp>
#include <set>

#include "api_fixture.hpp"
#include "http/auth.hpp"

using namespace reprise;
using namespace reprise::testing;
using http::Route;

BOOST_FIXTURE_TEST_SUITE(api_operations, ApiFixture)

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Every "$ref" below `value`.
void gather_references(const JsonValue& value, std::set<std::string>& into) {
  if (value.IsObject()) {
    for (const auto& member : value.GetObject()) {
      if (text_of(member.name) == "$ref") into.emplace(text_of(member.value));
      gather_references(member.value, into);
    }
  } else if (value.IsArray()) {
    for (const auto& item : value.GetArray()) gather_references(item, into);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(health_and_readiness) {
  BOOST_TEST(status(get("/healthz")) == 200);
  BOOST_TEST(status(get("/readyz")) == 200);
  api.drain();
  BOOST_TEST(status(get("/healthz")) == 200);
  const auto draining = get("/readyz");
  BOOST_TEST(status(draining) == 503);
  BOOST_TEST(draining->text("error_code") == "SHUTTING_DOWN");
}

BOOST_AUTO_TEST_CASE(info) {
  const auto answered = get("/api/info");
  BOOST_TEST(answered->text("mode") == "embedded");
  BOOST_TEST(find(answered->json().root(), "partitions")->GetInt() == rig.store->partitions());
  BOOST_TEST(find(answered->json().root(), "store_format")->GetInt() == 1);
}

BOOST_AUTO_TEST_CASE(metrics_count_by_route_and_status) {
  completed(1);
  gateway.engine_numbers.tasks_queued = 7;
  const Route* route = router.match(http::Method::get, {"api", "executions", "x"}).route;
  BOOST_REQUIRE(route != nullptr);
  for (int i = 0; i < 3; ++i) api.observe(route, 200, 2'000'000);
  api.observe(route, 404, 1'000'000'000'000);
  api.observe(nullptr, 404, 10);
  api.observe(route, 299, 10);
  const auto answered = get("/metrics");
  BOOST_TEST(answered->answer->content_type.starts_with("text/plain"));
  const std::string& text = answered->answer->body;
  for (const char* line :
       {"reprise_http_requests_total{method=\"GET\",route=\"/api/executions/{execution_id}\",status=\"200\"} 3",
        "reprise_http_requests_total{method=\"GET\",route=\"/api/executions/{execution_id}\",status=\"404\"} 1",
        "reprise_http_requests_total{method=\"GET\",route=\"/api/executions/{execution_id}\",status=\"other\"} 1",
        "reprise_http_requests_total{method=\"\",route=\"none\",status=\"404\"} 1",
        "reprise_http_request_seconds_bucket{method=\"GET\",route=\"/api/executions/{execution_id}\",le=\"0.0025\"} 4",
        "reprise_http_request_seconds_bucket{method=\"GET\",route=\"/api/executions/{execution_id}\",le=\"+Inf\"} 5",
        "reprise_queue_tasks 7", "reprise_events_total 5", "reprise_journal_batches_total 2",
        "reprise_store_compacted_bytes_total 0", "# TYPE reprise_journal_write_seconds histogram"}) {
    BOOST_TEST(text.find(line) != std::string::npos, line << "\n" << text);
  }
}

BOOST_AUTO_TEST_CASE(the_description_has_each_route_and_no_other) {
  const JsonDocument document = get("/openapi.json")->json();
  const JsonValue& paths = *find(document.root(), "paths");
  std::set<std::string> described, served;
  for (const auto& path : paths.GetObject()) {
    for (const auto& operation : path.value.GetObject()) {
      const std::string_view method = text_of(operation.name);
      if (method != "parameters") described.insert(std::string(method) + " " + std::string(text_of(path.name)));
    }
  }
  for (const Route* route : router.routes()) served.insert(lower(http::name(route->method)) + " " + route->pattern);
  BOOST_TEST(described == served, boost::test_tools::per_element());
  BOOST_TEST(served.size() > 25u);
}

BOOST_AUTO_TEST_CASE(the_description_names_the_roles_that_are_asked_for) {
  const JsonDocument document = get("/openapi.json")->json();
  const JsonValue& paths = *find(document.root(), "paths");
  for (const Route* route : router.routes()) {
    const JsonValue& operation = *find(*find(paths, route->pattern), lower(http::name(route->method)));
    BOOST_TEST_CONTEXT(route->pattern) {
      if (route->access == http::Access::open) {
        BOOST_TEST(find(operation, "security") != nullptr);
        continue;
      }
      const JsonValue* roles = find(operation, "x-roles");
      BOOST_REQUIRE(roles != nullptr);
      http::Roles set = 0;
      for (const auto& role : roles->GetArray()) set = set | http::parse_role(text_of(role)).value();
      BOOST_TEST(set == route->roles);
      BOOST_TEST((find(*find(operation, "responses"), "429") != nullptr) == (route->rate != http::RateClass::none));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_description_is_whole) {
  const JsonDocument document = get("/openapi.json")->json();
  BOOST_TEST(text_of(*find(document.root(), "openapi")) == "3.1.0");
  std::set<std::string> references;
  gather_references(document.root(), references);
  BOOST_TEST(references.size() > 20u);
  for (const std::string& reference : references) {
    const JsonValue* at = &document.root();
    BOOST_REQUIRE(reference.starts_with("#/"));
    std::string_view rest = std::string_view(reference).substr(2);
    while (at != nullptr && !rest.empty()) {
      const std::string_view name = rest.substr(0, rest.find('/'));
      at = find(*at, name);
      rest.remove_prefix(std::min(rest.size(), name.size() + 1));
    }
    BOOST_TEST(at != nullptr, reference);
  }
}

BOOST_AUTO_TEST_CASE(damage_that_a_read_finds_is_logged_and_not_shown) {
  std::vector<std::string> log;
  http::ApiOptions options;
  options.log = [&](http::Severity, std::string_view line) { log.emplace_back(line); };
  ApiFixture damaged(options);
  const Run run = damaged.waiting(1);
  storage::RowBatch rows;
  const auto [key, row] = *damaged.rig.rows(storage::Family::status).begin();
  rows.put(storage::Family::status, key, row.substr(0, row.size() / 2));
  std::string bytes = std::string(12, '\0') + rows.bytes();
  BOOST_REQUIRE(damaged.rig.store->write(bytes, rows.rows()));

  const std::string target = "/api/executions/" + to_string(run.view.id);
  const auto answered = damaged.get(target);
  BOOST_TEST(answered->text("error_code") == "STORE_DAMAGED");
  BOOST_TEST(answered->answer->body.find("status row") == std::string::npos);
  Route route;
  route.name = "GET /api/executions/{execution_id}";
  damaged.api.observe(nullptr, 200, 1, "");
  BOOST_TEST(log.empty());
  damaged.api.observe(&route, 500, 1, answered->answer->damage);
  BOOST_REQUIRE(log.size() == 1u);
  BOOST_TEST(log.front().starts_with("the store is damaged, found by GET /api/executions/{execution_id}: "),
             log.front());
  BOOST_TEST(log.front().find("status row") != std::string::npos, log.front());
}

BOOST_AUTO_TEST_SUITE_END()
