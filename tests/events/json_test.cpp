// Reading JSON: what is refused, with which sentence and where, and what is kept.
#include "events/json.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "events/json_same.hpp"

using namespace reprise;
using namespace std::string_literals;

namespace {

std::string again(std::string_view text) {
  const auto document = parse_json(text);
  BOOST_TEST_REQUIRE(document.has_value(), text << ": " << document.error().detail);
  BOOST_TEST_REQUIRE(check_json(text).has_value());
  return to_json(document->root());
}
void refuses(std::string_view text, const std::string& detail, std::size_t at) {
  const auto document = parse_json(text);
  BOOST_TEST_REQUIRE(!document.has_value(), text);
  BOOST_TEST((document.error().code == errc::malformed));
  BOOST_TEST(document.error().detail == detail);
  BOOST_TEST(document.error().where == "byte " + std::to_string(at), text << ": " << document.error().where);
  const auto checked = check_json(text);
  BOOST_TEST_REQUIRE(!checked.has_value());
  BOOST_TEST(checked.error().detail == detail);
  BOOST_TEST(checked.error().where == document.error().where);
}
bool accepted(std::string_view text) { return parse_json(text).has_value(); }
std::string kept(std::string_view text, std::string_view name) {
  std::string bytes = "left over";
  BOOST_TEST_REQUIRE(parse_json_keeping(text, name, bytes).has_value(), text);
  return bytes;
}
double number(std::string_view text) {
  const auto document = parse_json(text);
  BOOST_TEST_REQUIRE(document.has_value(), text << ": " << document.error().detail);
  BOOST_TEST_REQUIRE(document->root().IsDouble());
  return document->root().GetDouble();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(json)

BOOST_AUTO_TEST_CASE(values_come_back) {
  for (const auto* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-1",
                           "2147483648",
                           "-2147483649",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "18446744073709551615",
                           "1.5",
                           "-0.25",
                           "\"\"",
                           "\"x\"",
                           "[]",
                           "{}",
                           "[1,[2,[3]],{}]",
                           R"({"a":{"b":[true,null,"\u0001\"\\\n"]},"":0})",
                           "\"\xF0\x9F\x98\x80 \xC3\xA9\"",
                           "2.0",
                           "-0.0",
                           "1e-07",
                           "1e+300"}) {
    BOOST_TEST(again(text) == text);
  }
  BOOST_TEST(again(" \t\r\n{ \"a\" : [ 1 , 2 ] } \n") == "{\"a\":[1,2]}");
  BOOST_TEST(again(R"("\ud83d\ude00\u00e9\/")") == "\"\xF0\x9F\x98\x80\xC3\xA9/\"");
}

BOOST_AUTO_TEST_CASE(types_of_numbers_are_kept) {
  BOOST_TEST(parse_json("18446744073709551615")->root().IsUint64());
  BOOST_TEST(parse_json("-9223372036854775808")->root().IsInt64());
  BOOST_TEST(parse_json("1.0")->root().IsDouble());
  BOOST_TEST(parse_json("1e2")->root().IsDouble());
}

BOOST_AUTO_TEST_CASE(doubles_are_the_nearest) {
  BOOST_TEST((number("0.1") == 0.1));
  BOOST_TEST((number("1.7976931348623157e308") == std::numeric_limits<double>::max()));
  BOOST_TEST((number("-1.7976931348623157e+308") == std::numeric_limits<double>::lowest()));
  BOOST_TEST((number("2.2250738585072014E-308") == std::numeric_limits<double>::min()));
  BOOST_TEST((number("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min()));
  BOOST_TEST((number("9007199254740993.0") == 9007199254740992.0));
  BOOST_TEST((number("0.500000000000000166533453693773481063544750213623046875") == 0x1.0000000000002p-1));
  BOOST_TEST((number("1e-400") == 0.0));
  BOOST_TEST(std::signbit(number("-1e-400")));
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    double value = 0;
    const std::uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    char text[64];
    std::snprintf(text, sizeof text, "%.17e", value);
    BOOST_TEST_REQUIRE((number(text) == value), text);
    JsonValue json(value);
    BOOST_TEST_REQUIRE((number(to_json(json)) == value), to_json(json));
  }
}

BOOST_AUTO_TEST_CASE(faults_are_named_with_their_place) {
  refuses("", "the JSON is empty", 0);
  refuses("  ", "the JSON is empty", 2);
  refuses("{} x", "something follows the JSON's value", 3);
  refuses("\xEF\xBB\xBF{}", "the JSON has no value where one is expected", 0);
  refuses("{}\0"s, "something follows the JSON's value", 2);
  refuses("[1]\0[2]"s, "something follows the JSON's value", 3);
  refuses("\0"s, "the JSON is empty", 0);
  refuses("[1,]", "the JSON has no value where one is expected", 3);
  refuses("{\"a\":1,}", "an object of the JSON has no key where one is expected", 7);
  refuses("{a:1}", "an object of the JSON has no key where one is expected", 1);
  refuses("{\"a\" 1}", "a key of the JSON is not followed by a colon", 5);
  refuses("{\"a\":1 \"b\":2}", "a member of a JSON object is not followed by a comma or a closing brace", 7);
  refuses("[1 2]", "an element of a JSON array is not followed by a comma or a closing bracket", 3);
  refuses("[1", "an element of a JSON array is not followed by a comma or a closing bracket", 2);
  refuses("\"abc", "a string of the JSON is not closed", 4);
  refuses("\"a\0b\""s, "a string of the JSON is not closed", 2);
  refuses("\"a\nb\"", "a string of the JSON has an unknown escape or a control character", 2);
  refuses("\"\\x\"", "a string of the JSON has an unknown escape or a control character", 1);
  refuses("\"\\u12g4\"", "a \\u escape of the JSON is not followed by four hexadecimal digits", 1);
  refuses("tru", "the JSON has no value where one is expected", 3);
  refuses("NaN", "the JSON has no value where one is expected", 0);
  refuses("1.", "a number of the JSON has no digit after its point", 2);
  refuses("1e+", "a number of the JSON has no digit in its exponent", 3);
}

BOOST_AUTO_TEST_CASE(what_is_not_quite_json_is_refused) {
  for (const auto* text :
       {"01", "+1", ".5", "-",  "0x1", "1_000", "'a'",  "[1,,2]",   "{,}",       "//\n1",   "/**/1", "[",
        "{",  "]",  "}",  "[}", "{]",  "nul",   "True", "Infinity", "-Infinity", "{\"a\"}", "{1:2}", "\"\t\""}) {
    BOOST_TEST(!accepted(text), text);
    BOOST_TEST(!check_json(text).has_value(), text);
  }
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_refused) {
  const std::string integer = "an integer of the JSON does not fit into 64 bits";
  const std::string real = "a number of the JSON does not fit into a double";
  refuses("18446744073709551616", integer, 0);
  refuses("-9223372036854775809", integer, 0);
  refuses("[1, -99999999999999999999999999]", integer, 4);
  refuses("{\"a\":100000000000000000000}", integer, 5);
  refuses("1e309", real, 0);
  refuses("-1e999999999999", real, 0);
  refuses("[0,1.8e308]", real, 3);
  refuses("[123456e304]", real, 1);
}

BOOST_AUTO_TEST_CASE(strings_that_are_not_utf8_are_refused) {
  for (const auto* text : {"\"\xFF\"", "\"\xC0\x80\"", "\"\xED\xA0\x80\"", "\"\xF4\x90\x80\x80\"", "\"\xE2\x82\"",
                           "\"\x80\"", "{\"\xFF\":1}", "\"\xF8\x88\x80\x80\x80\""}) {
    const auto document = parse_json(text);
    BOOST_TEST_REQUIRE(!document.has_value(), text);
    BOOST_TEST(document.error().detail == "a string of the JSON is not UTF-8");
    BOOST_TEST(!check_json(text).has_value());
  }
}

BOOST_AUTO_TEST_CASE(half_surrogate_pairs_are_refused) {
  for (const auto* text : {R"("\ud800")", R"("\udc00")", R"("x\udfffy")", R"("\ud800\u0041")", R"("\ud800\ud800")",
                           R"(["\udc00\ud800"])", R"({"\udc00":1})", R"("\uDBFFx")"}) {
    const auto document = parse_json(text);
    BOOST_TEST_REQUIRE(!document.has_value(), text);
    BOOST_TEST(document.error().detail == "a string of the JSON has half of a surrogate pair");
    BOOST_TEST(!check_json(text).has_value());
  }
  BOOST_TEST(again(R"("\ud7ff\ue000")") == "\"\xED\x9F\xBF\xEE\x80\x80\"");
}

BOOST_AUTO_TEST_CASE(zero_characters_are_part_of_strings) {
  const auto document = parse_json(R"({"a\u0000b":"c\u0000"})");
  BOOST_TEST_REQUIRE(document.has_value());
  BOOST_TEST(text_of(document->root().MemberBegin()->name) == "a\0b"s);
  BOOST_TEST(text_of(*find(document->root(), "a\0b"s)) == "c\0"s);
  BOOST_TEST(to_json(document->root()) == R"({"a\u0000b":"c\u0000"})");
}

BOOST_AUTO_TEST_CASE(depth_is_capped) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  BOOST_TEST(accepted(nested(96)));
  refuses(nested(97), "the JSON is nested deeper than 96 levels", 96);
  BOOST_TEST(!accepted(std::string(1'000'000, '[')));
  BOOST_TEST(!check_json(std::string(1'000'000, '{')).has_value());
  BOOST_TEST(parse_json("[[1]]", {2}).has_value());
  BOOST_TEST(!parse_json("[[[1]]]", {2}).has_value());
  BOOST_TEST(parse_json("[{},{},[],[]]", {2}).has_value());
  BOOST_TEST(parse_json("1", {0}).has_value());
  BOOST_TEST(!parse_json("[]", {0}).has_value());
}

BOOST_AUTO_TEST_CASE(repeated_keys_are_refused) {
  const auto sentence = [](const std::string& key) {
    return "an object of the JSON has the key \"" + key + "\" more than once";
  };
  refuses(R"({"a":1,"a":2})", sentence("a"), 10);
  refuses(R"({"a":1,"\u0061":2})", sentence("a"), 15);
  refuses(R"([{"x":{"b":1,"c":2,"b":3}}])", sentence("b"), 22);
  refuses(R"({"":1,"":2})", sentence(""), 8);
  BOOST_TEST(accepted(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})"));
  BOOST_TEST(accepted(R"({"a":1,"b":{"a":1},"c":{"b":1}})"));
  BOOST_TEST(!accepted(R"({"a":{"z":1},"b":{"y":1},"a":0})"));
  BOOST_TEST(!accepted("{\"" + std::string(500, 'k') + "\":1,\"" + std::string(500, 'k') + "\":1}"));
}

BOOST_AUTO_TEST_CASE(repeated_keys_are_found_in_objects_of_any_size) {
  for (const std::size_t size : {2u, 15u, 16u, 17u, 40u, 1000u}) {
    const auto object = [&](std::size_t repeated) {
      std::string text = "{";
      for (std::size_t i = 0; i < size; ++i) {
        text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i == size - 1 ? repeated : i) + "\":" + std::to_string(i);
      }
      return text + "}";
    };
    BOOST_TEST(accepted(object(size - 1)), size);
    for (const std::size_t repeated : {std::size_t{0}, size / 2, size - 2}) {
      if (repeated == size - 1) continue;
      const auto refused = parse_json(object(repeated));
      BOOST_TEST_REQUIRE(!refused.has_value(), size);
      BOOST_TEST(refused.error().detail ==
                 "an object of the JSON has the key \"k" + std::to_string(repeated) + "\" more than once");
      const std::string where = refused.error().where;  // of the later one
      BOOST_TEST(std::stoul(where.substr(5)) + 16 > object(repeated).size());
    }
  }
}

BOOST_AUTO_TEST_CASE(errors_show_keys_short_and_whole) {
  std::string key;
  for (int i = 0; i < 100; ++i) key += "\xC3\xA9";
  const auto refused = parse_json("{\"x" + key + "\":1,\"x" + key + "\":2}");
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST(refused.error().detail.size() < 140);
  std::string quoted;
  append_json_string(quoted, refused.error().detail);
  BOOST_TEST(quoted.find("\xEF\xBF\xBD") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_bytes_of_a_member_are_kept) {
  BOOST_TEST(kept(R"({"inputs":{"a" : 1},"x":2})", "inputs") == R"({"a" : 1})");
  BOOST_TEST(kept(R"({ "x" : 2 , "inputs" :  [ 1 , {"inputs":3} ]  })", "inputs") == R"([ 1 , {"inputs":3} ])");
  BOOST_TEST(kept(R"({"x":{"inputs":1},"y":[{"inputs":2}]})", "inputs") == "");
  BOOST_TEST(kept(R"({"inputs":12.50 })", "inputs") == "12.50");
  BOOST_TEST(kept(R"({"inputs":-7,"z":1})", "inputs") == "-7");
  BOOST_TEST(kept(R"({"inputs":"a\u0041:,}"})", "inputs") == R"("a\u0041:,}")");
  BOOST_TEST(kept("{\"inputs\"\n:\n\ttrue\r\n}", "inputs") == "true");
  BOOST_TEST(kept(R"({"inputs":null})", "inputs") == "null");
  BOOST_TEST(kept(R"({"inputs":false,"a":{}})", "inputs") == "false");
  BOOST_TEST(kept(R"({"inputs":{}})", "inputs") == "{}");
  BOOST_TEST(kept(R"({"inputs":[]})", "inputs") == "[]");
  BOOST_TEST(kept(R"({"\u0069nputs":9})", "inputs") == "9");
  BOOST_TEST(kept(R"({"":3,"a":4})", "") == "3");
  BOOST_TEST(kept(R"({"inputs":99999999999})", "inputs") == "99999999999");
  for (const auto* text : {"{}", "[]", "[\"inputs\",1]", "\"inputs\"", "1"}) BOOST_TEST(kept(text, "inputs") == "");
  std::string bytes = "left over";
  BOOST_TEST(!parse_json_keeping("{", "inputs", bytes).has_value());
  BOOST_TEST(bytes == "");
}

BOOST_AUTO_TEST_CASE(documents_move) {
  auto document = parse_json(R"({"a":"a string that is too long to be kept inside the value"})").value();
  const JsonValue* const root = &document.root();
  const JsonDocument moved = std::move(document);
  BOOST_TEST(&moved.root() == root);
  BOOST_TEST(text_of(*find(moved.root(), "a")) == "a string that is too long to be kept inside the value");
  BOOST_TEST(find(moved.root(), "b") == nullptr);
  BOOST_TEST(find(*find(moved.root(), "a"), "b") == nullptr);
  BOOST_TEST(JsonDocument().root().IsNull());
}

BOOST_AUTO_TEST_CASE(large_texts_are_read) {
  std::string text = "[";
  for (int i = 0; i < 100000; ++i)
    text += (i == 0 ? "" : ",") + std::to_string(i) + ",{\"k\":\"" + std::string(9, 'x') + "\"}";
  text += "]";
  BOOST_TEST((again(text) == text));
  const std::string longest = "\"" + std::string(3 << 20, 'y') + "\"";
  BOOST_TEST((again(longest) == longest));
}

BOOST_AUTO_TEST_CASE(values_are_the_same_however_they_are_written) {
  const std::vector<std::pair<std::string, std::string>> same{
      {R"({"q":1})", " {\"q\" :\t1}\n"},
      {R"({"a":[{"x":1,"y":null}],"b":"A"})", R"({"b":"\u0041","a":[{"y":null,"x":1}]})"},
      {R"({"n":1e2,"m":-7,"u":18446744073709551615})", R"({"u":18446744073709551615,"n":100.0,"m":-7})"},
      {"no json", "no json"},
  };
  for (const auto& [a, b] : same) BOOST_TEST((same_json(a, b) && same_json(b, a)), a);
  const std::vector<std::pair<std::string, std::string>> different{
      {R"({"q":1})", R"({"q":2})"},
      {R"({"q":1})", R"({"q":"1"})"},
      {R"({"q":1})", R"({"r":1})"},
      {R"({"q":1})", R"({"q":1,"r":1})"},
      {"[1,2]", "[2,1]"},
      {"[1]", "[1,1]"},
      {"[true]", "[false]"},
      {"[]", "{}"},
      {"[0]", "[null]"},
      {"1", "1.0"},
      {"9007199254740993", "9007199254740992"},
      {"{}", "no json"},
  };
  for (const auto& [a, b] : different) BOOST_TEST((!same_json(a, b) && !same_json(b, a)), a);
}

BOOST_AUTO_TEST_SUITE_END()
