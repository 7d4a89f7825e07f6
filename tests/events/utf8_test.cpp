// What is UTF-8, by RFC 3629: each edge of its ranges, and every character there is.
#include "events/utf8.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;

BOOST_AUTO_TEST_SUITE(utf8)

BOOST_AUTO_TEST_CASE(edges) {
  for (const char* text : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBD", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    BOOST_TEST(valid_utf8(text));
    if (std::string_view(text).size() > 1) BOOST_TEST(utf8_length(text) == std::string_view(text).size());
  }
  for (const char* text : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xC2\xC0", "\xE0\x9F\xBF",
                           "\xED\xA0\x80", "\xE2\x82", "\xE2\x82\x41", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98",
                           "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
    BOOST_TEST(!valid_utf8(text));
    BOOST_TEST(utf8_length(text) == 0u);
    BOOST_TEST(!valid_utf8("a\xC3\xA4" + std::string(text)));
  }
  BOOST_TEST(valid_utf8(std::string(3, '\0')));
}

BOOST_AUTO_TEST_CASE(every_character) {
  std::string all;
  for (char32_t c = 0; c < 0x110000; ++c) {
    std::string one;
    append_character(one, c);
    const std::size_t length = one.size() > 1 ? one.size() : 0;  // ASCII is for the caller to tell
    BOOST_TEST_REQUIRE(utf8_length(one) == length);
    BOOST_TEST_REQUIRE(utf8_length(one + "\x80") == length);
    BOOST_TEST_REQUIRE(utf8_length(one.substr(0, one.size() - 1)) == 0u);
    all += one;
  }
  BOOST_TEST(valid_utf8(all));
}

BOOST_AUTO_TEST_CASE(what_is_no_character_is_replaced) {
  for (const char32_t c : {0xD800u, 0xDFFFu, 0x110000u, 0xFFFFFFFFu}) {
    std::string out;
    append_character(out, c);
    BOOST_TEST(out == "\xEF\xBF\xBD");
  }
}

BOOST_AUTO_TEST_SUITE_END()
