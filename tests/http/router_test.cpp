#include "http/router.hpp"

#include <boost/test/unit_test.hpp>
#include <stdexcept>
#include <string>
#include <vector>

namespace reprise::http {
namespace {

void add(Router& router, Method method, std::string pattern) {
  Route route;
  route.method = method;
  route.pattern = std::move(pattern);
  router.add(std::move(route));
}

std::string found(const Router& router, Method method, const std::vector<std::string>& segments) {
  const Router::Match match = router.match(method, segments);
  if (match.route == nullptr) return "";
  std::string text = match.route->pattern;
  for (const auto& parameter : match.parameters) text += " " + parameter;
  return text;
}

struct Routes {
  Router router;
  Routes() {
    add(router, Method::get, "/");
    add(router, Method::get, "/api/executions");
    add(router, Method::post, "/api/executions");
    add(router, Method::get, "/api/executions/{id}");
    add(router, Method::get, "/api/executions/{id}/logs");
    add(router, Method::post, "/api/executions/counts");
    add(router, Method::get, "/api/executions/counts/all");
    add(router, Method::del, "/api/{kind}/{id}");
  }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(router, Routes)

BOOST_AUTO_TEST_CASE(finds_literals_and_parameters) {
  BOOST_TEST(found(router, Method::get, {}) == "/");
  BOOST_TEST(found(router, Method::get, {"api", "executions"}) == "/api/executions");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "x/y"}) == "/api/executions/{id} x/y");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "7", "logs"}) == "/api/executions/{id}/logs 7");
  BOOST_TEST(found(router, Method::del, {"api", "keys", "7"}) == "/api/{kind}/{id} keys 7");
}

BOOST_AUTO_TEST_CASE(prefers_literals_and_comes_back_from_them) {
  BOOST_TEST(found(router, Method::post, {"api", "executions", "counts"}) == "/api/executions/counts");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "counts"}) == "/api/executions/{id} counts");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "counts", "logs"}) == "/api/executions/{id}/logs counts");
  BOOST_TEST(found(router, Method::del, {"api", "executions", "counts"}) == "/api/{kind}/{id} executions counts");
}

BOOST_AUTO_TEST_CASE(takes_no_empty_segment_and_no_other_length) {
  BOOST_TEST(found(router, Method::get, {""}) == "");
  BOOST_TEST(found(router, Method::get, {"api"}) == "");
  BOOST_TEST(found(router, Method::get, {"api", "executions", ""}) == "");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "7", ""}) == "");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "", "logs"}) == "");
  BOOST_TEST(router.match(Method::get, {"api", "executions", ""}).allowed.empty());
  BOOST_TEST(found(router, Method::get, std::vector<std::string>(10'000, "api")) == "");
}

BOOST_AUTO_TEST_CASE(answers_head_by_get) {
  BOOST_TEST(found(router, Method::head, {"api", "executions"}) == "/api/executions");
  BOOST_TEST(found(router, Method::head, {"api", "keys", "7"}) == "");
}

BOOST_AUTO_TEST_CASE(names_the_methods_of_a_path) {
  const std::vector<Method> all = {Method::get, Method::head, Method::post, Method::options};
  BOOST_TEST((router.match(Method::put, {"api", "executions"}).allowed == all));
  const std::vector<Method> of_counts = {Method::get, Method::head, Method::post, Method::del, Method::options};
  BOOST_TEST((router.match(Method::put, {"api", "executions", "counts"}).allowed == of_counts));
  const std::vector<Method> only_delete = {Method::del, Method::options};
  BOOST_TEST((router.match(Method::head, {"api", "keys", "7"}).allowed == only_delete));
  BOOST_TEST(router.match(Method::get, {"nothing"}).allowed.empty());
}

BOOST_AUTO_TEST_CASE(takes_the_printed_name_of_a_run_as_one_parameter) {
  BOOST_TEST(found(router, Method::get, {"api", "executions", "wf_a", "exec_b"}) == "/api/executions/{id} wf_a/exec_b");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "wf_a", "exec_b", "logs"}) ==
             "/api/executions/{id}/logs wf_a/exec_b");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "wf_a", "logs"}) == "/api/executions/{id}/logs wf_a");
  BOOST_TEST(found(router, Method::get, {"api", "executions", "a", "exec_b"}).empty());
}

BOOST_AUTO_TEST_CASE(takes_each_route_once) {
  BOOST_CHECK_THROW(add(router, Method::get, "/api/executions"), std::logic_error);
  BOOST_CHECK_THROW(add(router, Method::get, "/api/executions/{other}"), std::logic_error);
  BOOST_CHECK_THROW(add(router, Method::get, "api"), std::logic_error);
  BOOST_TEST(router.routes().size() == 8u);
}

BOOST_AUTO_TEST_CASE(names_routes) { BOOST_TEST(router.match(Method::get, {}).route->name == "GET /"); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http
