#include "events/time.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>
#include <random>

using namespace reprise;

namespace {

std::string again(std::string_view text) {
  const auto t = parse_time(text);
  return t ? to_string(*t) : "refused";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(instants)

BOOST_AUTO_TEST_CASE(instants_are_written) {
  BOOST_TEST(to_string(Time{}) == "1970-01-01T00:00:00.000Z");
  BOOST_TEST(to_string(from_millis(1771864200123)) == "2026-02-23T16:30:00.123Z");
  BOOST_TEST(to_string(from_millis(-1)) == "1969-12-31T23:59:59.999Z");
  BOOST_TEST(to_string(from_millis(951782400000)) == "2000-02-29T00:00:00.000Z");
  BOOST_TEST(to_string(from_millis(253402300799999)) == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(to_string(from_millis(-62167219200000)) == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(instants_beyond_four_digits_are_held_at_the_edge) {
  BOOST_TEST(to_string(from_millis(253402300800000)) == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(to_string(from_millis(std::numeric_limits<std::int64_t>::max())) == "9999-12-31T23:59:59.999Z");
  BOOST_TEST(to_string(from_millis(std::numeric_limits<std::int64_t>::min())) == "0000-01-01T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(random_instants_come_back) {
  std::mt19937_64 random(11);
  std::uniform_int_distribution<std::int64_t> ms(-62167219200000, 253402300799999);
  for (int i = 0; i < 20000; ++i) {
    const Time t = from_millis(ms(random));
    BOOST_TEST_REQUIRE((parse_time(to_string(t)) == t), to_string(t));
  }
}

BOOST_AUTO_TEST_CASE(rfc3339_is_read) {
  BOOST_TEST(again("2026-02-23T16:30:00Z") == "2026-02-23T16:30:00.000Z");
  BOOST_TEST(again("2026-02-23t16:30:00z") == "2026-02-23T16:30:00.000Z");
  BOOST_TEST(again("2026-02-23 16:30:00.5+00:00") == "2026-02-23T16:30:00.500Z");
  BOOST_TEST(again("2026-02-23T16:30:00.1239999999999999999999999999Z") == "2026-02-23T16:30:00.123Z");
  BOOST_TEST(again("2026-02-23T16:30:00.000001-00:00") == "2026-02-23T16:30:00.000Z");
  BOOST_TEST(again("2026-01-01T00:30:00+01:00") == "2025-12-31T23:30:00.000Z");
  BOOST_TEST(again("2026-12-31T23:30:00-01:30") == "2027-01-01T01:00:00.000Z");
  BOOST_TEST(again("1998-12-31T23:59:60.7Z") == "1999-01-01T00:00:00.000Z");
  BOOST_TEST(again("1998-12-31T15:59:60-08:00") == "1999-01-01T00:00:00.000Z");
  BOOST_TEST(again("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (const auto* text : {"",
                           "2026",
                           "2026-02-23",
                           "2026-02-23T16:30:00",
                           "2026-02-23T16:30Z",
                           "2026-02-23T16:30:00.Z",
                           "2026-02-23T16:30:00,5Z",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-32T00:00:00Z",
                           "2026-01-01T24:00:00Z",
                           "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:61Z",
                           "2026-01-01T00:00:60Z",
                           "2026-01-01T00:00:00+24:00",
                           "2026-01-01T00:00:00+01:60",
                           "2026-01-01T00:00:00+0100",
                           "2026-01-01T00:00:00+1",
                           "2026-01-01T00:00:00Z ",
                           " 2026-01-01T00:00:00Z",
                           "2026-1-01T00:00:00Z",
                           "26-01-01T00:00:00Z",
                           "+2026-01-01T00:00:00Z",
                           "2026-01-01T00:00:00ZZ",
                           "2026-01-01_00:00:00Z",
                           "2026/01/01T00:00:00Z",
                           "2026-01-01T-1:00:00Z",
                           "0000-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:59-00:01",
                           "2026-01-01T00:00:00.5",
                           "1771864200"}) {
    BOOST_TEST(again(text) == "refused", text);
  }
  using namespace std::string_view_literals;
  BOOST_TEST(again("2026-01-01T00:00:00\0Z"sv) == "refused");
}

BOOST_AUTO_TEST_SUITE_END()
