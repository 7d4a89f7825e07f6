// Each code has its status and error_code, and nothing of the inside gets out.
#include "http/error_body.hpp"

#include <boost/test/unit_test.hpp>

#include "events/json.hpp"

using namespace reprise;
using namespace reprise::http;

BOOST_AUTO_TEST_SUITE(error_body)

namespace {

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

std::string member(const Response& response, std::string_view name) {
  const auto document = parse_json(response.body);
  BOOST_REQUIRE(document.has_value());
  const JsonValue* value = find(document->root(), name);
  return value != nullptr && value->IsString() ? std::string(text_of(*value)) : std::string("(none)");
}

}  // namespace

BOOST_AUTO_TEST_CASE(codes_of_the_contract) {
  const std::vector<std::tuple<errc, int, std::string_view>> cases{
      {errc::malformed, 400, "MALFORMED_JSON"},
      {errc::invalid, 422, "VALIDATION_ERROR"},
      {errc::definition_faults, 422, "VALIDATION_ERROR"},
      {errc::inputs_rejected, 422, "VALIDATION_ERROR"},
      {errc::not_found_workflow, 404, "WORKFLOW_NOT_FOUND"},
      {errc::not_found_execution, 404, "EXECUTION_NOT_FOUND"},
      {errc::wrong_state, 400, "INVALID_STATE"},
      {errc::idempotency_conflict, 409, "IDEMPOTENCY_KEY_REUSED"},
      {errc::unauthorized, 401, "UNAUTHORIZED"},
      {errc::forbidden, 403, "FORBIDDEN"},
      {errc::rate_limited, 429, "RATE_LIMITED"},
      {errc::too_large, 413, "PAYLOAD_TOO_LARGE"},
      {errc::busy, 503, "BUSY"},
      {errc::unavailable, 503, "UNAVAILABLE"},
      {errc::outcome_unknown, 503, "OUTCOME_UNKNOWN"},
      {errc::shutting_down, 503, "SHUTTING_DOWN"},
      {errc::internal, 500, "INTERNAL"},
  };
  for (const auto& [code, status, text] : cases) {
    BOOST_TEST(kind_of(code).status == status, text);
    BOOST_TEST(kind_of(code).code == text);
  }
}

BOOST_AUTO_TEST_CASE(every_code_makes_an_error) {
  for (int code = 1; code <= static_cast<int>(errc::internal); ++code) {
    const Response response = error_response(Error{static_cast<errc>(code), "", ""});
    BOOST_TEST(response.status >= 400);
    BOOST_TEST(!member(response, "detail").empty());
    BOOST_TEST(member(response, "error_code") != "(none)");
  }
}

BOOST_AUTO_TEST_CASE(details_of_the_inside_stay_inside) {
  for (const errc code : {errc::corrupt, errc::io, errc::internal, errc::unavailable, errc::outcome_unknown}) {
    const Response response = error_response(Error{code, "/var/lib/reprise/000123.sst: checksum", "0x7f"});
    BOOST_TEST(response.body.find("reprise/") == std::string::npos);
    BOOST_TEST(member(response, "detail") == sentence(code));
    BOOST_TEST(response.damage == (code == errc::corrupt ? "/var/lib/reprise/000123.sst: checksum (at 0x7f)" : ""));
  }
  BOOST_TEST(member(error_response(Error{errc::invalid, "limit is odd", "limit"}), "detail") == "limit is odd");
  BOOST_TEST(member(error_response(Error{errc::invalid, "it is odd", "/a/b"}), "detail") == "it is odd (at /a/b)");
}

BOOST_AUTO_TEST_CASE(headers_that_belong_to_a_status) {
  BOOST_TEST(header(error_response({errc::busy, {}, {}}), "Retry-After") == "1");
  BOOST_TEST(header(error_response({errc::unauthorized, {}, {}}), "WWW-Authenticate") == "Bearer");
  BOOST_TEST(header(server_error("/", 503, "busy"), "Retry-After") == "1");
  BOOST_TEST(error_response({errc::invalid, {}, {}}).headers.empty());
}

BOOST_AUTO_TEST_CASE(faults_are_all_shown) {
  const Response response = faults_response({errc::definition_faults, "two faults", {}}, "[{\"line\":1},{\"line\":2}]");
  const auto document = parse_json(response.body);
  BOOST_REQUIRE(document.has_value());
  BOOST_TEST(find(document->root(), "errors")->Size() == 2u);
  BOOST_TEST(response.status == 422);
}

BOOST_AUTO_TEST_CASE(an_execution_is_named_where_it_is_known) {
  const Response response = error_response({errc::not_found_execution, {}, {}}, "exec\"1");
  BOOST_TEST(member(response, "execution_id") == "exec\"1");
  BOOST_TEST(member(error_response({errc::busy, {}, {}}), "execution_id") == "(none)");
}

BOOST_AUTO_TEST_CASE(what_is_no_utf8_is_replaced) {
  for (const char* text :
       {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "a\x80z", "\xf0\x8f\xbf\xbf"}) {
    const Response response = error_response(404, "NOT_FOUND", text, text);
    BOOST_TEST(parse_json(response.body).has_value());
    BOOST_TEST(member(response, "detail").find("\xEF\xBF\xBD") != std::string::npos);
  }
  BOOST_TEST(member(error_response(404, "NOT_FOUND", "ü€😀"), "detail") == "ü€😀");
}

BOOST_AUTO_TEST_CASE(the_shape_follows_the_path) {
  const Response inside = server_error("/api/nothing", 404, "no such route");
  BOOST_TEST(inside.content_type == "application/json");
  BOOST_TEST(member(inside, "error_code") == "NOT_FOUND");
  BOOST_TEST(member(inside, "detail") == "no such route");
  for (const char* path : {"/nothing", "", "/apix", "*", "/workflow-executionsx"}) {
    const Response outside = server_error(path, 404, "no such route");
    BOOST_TEST(outside.content_type == "application/problem+json");
    BOOST_TEST(member(outside, "title") == "Not Found");
    BOOST_TEST(member(outside, "detail") == "no such route");
    BOOST_TEST(member(outside, "error_code") == "(none)");
  }
  BOOST_TEST(member(server_error("/api", 413, "too big"), "error_code") == "PAYLOAD_TOO_LARGE");
  BOOST_TEST(member(server_error("/api/x", 405, "no"), "error_code") == "METHOD_NOT_ALLOWED");
  for (const char* path : {"/workflow-executions", "/workflow-executions/a/b/c"}) {
    BOOST_TEST(server_error(path, 404, "no such route").body == R"({"detail":"no such route"})");
    BOOST_TEST(refusal(path, 401, "UNAUTHORIZED", "no").body == R"({"detail":"no"})");
  }
  BOOST_TEST(member(refusal("/api/x", 401, "UNAUTHORIZED", "no"), "error_code") == "UNAUTHORIZED");
}

BOOST_AUTO_TEST_CASE(details_alone) {
  BOOST_TEST(detail_response({errc::not_found_execution, "no execution x", {}}).body ==
             R"({"detail":"Workflow execution not found"})");
  BOOST_TEST(detail_response({errc::not_found_workflow, {}, {}}).status == 404);
  const Response inside = detail_response({errc::corrupt, "row 7 of /var/x", {}});
  BOOST_TEST(inside.status == 500);
  BOOST_TEST(inside.damage == "row 7 of /var/x");
  BOOST_TEST(inside.body.find("/var/x") == std::string::npos);
  BOOST_TEST(header(detail_response({errc::unavailable, {}, {}}), "Retry-After") == "1");
}

BOOST_AUTO_TEST_SUITE_END()
