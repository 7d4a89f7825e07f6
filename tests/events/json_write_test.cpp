// Writing JSON: escapes, numbers, and values that are nested deeper than a thread's stack.
#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>

#include "events/json.hpp"

using namespace reprise;
using namespace std::string_literals;

namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}
std::string written(double value) { return to_json(JsonValue(value)); }

}  // namespace

BOOST_AUTO_TEST_SUITE(json_write)

BOOST_AUTO_TEST_CASE(strings_are_escaped_as_little_as_needed) {
  BOOST_TEST(json_string("") == R"("")");
  BOOST_TEST(json_string("a/b <\x7F> \xC3\xA9") == "\"a/b <\x7F> \xC3\xA9\"");
  BOOST_TEST(json_string("\"\\") == R"("\"\\")");
  BOOST_TEST(json_string("\b\f\n\r\t\x01\x1F\0"s) == R"("\b\f\n\r\t\u0001\u001f\u0000")");
  BOOST_TEST(json_string("say \"hi\"") == R"("say \"hi\"")");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_utf8_become_replacement_characters) {
  BOOST_TEST(json_string("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  BOOST_TEST(json_string("\xC3") == "\"\xEF\xBF\xBD\"");
  BOOST_TEST(json_string("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  BOOST_TEST(json_string("\xF0\x9F\x98\x80") == "\"\xF0\x9F\x98\x80\"");
  BOOST_TEST(json_string("\xF4\x8F\xBF\xBF\xE0\xA0\x80\xF0\x90\x80\x80") ==
             "\"\xF4\x8F\xBF\xBF\xE0\xA0\x80\xF0\x90\x80\x80\"");
  std::mt19937_64 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() % 2 == 0 ? random() % 64 + 0x80 : random());
    const std::string text = json_string(bytes);
    const auto back = parse_json(text);
    BOOST_TEST_REQUIRE(back.has_value(), text);
    if (text.find("\xEF\xBF\xBD") == std::string::npos) BOOST_TEST_REQUIRE(text_of(back->root()) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(doubles_are_shortest_and_stay_doubles) {
  BOOST_TEST(written(0.1) == "0.1");
  BOOST_TEST(written(2.0) == "2.0");
  BOOST_TEST(written(-0.0) == "-0.0");
  BOOST_TEST(written(1e21) == "1e+21");
  BOOST_TEST(written(123456789012345678.0) == "123456789012345680.0");
  BOOST_TEST(written(std::numeric_limits<double>::max()) == "1.7976931348623157e+308");
  BOOST_TEST(written(std::numeric_limits<double>::denorm_min()) == "5e-324");
  BOOST_TEST(written(std::numeric_limits<double>::quiet_NaN()) == "null");
  BOOST_TEST(written(std::numeric_limits<double>::infinity()) == "null");
}

BOOST_AUTO_TEST_CASE(integers_stay_integers) {
  BOOST_TEST(to_json(JsonValue(std::numeric_limits<std::uint64_t>::max())) == "18446744073709551615");
  BOOST_TEST(to_json(JsonValue(std::numeric_limits<std::int64_t>::min())) == "-9223372036854775808");
  BOOST_TEST(to_json(JsonValue(-1)) == "-1");
  BOOST_TEST(to_json(JsonValue(0u)) == "0");
}

BOOST_AUTO_TEST_CASE(writing_appends) {
  std::string out = "x=";
  append_json(out, parse_json("[1, {\"a\": []}, {}]")->root());
  BOOST_TEST(out == "x=[1,{\"a\":[]},{}]");
}

BOOST_AUTO_TEST_CASE(built_values_may_be_very_deep) {
  constexpr std::size_t kDepth = 1'000'000;
  JsonDocument document;
  JsonValue value(1);
  for (std::size_t i = 0; i < kDepth; ++i) {
    JsonValue outer(i % 2 == 0 ? rapidjson::kArrayType : rapidjson::kObjectType);
    if (i % 2 == 0) {
      outer.Reserve(1, document.pool()).PushBack(value, document.pool());
    } else {
      outer.AddMember("k", value, document.pool());
    }
    value = outer;
  }
  const std::string text = to_json(value);
  BOOST_TEST(text.size() == kDepth / 2 * 2 + kDepth / 2 * 6 + 1);
  BOOST_TEST(text.starts_with("{\"k\":[{\"k\":["));
  BOOST_TEST(text.ends_with("]}]}"));
}

BOOST_AUTO_TEST_SUITE_END()
