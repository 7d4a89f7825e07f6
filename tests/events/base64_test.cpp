// Base64 by the vectors of RFC 4648, and that no bytes have two texts.
#include "events/base64.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

using namespace reprise;

namespace {

std::string plain(std::string_view bytes) {
  std::string out = "=";  // it appends
  append_base64(out, bytes);
  return out.substr(1);
}
std::string url(std::string_view bytes) {
  std::string out = "=";
  append_base64url(out, bytes);
  return out.substr(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(base64)

BOOST_AUTO_TEST_CASE(vectors_of_the_rfc) {
  constexpr std::pair<std::string_view, std::string_view> kVectors[] = {{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"},
                                                                        {"\xfb\xff\xbe", "+/++"}};
  for (const auto& [bytes, text] : kVectors) BOOST_TEST(plain(bytes) == text);
  BOOST_TEST(url("fooba") == "Zm9vYmE");
  BOOST_TEST(url("f") == "Zg");
  BOOST_TEST(url("\xfb\xff\xbe") == "-_--");
  BOOST_TEST(base64_digit('/') == 63);
  BOOST_TEST(base64_digit('A') == 0);
  for (const char c : {'-', '_', '=', ' ', '\0', '\xff'}) BOOST_TEST(base64_digit(c) == -1);
}

BOOST_AUTO_TEST_CASE(reads_back) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes(random() % 70, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    BOOST_TEST_REQUIRE((parse_base64url(url(bytes)) == bytes));
  }
}

BOOST_AUTO_TEST_CASE(only_one_text_stands_for_some_bytes) {
  BOOST_TEST((parse_base64url("Zg") == "f"));
  for (const char* text : {"Zh", "Zv", "Zg==", "Zg=", "Z", "Zm9vZ", "Zm9=", "Zm+v", "Zm/v", " Zg", "Zg\n", "Zm8\xC3"}) {
    BOOST_TEST(!parse_base64url(text).has_value(), text);
  }
  int taken = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      if (parse_base64url(std::string{static_cast<char>(a), static_cast<char>(b)})) ++taken;
    }
  }
  BOOST_TEST(taken == 256);
}

BOOST_AUTO_TEST_SUITE_END()
