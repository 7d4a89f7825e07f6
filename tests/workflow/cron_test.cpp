// Cron expressions: every form, every refusal, and the clock changes of zones, held against a slow oracle.
#include "workflow/cron.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "workflow/date_time.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

using namespace std::chrono;

Time at(std::string_view text) { return parse_date_time(text)->utc; }

ZoneId zone_named(std::string_view name) {
  load_time_zones();
  const ZoneId zone = find_zone(name);
  BOOST_REQUIRE(zone != 0);
  return zone;
}

std::string next(std::string_view expression, std::string_view after, ZoneId zone = 0) {
  const auto cron = Cron::parse(expression);
  if (!cron) return cron.error().detail;
  const auto time = cron->next(at(after), zone);
  return time ? to_string(*time) : "none";
}

std::string refusal(std::string_view expression) {
  const auto cron = Cron::parse(expression);
  BOOST_REQUIRE_MESSAGE(!cron, expression);
  BOOST_TEST((cron.error().code == errc::invalid));
  return cron.error().detail;
}

// One field made at random: its text, and the values it names.
struct Field {
  std::string text;
  std::uint64_t bits = 0;
  bool names(unsigned value) const { return (bits >> value & 1) != 0; }
};

Field random_field(std::mt19937_64& random, unsigned low, unsigned high, bool often_all) {
  const auto draw = [&](unsigned from, unsigned to) {
    return std::uniform_int_distribution<unsigned>(from, to)(random);
  };
  Field field;
  const auto name = [&](unsigned from, unsigned to, unsigned step) {
    for (unsigned value = from; value <= to; value += step) field.bits |= std::uint64_t{1} << value;
  };
  if (draw(0, 2) < (often_all ? 2u : 1u)) {
    field.text = "*";
    name(low, high, 1);
    return field;
  }
  const unsigned parts = draw(1, 3);
  for (unsigned part = 0; part < parts; ++part) {
    if (part > 0) field.text += ',';
    const unsigned from = draw(low, high), to = draw(from, high), step = draw(1, 9);
    switch (draw(0, 3)) {
      case 0:
        field.text += std::to_string(from);
        name(from, from, 1);
        break;
      case 1:
        field.text += std::to_string(from) + "-" + std::to_string(to);
        name(from, to, 1);
        break;
      case 2:
        field.text += std::to_string(from) + "-" + std::to_string(to) + "/" + std::to_string(step);
        name(from, to, step);
        break;
      default:
        field.text += std::to_string(from) + "/" + std::to_string(step);
        name(from, high, step);
        break;
    }
  }
  return field;
}

struct Expression {
  Field second, minute, hour, day, month, weekday;
  bool seconds = false;

  std::string text() const {
    return (seconds ? second.text + " " : "") + minute.text + " " + hour.text + " " + day.text + " " + month.text +
           " " + weekday.text;
  }
  // Whether it names what the clock shows.
  bool names(Time clock) const {
    const sys_days date = floor<days>(clock);
    const year_month_day ymd{date};
    const hh_mm_ss of_day{floor<std::chrono::seconds>(clock - date)};
    const bool s =
        seconds ? second.names(static_cast<unsigned>(of_day.seconds().count())) : of_day.seconds().count() == 0;
    const bool by_day = day.names(static_cast<unsigned>(ymd.day()));
    const bool by_weekday = weekday.names(std::chrono::weekday{date}.c_encoding());
    const bool either = day.text.front() != '*' && weekday.text.front() != '*';
    return s && minute.names(static_cast<unsigned>(of_day.minutes().count())) &&
           hour.names(static_cast<unsigned>(of_day.hours().count())) &&
           month.names(static_cast<unsigned>(ymd.month())) && (either ? by_day || by_weekday : by_day && by_weekday);
  }
};

Expression random_expression(std::mt19937_64& random, bool with_seconds) {
  Expression e;
  e.seconds = with_seconds;
  e.second = random_field(random, 0, 59, false);
  e.minute = random_field(random, 0, 59, false);
  e.hour = random_field(random, 0, 23, true);
  e.day = random_field(random, 1, 31, true);
  e.month = random_field(random, 1, 12, true);
  e.weekday = random_field(random, 0, 6, true);
  return e;
}

// Every firing in (from, to], by looking at what the clock shows at each step: a time counts when the clock shows it
// and has not shown it before, and what a jump skips counts at the instant of the jump.
std::vector<Time> oracle(const Expression& e, ZoneId zone, Time from, Time to, Duration step) {
  const auto clock = [zone](Time t) { return t + minutes{offset_at(zone, t)}; };
  std::vector<Time> out;
  Time shown_until = clock(from - hours{48});
  for (Time t = from - hours{48} + step; t <= to; t += step) {
    const Time now = clock(t);
    bool fires = false;
    for (Time shown = shown_until + step; shown <= now; shown += step) fires = fires || e.names(shown);
    shown_until = std::max(shown_until, now);
    if (fires && t > from) out.push_back(t);
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(cron)

BOOST_AUTO_TEST_CASE(forms) {
  struct Case {
    const char *expression, *after, *next;
  };
  // 2026-02-25 is a Wednesday.
  constexpr Case cases[] = {
      {"* * * * *", "2026-02-25T14:30:15.250Z", "2026-02-25T14:31:00.000Z"},
      {"* * * * *", "2026-02-25T14:30:00Z", "2026-02-25T14:31:00.000Z"},
      {"* * * * * *", "2026-02-25T14:30:15.250Z", "2026-02-25T14:30:16.000Z"},
      {"*/5 * * * * *", "2026-02-25T14:30:58Z", "2026-02-25T14:31:00.000Z"},
      {"30 9 * * *", "2026-02-25T14:30:15Z", "2026-02-26T09:30:00.000Z"},
      {"0 9 * * MON-FRI", "2026-02-27T10:00Z", "2026-03-02T09:00:00.000Z"},
      {"0 9 * * mon,wed", "2026-02-25T10:00Z", "2026-03-02T09:00:00.000Z"},
      {"0 0 * * 7", "2026-02-25T10:00Z", "2026-03-01T00:00:00.000Z"},
      {"0 0 * * 0", "2026-02-25T10:00Z", "2026-03-01T00:00:00.000Z"},
      {"0 0 * * FRI-SUN", "2026-02-25T10:00Z", "2026-02-27T00:00:00.000Z"},
      {"0 0 * * 5-7", "2026-02-28T10:00Z", "2026-03-01T00:00:00.000Z"},
      {"0 0 29 2 *", "2026-02-25T10:00Z", "2028-02-29T00:00:00.000Z"},
      {"0 0 29 2 *", "2096-03-01T00:00Z", "2104-02-29T00:00:00.000Z"},
      {"0 0 31 * *", "2026-01-31T00:00Z", "2026-03-31T00:00:00.000Z"},
      {"0 0 1 JAN,jul *", "2026-02-25T10:00Z", "2026-07-01T00:00:00.000Z"},
      {"0 0 13 * FRI", "2026-02-25T10:00Z", "2026-02-27T00:00:00.000Z"},  // either day
      {"0 0 13 * ?", "2026-02-25T10:00Z", "2026-03-13T00:00:00.000Z"},
      {"0 0 ? * FRI", "2026-02-25T10:00Z", "2026-02-27T00:00:00.000Z"},
      {"0 0 */2 * 1", "2026-02-25T10:00Z", "2026-03-09T00:00:00.000Z"},  // begins with a star: both days
      {"10/20 * * * *", "2026-02-25T14:30:00Z", "2026-02-25T14:50:00.000Z"},
      {"0-10/5 * * * *", "2026-02-25T14:10:00Z", "2026-02-25T15:00:00.000Z"},
      {"59 23 31 12 *", "2026-12-31T23:59:00Z", "2027-12-31T23:59:00.000Z"},
      {"  0\t12  *  *  * ", "2026-02-25T10:00Z", "2026-02-25T12:00:00.000Z"},
      {"@hourly", "2026-02-25T14:30:15Z", "2026-02-25T15:00:00.000Z"},
      {"@daily", "2026-02-25T14:30:15Z", "2026-02-26T00:00:00.000Z"},
      {"@midnight", "2026-02-25T14:30:15Z", "2026-02-26T00:00:00.000Z"},
      {"@WEEKLY", "2026-02-25T14:30:15Z", "2026-03-01T00:00:00.000Z"},
      {"@monthly", "2026-02-25T14:30:15Z", "2026-03-01T00:00:00.000Z"},
      {"@yearly", "2026-02-25T14:30:15Z", "2027-01-01T00:00:00.000Z"},
      {"@annually", "2026-02-25T14:30:15Z", "2027-01-01T00:00:00.000Z"},
      {"* * * * *", "1969-12-31T23:59:59.500Z", "1970-01-01T00:00:00.000Z"},
      {"0 0 1 1 *", "9999-06-01T00:00:00Z", "none"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expression << " after " << c.after) { BOOST_TEST(next(c.expression, c.after) == c.next); }
  }
}

BOOST_AUTO_TEST_CASE(refusals) {
  BOOST_TEST(refusal("").find("has five fields") != std::string::npos);
  BOOST_TEST(refusal("* * * *").find("found 4") != std::string::npos);
  BOOST_TEST(refusal("* * * * * * *").find("found more") != std::string::npos);
  BOOST_TEST(refusal("60 * * * *") == "the minute is '60', expected a number from 0 to 59");
  BOOST_TEST(refusal("* 24 * * *") == "the hour is '24', expected a number from 0 to 23");
  BOOST_TEST(refusal("* * 0 * *") == "the day of the month is '0', expected a number from 1 to 31");
  BOOST_TEST(refusal("* * * 13 *") == "the month is '13', expected a number from 1 to 12 or a name from JAN to DEC");
  BOOST_TEST(refusal("* * * * 8") ==
             "the day of the week is '8', expected a number from 0 to 7 or a name from SUN to SAT");
  BOOST_TEST(refusal("* * * MAI *").starts_with("the month is 'MAI'"));
  BOOST_TEST(refusal("60 * * * * *").starts_with("the second is '60'"));
  BOOST_TEST(refusal("*/0 * * * *") == "the minute is '*/0', expected a step of 1 or more after the slash");
  BOOST_TEST(refusal("5-1 * * * *") == "the minute is '5-1', expected a range from the lower to the higher value");
  BOOST_TEST(refusal("0 0 30 2 *").find("never comes") != std::string::npos);
  BOOST_TEST(refusal("0 0 31 4,6,9,11 *").find("never comes") != std::string::npos);
  BOOST_TEST(refusal("@reboot").starts_with("'@reboot' is not known"));
  for (const char* text : {"? * * * *", "a * * * *", "1, * * * *", ",1 * * * *", "1-2-3 * * * *", "1/2/3 * * * *",
                           "-1 * * * *", "1- * * * *", "/5 * * * *", "+5 * * * *", "0x1 * * * *", "* * L * *",
                           "* * * * 5#2", "99999999999999999999 * * * *", "\xff * * * *"}) {
    BOOST_TEST_CONTEXT(text) { refusal(text); }
  }
  refusal(std::string(2000, '1') + " * * * *");
}

BOOST_AUTO_TEST_CASE(clock_changes) {
  // Berlin: 2026-03-29 02:00 → 03:00 (01:00Z), 2026-10-25 03:00 → 02:00 (01:00Z).
  const ZoneId berlin = zone_named("Europe/Berlin");
  BOOST_TEST(next("30 2 * * *", "2026-03-28T12:00Z", berlin) == "2026-03-29T01:00:00.000Z");  // at the jump
  BOOST_TEST(next("30 2 * * *", "2026-03-29T01:00Z", berlin) == "2026-03-30T00:30:00.000Z");
  BOOST_TEST(next("0,15,30,45 2 * * *", "2026-03-29T00:59:59Z", berlin) == "2026-03-29T01:00:00.000Z");
  BOOST_TEST(next("0,15,30,45 2 * * *", "2026-03-29T01:00Z", berlin) == "2026-03-30T00:00:00.000Z");
  BOOST_TEST(next("30 2 * * *", "2026-10-24T12:00Z", berlin) == "2026-10-25T00:30:00.000Z");  // the first 02:30
  BOOST_TEST(next("30 2 * * *", "2026-10-25T00:30Z", berlin) == "2026-10-26T01:30:00.000Z");  // not the second
  BOOST_TEST(next("* * * * *", "2026-10-25T00:59Z", berlin) == "2026-10-25T02:00:00.000Z");
  BOOST_TEST(next("0 9 * * *", "2026-03-28T12:00Z", berlin) == "2026-03-29T07:00:00.000Z");
  // Havana's day begins at 01:00 then, Apia had no 30th of December 2011.
  BOOST_TEST(next("0 0 * * *", "2026-03-07T12:00Z", zone_named("America/Havana")) == "2026-03-08T05:00:00.000Z");
  BOOST_TEST(next("0 12 30 12 *", "2011-12-29T23:00Z", zone_named("Pacific/Apia")) == "2011-12-30T10:00:00.000Z");
  // Past what the zone's file says by itself.
  BOOST_TEST(next("30 2 * * *", "2061-03-26T12:00Z", berlin) == "2061-03-27T01:00:00.000Z");
}

BOOST_AUTO_TEST_CASE(as_the_oracle_in_utc) {
  constexpr std::uint64_t seed = 20260225;
  std::mt19937_64 random(seed);
  BOOST_TEST_MESSAGE("seed " << seed);
  for (int n = 0; n < 300; ++n) {
    const Expression e = random_expression(random, n % 2 == 0);
    const auto cron = Cron::parse(e.text());
    if (!cron) {
      BOOST_TEST_CONTEXT(e.text()) { BOOST_TEST(cron.error().detail.find("never comes") != std::string::npos); }
      continue;
    }
    // From a random second on, at most a few days of minutes or hours of seconds: none is passed over or made up.
    Time t = at("2023-01-01T00:00Z") + seconds{static_cast<std::int64_t>(random() % (4u * 366u * 86'400u))};
    const auto step = e.seconds ? Duration{seconds{1}} : Duration{minutes{1}};
    const Time end = t + (e.seconds ? Duration{hours{3}} : Duration{hours{200}});
    const Time first = e.seconds ? t : Time{ceil<minutes>(t)};
    std::vector<Time> expected, found;
    for (Time at_step = first; at_step <= end; at_step += step) {
      if (at_step > t && e.names(at_step)) expected.push_back(at_step);
    }
    for (auto due = cron->next(t, 0); due && *due <= end; due = cron->next(*due, 0)) found.push_back(*due);
    BOOST_TEST_CONTEXT(e.text() << " after " << to_string(t)) { BOOST_TEST((found == expected)); }
  }
}

BOOST_AUTO_TEST_CASE(as_the_oracle_around_clock_changes) {
  constexpr std::uint64_t seed = 77;
  std::mt19937_64 random(seed);
  BOOST_TEST_MESSAGE("seed " << seed);
  struct Change {
    const char *zone, *at;
  };
  constexpr Change changes[] = {
      {"Europe/Berlin", "2026-03-29T01:00Z"},       {"Europe/Berlin", "2026-10-25T01:00Z"},
      {"America/New_York", "2026-03-08T07:00Z"},    {"America/New_York", "2026-11-01T06:00Z"},
      {"Australia/Lord_Howe", "2026-04-04T15:00Z"}, {"Australia/Lord_Howe", "2026-10-03T15:30Z"},
      {"America/Havana", "2026-03-08T05:00Z"},      {"Pacific/Apia", "2011-12-30T10:00Z"},
      {"Asia/Kathmandu", "2026-06-01T00:00Z"},      {"Africa/Casablanca", "2026-02-15T02:00Z"},
  };
  for (int n = 0; n < 120; ++n) {
    const Change& change = changes[static_cast<std::size_t>(n) % std::size(changes)];
    const ZoneId zone = zone_named(change.zone);
    Expression e = random_expression(random, false);
    const auto cron = Cron::parse(e.text());
    if (!cron) continue;
    const Time from = at(change.at) - hours{30}, to = at(change.at) + hours{54};
    std::vector<Time> found;
    for (auto due = cron->next(from, zone); due && *due <= to; due = cron->next(*due, zone)) found.push_back(*due);
    BOOST_TEST_CONTEXT(change.zone << " " << e.text()) { BOOST_TEST((found == oracle(e, zone, from, to, minutes{1}))); }
    // From any instant, not only from a firing.
    const Time anywhere = from + seconds{static_cast<std::int64_t>(random() % (84u * 3'600u))};
    const auto after = std::upper_bound(found.begin(), found.end(), anywhere);
    if (after != found.end()) BOOST_TEST((cron->next(anywhere, zone) == *after));
  }
}

BOOST_AUTO_TEST_SUITE_END()
