// JSON schemas of interactions: what is refused when a definition is registered, and what an answer is told.
#include "workflow/answer_schema.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace reprise;
using namespace reprise::workflow;

namespace {

JsonDocument json(const std::string& text) {
  auto parsed = parse_json(text);
  BOOST_REQUIRE_MESSAGE(parsed, text);
  return std::move(*parsed);
}

// "fine", or where and why it is refused.
std::string compiled(const std::string& schema) {
  const auto out = AnswerSchema::compile(json(schema).root());
  return out ? "fine" : out.error().where + " " + out.error().detail;
}

std::string checked(const std::string& schema, const std::string& answer) {
  const auto out = AnswerSchema::compile(json(schema).root());
  BOOST_REQUIRE_MESSAGE(out, schema << ": " << out.error().detail);
  const auto fits = (*out)->check(json(answer).root());
  return fits ? "fits" : fits.error().where + " " + fits.error().detail;
}

bool fits(const std::string& schema, const std::string& answer) { return checked(schema, answer) == "fits"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(answer_schema)

BOOST_AUTO_TEST_CASE(schemas_that_are_none) {
  BOOST_TEST(compiled(R"({"type":"object","required":["a"]})") == "fine");
  BOOST_TEST(compiled(R"({"type":"objekt"})") ==
             "/type 'type' must be one or a list of array, boolean, integer, null, number, object and string");
  BOOST_TEST(compiled(R"({"properties":{"a":{"pattern":"(["}}})")
                 .starts_with("/properties/a/pattern the pattern is no regular expression (RE2): "));
  BOOST_TEST(compiled(R"({"patternProperties":{"(":true}})").starts_with("/patternProperties/( the pattern is no"));
  BOOST_TEST(compiled(R"({"properties":{"a":1}})") == "/properties/a a schema must be an object or a truth value");
  BOOST_TEST(compiled(R"({"minLength":"x"})").starts_with(" this is no JSON schema of draft 7: "));
  BOOST_TEST(
      compiled(R"({"$schema":"http://json-schema.org/draft-04/schema#"})").starts_with("/$schema a schema must"));
  BOOST_TEST(compiled(R"({"$schema":"http://json-schema.org/draft-07/schema#"})") == "fine");
  BOOST_TEST(compiled(R"({"$id":"http://x"})") == "/$id '$id' is not supported: the schema stands alone");
}

BOOST_AUTO_TEST_CASE(references) {
  BOOST_TEST(compiled(R"({"$ref":"http://x/y"})") ==
             "/$ref '$ref' must lead into the schema itself, as in '#/definitions/name'");
  BOOST_TEST(compiled(R"({"$ref":"#/definitions/x"})") == "/$ref '$ref' leads nowhere");
  BOOST_TEST(compiled(R"({"items":{"$ref":"#"}})").ends_with("the schema refers to itself"));
  BOOST_TEST(compiled(R"({"$ref":"#"})").ends_with("the schema refers to itself"));
  const std::string schema =
      R"({"properties":{"a":{"$ref":"#/definitions/n"}},"definitions":{"n":{"type":"integer","minimum":3}}})";
  BOOST_TEST(fits(schema, R"({"a":3})"));
  BOOST_TEST(checked(schema, R"({"a":2})").starts_with("/a data/a does not fit the interaction's schema: "));
}

BOOST_AUTO_TEST_CASE(schemas_that_would_never_end) {
  // Each doubles the one before: written out they have 2^40 parts.
  std::string doubling = R"({"$ref":"#/definitions/d0","definitions":{)";
  for (int i = 0; i < 40; ++i) {
    const std::string next = R"({"$ref":"#/definitions/d)" + std::to_string(i + 1) + "\"}";
    doubling += "\"d" + std::to_string(i) + R"(":{"allOf":[)" + next + "," + next + "]},";
  }
  doubling += R"("d40":true}})";
  BOOST_TEST(compiled(doubling).find("more than") != std::string::npos);
  std::string chain = R"({"$ref":"#/definitions/d99","definitions":{"d0":true)";
  for (int i = 1; i < 100; ++i) {
    chain += ",\"d" + std::to_string(i) + R"(":{"not":{"$ref":"#/definitions/d)" + std::to_string(i - 1) + "\"}}";
  }
  BOOST_TEST(compiled(chain + "}}").ends_with("the schema is more than 64 deep"));
}

BOOST_AUTO_TEST_CASE(answers) {
  const std::string form =
      R"({"type":"object","required":["n"],"additionalProperties":false,"properties":{"n":{"type":"integer"},)"
      R"("tags":{"type":"array","items":{"enum":["x","y"]},"uniqueItems":true},"at":{"format":"date-time"}}})";
  BOOST_TEST(fits(form, R"({"n":1,"tags":["x","y"],"at":"2026-01-01T00:00:00Z"})"));
  BOOST_TEST(checked(form, R"({"n":1.5})") ==
             "/n data/n does not fit the interaction's schema: Value type not permitted by 'type' constraint. "
             R"(Expected {"type":"integer"}, found 1.5)");
  BOOST_TEST(!fits(form, "{}"));
  BOOST_TEST(!fits(form, R"({"n":1,"m":1})"));
  BOOST_TEST(!fits(form, R"({"n":1,"at":"yesterday"})"));
  BOOST_TEST(!fits(form, R"({"n":1,"tags":["x","x"]})"));
  BOOST_TEST(checked(form, R"({"n":1,"tags":["x","z"]})").starts_with("/tags/1 data/tags/1 does not fit"));
  BOOST_TEST(!fits(form, "[]"));
  BOOST_TEST(fits(R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"type":"integer"}})", "\"ab\""));
  BOOST_TEST(!fits(R"({"if":{"type":"string"},"then":{"minLength":2},"else":{"type":"integer"}})", "\"a\""));
}

BOOST_AUTO_TEST_CASE(patterns_are_re2) {
  BOOST_TEST(fits(R"({"pattern":"^a+$"})", "\"aaa\""));
  BOOST_TEST(!fits(R"({"pattern":"^a+$"})", "\"aab\""));
  BOOST_TEST(fits(R"({"pattern":"^a+$"})", "1"));
  // What std::regex takes exponential time or all of the stack for.
  BOOST_TEST(!fits(R"({"pattern":"^(a|a)*b$"})", "\"" + std::string(100'000, 'a') + "\""));
  BOOST_TEST(!fits(R"({"format":"date"})", "\"" + std::string(200'000, '1') + "\""));
  const std::string by_name = R"({"patternProperties":{"^n_":{"type":"integer"}},"additionalProperties":false})";
  BOOST_TEST(fits(by_name, R"({"n_a":1})"));
  BOOST_TEST(!fits(by_name, R"({"n_a":"x"})"));
  BOOST_TEST(!fits(by_name, R"({"m":1})"));
}

BOOST_AUTO_TEST_CASE(large_answers_are_refused) {
  std::string list = "[0";
  for (int i = 1; i < 1999; ++i) list += "," + std::to_string(i);
  BOOST_TEST(fits(R"({"uniqueItems":true})", list + "]"));
  BOOST_TEST(checked("{}", list + ",1,2]") == " an answer that a schema is for may have 2,000 values");
}

BOOST_AUTO_TEST_SUITE_END()
