// Upper and lower case, against what Python 3.11 (Unicode 14) gives.
#include "workflow/unicode.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdint>

using namespace reprise;
using namespace reprise::workflow;

namespace {

// FNV-1a of the case of every character there is, one after another.
std::uint64_t hash_of_all(std::string (*mapped)(std::string_view)) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::uint32_t code = 0; code < 0x110000; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    std::string character;
    append_character(character, code);
    for (const char c : mapped(character)) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(text_case)

BOOST_AUTO_TEST_CASE(every_character) {
  BOOST_TEST(hash_of_all(to_lower) == 0xc319d02e8283b91eu);
  BOOST_TEST(hash_of_all(to_upper) == 0xf1a6102c65729830u);
}

BOOST_AUTO_TEST_CASE(sigma_at_the_end_of_a_word) {
  BOOST_TEST(to_lower("\u039f\u03a3") == "\u03bf\u03c2");
  BOOST_TEST(to_lower("\u03a3\u039f\u03a3\u0391 \u03a3") == "\u03c3\u03bf\u03c3\u03b1 \u03c3");
  BOOST_TEST(to_lower("A\u03a3.") == "a\u03c2.");
}

BOOST_AUTO_TEST_SUITE_END()
