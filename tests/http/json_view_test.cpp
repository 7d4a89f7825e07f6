// JsonView must see what a document of the same text holds, for any text that check_json accepts.
#include "http/json_view.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <vector>

#include "events/json.hpp"

using namespace reprise;
using reprise::http::JsonView;

BOOST_AUTO_TEST_SUITE(json_view)

namespace {

void same(const JsonView& view, const JsonValue& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType: BOOST_TEST(view.is(JsonView::Kind::null)); break;
    case rapidjson::kTrueType:
    case rapidjson::kFalseType:
      BOOST_TEST(view.is(JsonView::Kind::boolean));
      BOOST_TEST(view.boolean() == value.GetBool());
      break;
    case rapidjson::kNumberType:
      BOOST_TEST(view.is(JsonView::Kind::number));
      BOOST_REQUIRE(view.number().has_value());
      BOOST_TEST(*view.number() == value.GetDouble());
      if (value.IsInt64()) {
        BOOST_REQUIRE(view.integer().has_value());
        BOOST_TEST(*view.integer() == value.GetInt64());
      }
      break;
    case rapidjson::kStringType:
      BOOST_TEST(view.is(JsonView::Kind::string));
      BOOST_TEST(view.text() == text_of(value));
      break;
    case rapidjson::kArrayType: {
      BOOST_REQUIRE(view.is(JsonView::Kind::array));
      rapidjson::SizeType i = 0;
      view.items([&](JsonView item) {
        BOOST_REQUIRE(i < value.Size());
        same(item, value[i++]);
        return true;
      });
      BOOST_TEST(i == value.Size());
      break;
    }
    case rapidjson::kObjectType: {
      BOOST_REQUIRE(view.is(JsonView::Kind::object));
      auto member = value.MemberBegin();
      view.members([&](std::string_view key, JsonView item) {
        BOOST_REQUIRE((member != value.MemberEnd()));
        BOOST_TEST(key == text_of(member->name));
        same(item, member->value);
        ++member;
        return true;
      });
      BOOST_TEST((member == value.MemberEnd()));
      break;
    }
  }
}

void same_as_document(const std::string& text) {
  const auto document = parse_json(text);
  BOOST_REQUIRE_MESSAGE(document.has_value(), text);
  BOOST_TEST_CONTEXT(text) { same(JsonView(text), document->root()); }
}

// Random JSON with white space, escapes and nesting.
class Writer {
 public:
  explicit Writer(std::uint32_t seed) : random_(seed) {}
  std::string text() {
    out_.clear();
    value(0);
    return out_;
  }

 private:
  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
  void space() {
    for (std::uint32_t n = draw(3); n > 0; --n) out_ += " \t\n\r"[draw(4)];
  }
  void string() {
    static const std::vector<std::string> pieces{
        "a", "\\\"", "\\\\",           "\\/", "\\n", "\\u0041", "\\u00e9",     "ü",
        "€", "{[,",  "\\ud83d\\ude00", "]}:", " ",   "\\u0000", "\\b\\f\\r\\t"};
    out_ += '"';
    out_ += std::to_string(serial_++);  // keys of one object must differ
    for (std::uint32_t n = draw(5); n > 0; --n) out_ += pieces[draw(static_cast<std::uint32_t>(pieces.size()))];
    out_ += '"';
  }
  void value(int depth) {
    space();
    switch (draw(depth > 4 ? 5 : 8)) {
      case 0: out_ += "null"; break;
      case 1: out_ += "true"; break;
      case 2: out_ += "false"; break;
      case 3: out_ += std::vector<std::string>{"0", "-1", "12.5e3", "1E-2", "9007199254740993", "-0.0"}[draw(6)]; break;
      case 4: string(); break;
      case 5:
        out_ += '[';
        for (std::uint32_t n = draw(4), i = 0; i < n; ++i) {
          if (i > 0) out_ += ',';
          value(depth + 1);
        }
        space();
        out_ += ']';
        break;
      default:
        out_ += '{';
        for (std::uint32_t n = draw(4), i = 0; i < n; ++i) {
          if (i > 0) out_ += ',';
          space();
          string();
          space();
          out_ += ':';
          value(depth + 1);
        }
        space();
        out_ += '}';
    }
    space();
  }

  std::mt19937 random_;
  std::string out_;
  int serial_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_CASE(sees_what_a_document_holds) {
  for (const char* text : {"{}", " [ ] ", "\"\"", " 17 ", "{\"a\":1,\"b\":[{},[],\"]\"]}",
                           "{\"a\\\"b\" : \"c\\\\\" , \"d\":{\"e\":\"}\"}}", "[1,2 ,3\n]", "{\"\":{\"\":null}}",
                           "\"\\ud83d\\ude00\"", "[\"\\\\\\\\\",\"\\\\\"]", "-9223372036854775808"}) {
    same_as_document(text);
  }
}

BOOST_AUTO_TEST_CASE(sees_what_a_document_holds_in_random_texts) {
  constexpr std::uint32_t seed = 20260223;
  BOOST_TEST_MESSAGE("seed " << seed);
  Writer writer(seed);
  for (int i = 0; i < 2000; ++i) same_as_document(writer.text());
}

BOOST_AUTO_TEST_CASE(gives_the_bytes_that_came) {
  const std::string text = "{ \"a\" : 1.0 , \"b\":\t[ 1,  2 ] }";
  std::vector<std::string> bytes;
  JsonView(text).members([&](std::string_view, JsonView value) {
    bytes.emplace_back(value.bytes());
    return true;
  });
  BOOST_TEST(bytes == (std::vector<std::string>{"1.0", "[ 1,  2 ]"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(integers_are_what_is_written_as_one) {
  BOOST_TEST(JsonView("9223372036854775807").integer().has_value());
  BOOST_TEST(!JsonView("9223372036854775808").integer());
  BOOST_TEST(!JsonView("1.0").integer());
  BOOST_TEST(!JsonView("1e2").integer());
  BOOST_TEST(!JsonView("true").integer());
}

BOOST_AUTO_TEST_CASE(stops_when_told) {
  int seen = 0;
  BOOST_TEST(!JsonView("[1,2,3]").items([&](JsonView) { return ++seen < 2; }));
  BOOST_TEST(seen == 2);
  BOOST_TEST(!JsonView("{\"a\":1,\"b\":2}").members([&](std::string_view, JsonView) { return false; }));
}

BOOST_AUTO_TEST_SUITE_END()
