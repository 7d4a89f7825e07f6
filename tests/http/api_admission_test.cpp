// Who comes in: tokens, roles, workspaces, rate limits.
#include <boost/test/unit_test.hpp>

#include "api_fixture.hpp"
#include "fresh_file.hpp"
#include "http/auth.hpp"
#include "http/principals.hpp"

using namespace reprise;
using namespace reprise::testing;
using http::ApiOptions;
using http::Method;

BOOST_AUTO_TEST_SUITE(api_admission)

namespace {

struct WithPrincipals {
  std::string make(const std::vector<std::string>& roles, const std::string& workspace = "default",
                   const std::string& user = "ada") {
    return http::create_token(file.name(), user, workspace, roles).value();
  }
  ApiOptions options() const {
    ApiOptions all;
    all.principals_file = file.name();
    return all;
  }
  FreshFile file;
};

}  // namespace

BOOST_AUTO_TEST_CASE(an_open_server_lets_everybody_in) {
  ApiFixture api;
  BOOST_TEST(api.api.open());
  BOOST_TEST(api.status(api.get("/api/executions")) == 200);
  const auto start = api.post("/api/workflows/orders/execute");
  BOOST_REQUIRE(api.gateway.starts.size() == 1u);
  BOOST_TEST(api.gateway.starts.front().principal.user == "");
  BOOST_TEST(api.gateway.starts.front().principal.workspace == "default");
}

BOOST_AUTO_TEST_CASE(a_closed_server_wants_a_known_token) {
  WithPrincipals principals;
  const std::string token = principals.make({});
  ApiFixture api(principals.options());
  BOOST_TEST(!api.api.open());
  for (const std::string& header : {std::string(), std::string("Bearer"), "Basic " + token, "Bearer " + token + " x",
                                    std::string("Bearer rpr_nobody"), token}) {
    const auto refused = api.get(
        "/api/executions", header.empty() ? ApiFixture::Headers{} : ApiFixture::Headers{{"authorization", header}});
    BOOST_TEST(api.status(refused) == 401, header);
    BOOST_TEST(refused->text("error_code") == "UNAUTHORIZED");
    BOOST_TEST(refused->header("WWW-Authenticate") == "Bearer");
  }
  BOOST_TEST(api.status(api.get("/api/executions", {{"authorization", "bEARER   " + token + " "}})) == 200);
}

BOOST_AUTO_TEST_CASE(open_routes_need_no_token) {
  WithPrincipals principals;
  principals.make({});
  ApiFixture api(principals.options());
  for (const char* path : {"/healthz", "/readyz", "/openapi.json"}) BOOST_TEST(api.status(api.get(path)) == 200, path);
  for (const char* path : {"/metrics", "/api/info"}) BOOST_TEST(api.status(api.get(path)) == 401, path);
}

BOOST_AUTO_TEST_CASE(each_role_may_do_its_part) {
  WithPrincipals principals;
  const std::string id = to_string(id_of(1));
  const std::vector<std::pair<Method, std::string>> reads{{Method::get, "/api/executions"},
                                                          {Method::get, "/api/executions/" + id},
                                                          {Method::get, "/api/executions/" + id + "/logs"},
                                                          {Method::get, "/api/workflows"}};
  const std::vector<std::pair<Method, std::string>> steers{{Method::post, "/api/workflows/w/execute"},
                                                           {Method::post, "/api/executions/" + id + "/cancel"},
                                                           {Method::put, "/api/workflows/w"},
                                                           {Method::del, "/api/workflows/w"}};
  const std::vector<std::pair<Method, std::string>> works{
      {Method::post, "/api/tasks/poll"}, {Method::post, "/api/tasks/complete"}, {Method::post, "/api/tasks/heartbeat"}};
  struct Case {
    std::string role;
    bool reads, steers, works;
  };
  for (const Case& c : {Case{"admin", true, true, true}, Case{"operator", true, true, false},
                        Case{"viewer", true, false, false}, Case{"worker", false, false, true}}) {
    const std::string token = principals.make({c.role});
    ApiFixture api(principals.options());
    api.token = token;
    const auto check = [&](const auto& routes, bool allowed) {
      for (const auto& [method, path] : routes) {
        const auto answered = api.ask(method, path);
        BOOST_TEST((api.status(answered) != 403) == allowed, c.role << " " << path);
        if (!allowed) {
          BOOST_TEST(answered->text("error_code") == "FORBIDDEN");
          BOOST_TEST(answered->text("detail").find("the token has " + c.role) != std::string::npos);
        }
      }
    };
    check(reads, c.reads);
    check(steers, c.steers);
    check(works, c.works);
  }
}

BOOST_AUTO_TEST_CASE(commands_carry_the_principal) {
  WithPrincipals principals;
  const std::string token = principals.make({"operator"}, "lab", "grace");
  ApiFixture api(principals.options());
  api.token = token;
  api.post("/api/workflows/orders/execute", "", {{"x-request-id", "r-17"}});
  BOOST_REQUIRE(api.gateway.starts.size() == 1u);
  BOOST_TEST(api.gateway.starts.front().principal.user == "grace");
  BOOST_TEST(api.gateway.starts.front().principal.workspace == "lab");
  BOOST_TEST(api.gateway.starts.front().causation == "request/r-17");
}

BOOST_AUTO_TEST_CASE(other_workspaces_do_not_exist) {
  WithPrincipals principals;
  const std::string token = principals.make({}, "lab");
  ApiFixture api(principals.options());
  const Run run = api.completed(1, "default");
  const Run own = api.completed(2, "lab");
  api.token = token;
  const std::string id = to_string(run.view.id);
  for (const char* path : {"", "/logs", "/logs/download", "/events", "/live"}) {
    const auto answered = api.get("/api/executions/" + id + path);
    if (answered->deferred()) answered->deliver({});
    BOOST_TEST(api.status(answered) == 404, path);
    BOOST_TEST(answered->text("error_code") == "EXECUTION_NOT_FOUND");
    BOOST_TEST(answered->text("execution_id") == id);
  }
  BOOST_TEST(api.status(api.get("/api/executions/" + to_string(own.view.id))) == 200);
  BOOST_TEST(find(api.get("/api/executions")->json().root(), "total")->GetInt() == 1);
}

BOOST_AUTO_TEST_CASE(rate_limits_count_by_principal) {
  WithPrincipals principals;
  const std::string ada = principals.make({}, "default", "ada"), bob = principals.make({}, "default", "bob");
  ApiOptions options = principals.options();
  options.rate_limits = true;
  ApiFixture api(options);
  api.token = ada;
  for (int i = 0; i < 10; ++i) BOOST_TEST(api.status(api.post("/api/workflows/w/execute")) == 0);
  const auto refused = api.post("/api/workflows/w/execute");
  BOOST_TEST(api.status(refused) == 429);
  BOOST_TEST(refused->text("error_code") == "RATE_LIMITED");
  BOOST_TEST(std::stoi(refused->header("Retry-After")) >= 1);
  BOOST_TEST(api.gateway.starts.size() == 10u);
  BOOST_TEST(api.status(api.get("/api/executions")) == 200, "other classes go on");
  api.token = bob;
  BOOST_TEST(api.status(api.post("/api/workflows/w/execute")) == 0);
}

BOOST_AUTO_TEST_CASE(rate_limits_of_an_open_server_count_by_address) {
  ApiOptions options;
  options.rate_limits = true;
  options.limits.list = 2;
  ApiFixture api(options);
  for (int i = 0; i < 2; ++i) BOOST_TEST(api.status(api.get("/api/executions")) == 200);
  BOOST_TEST(api.status(api.get("/api/executions")) == 429);
  api.peer = "127.0.0.2";
  BOOST_TEST(api.status(api.get("/api/executions")) == 200);
}

BOOST_AUTO_TEST_CASE(limits_are_off_unless_asked_for) {
  ApiFixture api;
  for (int i = 0; i < 100; ++i) BOOST_TEST(api.status(api.get("/api/executions")) == 200);
}

BOOST_AUTO_TEST_SUITE_END()
