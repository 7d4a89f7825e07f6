// wait_until: every form that is known, those that are not, and what a run does with it.
#include "workflow/wait_until.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

#include "decide_run.hpp"
#include "workflow/date_time.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

// A Wednesday.
Time wednesday() { return parse_date_time("2026-02-25T14:30:15.250Z")->utc; }

std::string at(std::string_view text, Time now = wednesday()) {
  const auto time = resolve_wait_until(text, now);
  return time ? to_string(*time) : "none";
}

struct Case {
  const char* text;
  const char* time;
};

void check(const auto& cases) {
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.text) {
      BOOST_TEST(at(c.text) == to_string(parse_date_time(c.time)->utc));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wait_until)

BOOST_AUTO_TEST_CASE(iso) {
  constexpr Case cases[] = {
      {"2026-02-23", "2026-02-23T00:00Z"},
      {"1970-01-01T01:00:00+01:00", "1970-01-01T00:00Z"},
      {" 2026-02-23 16:30\n", "2026-02-23T16:30Z"},
      {"2026-02-23T16:30:00.5Z", "2026-02-23T16:30:00.5Z"},
      {"2026-02-23T16:30:00-08:00", "2026-02-24T00:30Z"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(spans) {
  constexpr Case cases[] = {
      {"now", "2026-02-25T14:30:15.250Z"},
      {"in 5 minutes", "2026-02-25T14:35:15.250Z"},
      {"In 5 Minutes", "2026-02-25T14:35:15.250Z"},
      {"in 5 min", "2026-02-25T14:35:15.250Z"},
      {"in 5m", "2026-02-25T14:35:15.250Z"},
      {"in a minute", "2026-02-25T14:31:15.250Z"},
      {"in an hour", "2026-02-25T15:30:15.250Z"},
      {"in half an hour", "2026-02-25T15:00:15.250Z"},
      {"in 2 hours and 30 minutes", "2026-02-25T17:00:15.250Z"},
      {"in 2 hours, 30 minutes and 10 seconds", "2026-02-25T17:00:25.250Z"},
      {"in 2 hours 30 minutes", "2026-02-25T17:00:15.250Z"},
      {"in 1h30m", "2026-02-25T16:00:15.250Z"},
      {"in 1.5 hours", "2026-02-25T16:00:15.250Z"},
      {"in 250 ms", "2026-02-25T14:30:15.500Z"},
      {"in 30 seconds", "2026-02-25T14:30:45.250Z"},
      {"in 3 days", "2026-02-28T14:30:15.250Z"},
      {"in two weeks", "2026-03-11T14:30:15.250Z"},
      {"in 1 month", "2026-03-25T14:30:15.250Z"},
      {"in 11 months", "2027-01-25T14:30:15.250Z"},
      {"in 1 year", "2027-02-25T14:30:15.250Z"},
      {"in 1 month and 1 day", "2026-03-26T14:30:15.250Z"},
      {"5 minutes from now", "2026-02-25T14:35:15.250Z"},
      {"next week", "2026-03-04T14:30:15.250Z"},
      {"next month", "2026-03-25T14:30:15.250Z"},
      {"next year", "2027-02-25T14:30:15.250Z"},
      {"in 10 minutes UTC", "2026-02-25T14:40:15.250Z"},
      {"1h", "2026-02-25T13:30:15.250Z"},
      {"2 hours and 30 minutes", "2026-02-25T12:00:15.250Z"},
      {"90 minutes ago", "2026-02-25T13:00:15.250Z"},
      {"a month ago", "2026-01-25T14:30:15.250Z"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(months_end) {
  const Time end = parse_date_time("2024-01-31T10:00Z")->utc;
  BOOST_TEST(at("in 1 month", end) == "2024-02-29T10:00:00.000Z");
  BOOST_TEST(at("in 13 months", end) == "2025-02-28T10:00:00.000Z");
  BOOST_TEST(at("11 months ago", end) == "2023-02-28T10:00:00.000Z");
  BOOST_TEST(at("in 1 day", parse_date_time("1969-12-31T23:00Z")->utc) == "1970-01-01T23:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(days) {
  constexpr Case cases[] = {
      {"today", "2026-02-25T14:30:15.250Z"},
      {"tomorrow", "2026-02-26T14:30:15.250Z"},
      {"yesterday", "2026-02-24T14:30:15.250Z"},
      {"tomorrow at 9am", "2026-02-26T09:00Z"},
      {"tomorrow at 9 AM", "2026-02-26T09:00Z"},
      {"tomorrow 9 a.m.", "2026-02-26T09:00Z"},
      {"9am tomorrow", "2026-02-26T09:00Z"},
      {"at 9:30 pm tomorrow", "2026-02-26T21:30Z"},
      {"tomorrow, 12am", "2026-02-26T00:00Z"},
      {"tomorrow at 12 pm", "2026-02-26T12:00Z"},
      {"tomorrow at noon", "2026-02-26T12:00Z"},
      {"today at 17:00", "2026-02-25T17:00Z"},
      {"today at 9:00", "2026-02-25T09:00Z"},
      {"today at 17:00:30 utc", "2026-02-25T17:00:30Z"},
      {"yesterday at 0:00", "2026-02-24T00:00Z"},
      {"the day after tomorrow", "2026-02-27T14:30:15.250Z"},
      {"day after tomorrow at 8:15", "2026-02-27T08:15Z"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(weekdays) {
  constexpr Case cases[] = {
      {"monday", "2026-03-02T00:00Z"},
      {"next monday at 10:00", "2026-03-02T10:00Z"},
      {"10:00 next monday", "2026-03-02T10:00Z"},
      {"on friday at 5pm", "2026-02-27T17:00Z"},
      {"at 5pm on friday", "2026-02-27T17:00Z"},
      {"this sun", "2026-03-01T00:00Z"},
      {"wednesday at 15:00", "2026-02-25T15:00Z"},
      {"wednesday at 14:00", "2026-03-04T14:00Z"},
      {"next wednesday at 15:00", "2026-03-04T15:00Z"},
      {"wednesday", "2026-03-04T00:00Z"},
      {"tues", "2026-03-03T00:00Z"},
      {"thursday noon", "2026-02-26T12:00Z"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(times) {
  constexpr Case cases[] = {
      {"noon", "2026-02-26T12:00Z"},        {"midday", "2026-02-26T12:00Z"},   {"midnight", "2026-02-26T00:00Z"},
      {"17:00", "2026-02-25T17:00Z"},       {"at 17:00", "2026-02-25T17:00Z"}, {"9am", "2026-02-26T09:00Z"},
      {"3 pm", "2026-02-25T15:00Z"},        {"14:30", "2026-02-26T14:30Z"},    {"14:30:16", "2026-02-25T14:30:16Z"},
      {"23:59:59", "2026-02-25T23:59:59Z"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(what_is_not_understood) {
  for (const char* text : {"",
                           " ",
                           "soon",
                           "in",
                           "in minutes",
                           "in 5",
                           "5",
                           "in five",
                           "in -5 minutes",
                           "in 5 minutes ago",
                           "in 5 parsecs",
                           "in 1.5 months",
                           "5 minutes from tomorrow",
                           "from now",
                           "next",
                           "next soon",
                           "next second",
                           "tomorrow 9",
                           "25:00",
                           "9:60",
                           "13pm",
                           "0am",
                           "9:0",
                           "9:",
                           "1:2:3:4",
                           "10:00:",
                           "10.30",
                           "monday tuesday",
                           "tomorrow monday",
                           "9am 10am",
                           "9am tomorrow 10am",
                           "on",
                           "this",
                           "the",
                           "the day",
                           "day after",
                           "tomorrow at",
                           "at tomorrow",
                           "in 5 minutes tomorrow",
                           "2026-02-30",
                           "2026-02-23T25:00",
                           "now now",
                           "half",
                           "in half hour",
                           "utc",
                           "last monday",
                           "in 99999999999999999999 days",
                           "in 9000000 years",
                           "in 9000 years",
                           "9000 years ago",
                           "in 1e3 days",
                           "in 5. days",
                           "\xff",
                           "na\xc3\xafve",
                           "in 5 minutes!"}) {
    BOOST_TEST(at(text) == "none", text);
  }
  BOOST_TEST(at(std::string(100'000, '1')) == "none");
  std::string many = "in 1 hour";
  for (int i = 0; i < 10'000; ++i) many += " and 1 hour";
  BOOST_TEST(at(many) == "none");
}

BOOST_AUTO_TEST_CASE(in_a_run) {
  using test::Run;
  const auto run_of = [](const std::string& wait, const std::string& more = "") {
    return Run(test::definition(R"({"ref":"a","action":"core.noop","wait_until":)" + wait + more + "}",
                                R"("inputs":{"when":"in 90 seconds","bad":"some day","number":5})"));
  };
  Run relative = run_of(R"("in 5 minutes")");
  BOOST_TEST(relative.start().find("delay a 1 +300000 wait_until") != std::string::npos);
  Run computed = run_of(R"("${{ INPUTS.when }}")");
  BOOST_TEST(computed.start().find("delay a 1 +90000 wait_until") != std::string::npos);
  // What is past is no wait, and leaves no start_delay either.
  for (const char* past : {"\"1h\"", "\"now\"", "\"1999-01-01\"", "\"yesterday at noon\""}) {
    Run run = run_of(past, R"(,"start_delay":60)");
    run.start();
    BOOST_TEST_CONTEXT(past) { BOOST_TEST(run.status() == "completed"); }
  }
  Run delayed = run_of("null", R"(,"start_delay":60)");
  BOOST_TEST(delayed.start().find("delay a 1 +60000 start_delay") != std::string::npos);
  for (const char* bad : {R"("${{ INPUTS.bad }}")", R"("${{ INPUTS.number }}")"}) {
    Run run = run_of(bad);
    run.start();
    BOOST_TEST(run.status() == "failed");
    BOOST_TEST(run.task("a").error_type == "ExpressionError");
    BOOST_TEST(run.task("a").error_message.starts_with("wait_until must be an ISO 8601 date-time such as"));
  }
}

BOOST_AUTO_TEST_SUITE_END()
