#include "actors/http_request_args.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using namespace reprise::actors;

namespace {

Expected<HttpRequestArgs> read(std::string_view json) {
  auto document = parse_json(json);
  BOOST_REQUIRE(document);
  return read_http_request_args(document->root());
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_request_arguments)

BOOST_AUTO_TEST_CASE(what_is_given_is_used) {
  const auto args = read(R"({"url":"http://a/b?c=1","method":"post","params":{"q":"x y","n":[1,2]},"payload":{"k":true},
                            "headers":{"X-A":"1"},"timeout":2.5,"auth":{"username":"u","password":"p"}})");
  BOOST_REQUIRE(args);
  BOOST_TEST(args->url == "http://a/b?c=1&q=x%20y&n=1&n=2");
  BOOST_TEST(args->method == "POST");
  BOOST_TEST(args->body == R"({"k":true})");
  BOOST_TEST(args->content_type == "application/json");
  BOOST_TEST(args->timeout_ms == 2500);
  BOOST_TEST(args->user == "u");
}

BOOST_AUTO_TEST_CASE(each_wrong_argument_is_named) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({})", "url"},
      {R"({"url":"ftp://x"})", "url"},
      {R"({"url":"http://x\r\nHost: y"})", "url"},
      {R"({"url":"http://x","method":"CONNECT"})", "method"},
      {R"({"url":"http://x","headers":{"A":"b\r\nC: d"}})", "headers"},
      {R"({"url":"http://x","timeout":0})", "timeout"},
      {R"({"url":"http://x","payload":1,"form_data":{}})", "form_data"},
      {R"({"url":"http://x","verify_ssl":"no"})", "verify_ssl"},
      {R"({"url":"http://x","max_redirects":-1})", "max_redirects"},
      {R"({"url":"http://x","auth":{"username":"u"}})", "auth"},
  };
  for (const auto& [json, name] : wrong) {
    const auto args = read(json);
    BOOST_REQUIRE(!args);
    BOOST_TEST(args.error().detail.find(name) != std::string::npos);
  }
}

BOOST_AUTO_TEST_SUITE_END()
