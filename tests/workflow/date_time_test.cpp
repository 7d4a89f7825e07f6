// Date-times and durations as text.
#include <boost/test/unit_test.hpp>

#include "workflow/date_time.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

std::string again(std::string_view text) {
  const auto moment = parse_date_time(text);
  if (!moment) return "none";
  std::string out;
  append_iso(out, *moment);
  return out;
}

std::string span(std::string_view text) {
  const auto duration = parse_duration(text);
  if (!duration) return "none";
  std::string out;
  append_iso(out, *duration);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(date_times)

BOOST_AUTO_TEST_CASE(iso_forms) {
  BOOST_TEST(again("2024-02-29") == "2024-02-29T00:00:00");
  BOOST_TEST(again("2024-02-29T12:30") == "2024-02-29T12:30:00");
  BOOST_TEST(again("2024-02-29 12:30:15.5Z") == "2024-02-29T12:30:15.500000Z");
  BOOST_TEST(again("2024-02-29T12:30:15+02:00") == "2024-02-29T12:30:15+02:00");
  BOOST_TEST(again("2024-02-29T00:30:00-0130") == "2024-02-29T00:30:00-01:30");
  BOOST_TEST(again("1969-12-31T23:59:59.999Z") == "1969-12-31T23:59:59.999000Z");
  for (const char* bad : {"", "2024", "2024-02-30", "2024-13-01", "2024-02-29T", "2024-02-29T24:00", "2024-02-29T12:60",
                          "2024-02-29T12:30:60", "2024-02-29T12:30Zx", "2024-02-29T12:30+", "2024-02-29T12:30+24:00",
                          "0000-01-01", "0001-01-01T00:00+01:00", "24-02-29", "2024-02-29T12:30:15.", "tomorrow"}) {
    BOOST_TEST(again(bad) == "none", bad);
  }
}

BOOST_AUTO_TEST_CASE(durations) {
  BOOST_TEST(span("PT5M") == "PT5M");
  BOOST_TEST(span("P1DT2H3M4.5S") == "P1DT2H3M4.500000S");
  BOOST_TEST(span("P1W") == "P7D");
  BOOST_TEST(span("-PT1S") == "-PT1S");
  BOOST_TEST(span("PT0S") == "PT0S");
  BOOST_TEST(span("PT90S") == "PT1M30S");
  BOOST_TEST(span("P0.5D") == "PT12H");
  BOOST_TEST(span("1:30:00") == "PT1H30M");
  BOOST_TEST(span("-0:05") == "-PT5M");
  for (const char* bad : {"", "P", "PT", "P1Y", "PT1M1H", "PT1", "5M", "1:2", "1:60:00", "P1DT", "PT99999999999999S"}) {
    BOOST_TEST(span(bad) == "none", bad);
  }
}

BOOST_AUTO_TEST_CASE(text_is_pythons) {
  const auto text = [](std::int64_t ms) {
    std::string out;
    append_text(out, Duration{ms});
    return out;
  };
  BOOST_TEST(text(0) == "0:00:00");
  BOOST_TEST(text(300'000) == "0:05:00");
  BOOST_TEST(text(86'400'000) == "1 day, 0:00:00");
  BOOST_TEST(text(-60'000) == "-1 day, 23:59:00");
  BOOST_TEST(text(2 * 86'400'000 + 1'500) == "2 days, 0:00:01.500000");
}

BOOST_AUTO_TEST_SUITE_END()
