// Damage is told once in a while, with the number of those that were left out.
#include "http/damage_log.hpp"

#include <boost/test/unit_test.hpp>
#include <vector>

using namespace reprise::http;

BOOST_AUTO_TEST_SUITE(damage_log)

BOOST_AUTO_TEST_CASE(a_line_every_few_seconds_counts_those_between) {
  std::vector<std::string> lines;
  DamageLog log([&](Severity severity, std::string_view line) {
    BOOST_TEST((severity == Severity::error));
    lines.emplace_back(line);
  });
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) log.found("GET /a", "a damaged status row", start + std::chrono::seconds(i));
  log.found("GET /b", "a chunk of 7 has no events", start + DamageLog::kBetween);
  log.found("GET /c", "a damaged workflow row", start + 2 * DamageLog::kBetween);
  const std::vector<std::string> expected{
      "the store is damaged, found by GET /a: a damaged status row",
      "the store is damaged (3 more findings since the last line), found by GET /b: a chunk of 7 has no events",
      "the store is damaged, found by GET /c: a damaged workflow row",
  };
  BOOST_TEST(lines == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(without_a_log_nothing_happens) {
  DamageLog({}).found("GET /a", "a damaged status row", std::chrono::steady_clock::now());
}

BOOST_AUTO_TEST_SUITE_END()
