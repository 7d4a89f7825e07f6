// Inputs against entrypoint.expects.
#include <boost/test/unit_test.hpp>

#include "workflow/expects.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

bool fits_text(std::string_view type, std::string_view json) {
  const auto parsed = parse_expected_type(type);
  BOOST_REQUIRE_MESSAGE(parsed, type);
  return fits(*parsed, parse_json(json)->root());
}

std::string admit(std::string_view expects, std::string_view inputs) {
  const std::string source =
      R"({"entrypoint": {"expects": )" + std::string(expects) + R"(}, "actions": [{"ref": "a", "action": "x"}]})";
  const auto compiled = compile_definition(source, DefinitionFormat::json, "wf");
  BOOST_REQUIRE_MESSAGE(compiled.plan, to_string(compiled.faults));
  std::optional<JsonDocument> document;
  if (!inputs.empty()) document = *parse_json(inputs);
  const auto admitted = admit_inputs(*compiled.plan, document ? &document->root() : nullptr, inputs);
  if (admitted) return admitted->bytes;
  BOOST_TEST((admitted.error().code == errc::inputs_rejected));
  return "error: " + admitted.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expects)

BOOST_AUTO_TEST_CASE(types) {
  struct Case {
    const char* type;
    const char* value;
    bool fits;
  };
  constexpr Case cases[] = {
      {"int", "3", true},
      {"int", "\"3\"", true},
      {"int", "\" -3 \"", true},
      {"int", "3.5", false},
      {"int", "3.0", true},
      {"int", "\"3.5\"", false},
      {"int", "\"x\"", false},
      {"int", "true", false},
      {"int", "null", false},
      {"str", "\"a\"", true},
      {"str", "1", false},
      {"str", "null", false},
      {"bool", "true", true},
      {"bool", "\"False\"", true},
      {"bool", "1", true},
      {"bool", "2", false},
      {"bool", "\"x\"", false},
      {"float", "1", true},
      {"float", "\"1.5\"", true},
      {"float", "\"a\"", false},
      {"float", "\"inf\"", false},
      {"float", "true", false},
      {"datetime", "\"2024-01-01T00:00:00Z\"", true},
      {"datetime", "\"2024-01-01\"", true},
      {"datetime", "\"2024-13-01\"", false},
      {"datetime", "0", true},
      {"duration", "\"PT5M\"", true},
      {"duration", "\"P1DT2H\"", true},
      {"duration", "\"1:30:00\"", true},
      {"duration", "90", true},
      {"duration", "\"soon\"", false},
      {"any", "[null]", true},
      {"any", "null", true},
      {"None", "null", true},
      {"None", "0", false},
      {"list[int]", "[1, \"2\"]", true},
      {"list[int]", "[1, \"x\"]", false},
      {"list[int]", "{}", false},
      {"list", "[1, \"x\"]", true},
      {"dict[str, int]", "{\"a\": 1}", true},
      {"dict[str, int]", "{\"a\": \"x\"}", false},
      {"dict[int, str]", "{\"1\": \"x\"}", true},
      {"dict[int, str]", "{\"a\": \"x\"}", false},
      {"dict", "{\"a\": 1}", true},
      {"int | None", "null", true},
      {"int | str", "[]", false},
      {"enum['a', 'b']", "\"b\"", true},
      {"enum['a', 'b']", "\"c\"", false},
      {"enum[\"a\"]", "1", false},
      {"list[dict[str, int | None]]", "[{\"a\": null}]", true},
      {" list[ int|str ] ", "[1]", true},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.type << " " << c.value) { BOOST_TEST(fits_text(c.type, c.value) == c.fits); }
  }
}

BOOST_AUTO_TEST_CASE(type_text_is_canonical) {
  for (const char* type :
       {"int", "list[int | None]", "dict[str, any]", "enum['a', \"it's\"]", "datetime | duration | None"}) {
    BOOST_TEST(to_string(*parse_expected_type(type)) == type);
  }
  for (const char* type :
       {"", "integer", "list[", "list[int", "dict[str]", "int |", "enum[]", "enum[1]", "int int", "enum['a'"}) {
    BOOST_TEST(!parse_expected_type(type), type);
  }
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "list[";
  BOOST_TEST(!parse_expected_type(deep));
}

BOOST_AUTO_TEST_CASE(admission) {
  constexpr std::string_view expects =
      R"({"n": {"type": "int"}, "s": {"type": "str", "default": "x"}, "o": {"type": "list[int]", "default": null}})";
  BOOST_TEST(admit(expects, R"({"n": "3", "s": "y", "o": [1]})") ==
             R"({"n": "3", "s": "y", "o": [1]})");  // the bytes given
  BOOST_TEST(admit(expects, R"({"n":  1})") == R"({"n":1,"s":"x","o":null})");
  BOOST_TEST(admit(expects, "") == "error: 'n' is missing, expected int");
  BOOST_TEST(admit(expects, R"({"n": 3.5, "s": 1, "z": 0})") ==
             "error: 'n' must be int, found 3.5; 's' must be str, found 1; 'z' is not expected");
  BOOST_TEST(admit(expects, "[1]") == "error: the inputs must be an object");
  BOOST_TEST(admit("{}", "{}") == "{}");
  BOOST_TEST(admit("{}", R"({"a" : 1})") == R"({"a" : 1})");  // no names are no rules
  BOOST_TEST(admit("{}", "[1]") == "error: the inputs must be an object");
  BOOST_TEST(admit("null", R"({"a" : 1})") == R"({"a" : 1})");
  BOOST_TEST(admit("null", "") == "{}");
}

BOOST_AUTO_TEST_SUITE_END()
