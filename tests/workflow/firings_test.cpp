// When schedules fire, and what becomes of each due time.
#include "workflow/firings.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>

#include "workflow/date_time.hpp"

using namespace reprise;
using namespace reprise::workflow;
using events::FiringOutcome;
using events::Overlap;

namespace {

using namespace std::chrono;

const Time kPut = parse_date_time("2026-02-25T14:30:15.250Z")->utc;

Timetable every(Duration span) {
  events::SchedulePut put;
  put.every = span;
  const auto table = Timetable::make(put, kPut);
  BOOST_REQUIRE(table.has_value());
  return *table;
}

std::string refusal(const events::SchedulePut& put) {
  const auto table = Timetable::make(put, kPut);
  return table ? "accepted" : table.error().where + ": " + table.error().detail;
}

// "started +1000, overlapped +2000..+5000 x4", times in ms after kPut.
std::string text(const std::vector<Firing>& firings) {
  std::string out;
  for (const Firing& firing : firings) {
    if (!out.empty()) out += ", ";
    out.append(name(firing.outcome)).append(" +");
    if (firing.count > 1) out.append(std::to_string((firing.first - kPut).count())).append("..+");
    out += std::to_string((firing.due - kPut).count());
    if (firing.count > 1) out.append(" x").append(std::to_string(firing.count));
  }
  return out;
}

FiringSituation situation(Overlap overlap, Duration since_put) {
  FiringSituation s;
  s.overlap = overlap;
  s.dealt_with = kPut;
  s.awake_since = kPut;
  s.now = kPut + since_put;
  return s;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(firings)

BOOST_AUTO_TEST_CASE(spans) {
  BOOST_TEST((parse_span("90s") == seconds{90}));
  BOOST_TEST((parse_span("5m") == minutes{5}));
  BOOST_TEST((parse_span("1h30m") == minutes{90}));
  BOOST_TEST((parse_span("2d") == hours{48}));
  BOOST_TEST((parse_span("1w") == hours{168}));
  BOOST_TEST((parse_span("250ms") == milliseconds{250}));
  BOOST_TEST((parse_span("PT5M") == minutes{5}));
  BOOST_TEST((parse_span("0:05:00") == minutes{5}));
  for (const char* bad : {"", "5", "m", "5 m", "-5m", "5M", "1y", "99999999999w", "1000w1000w", "5m!", "P1Y", "1.5h",
                          "-0:05:00", "P999999D"}) {
    BOOST_TEST_CONTEXT(bad) { BOOST_TEST(!parse_span(bad).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(timetables) {
  const Timetable table = every(seconds{10});
  BOOST_TEST((table.next(kPut) == kPut + seconds{10}));
  BOOST_TEST((table.next(kPut - hours{1}) == kPut + seconds{10}));
  BOOST_TEST((table.next(kPut + milliseconds{9'999}) == kPut + seconds{10}));
  BOOST_TEST((table.next(kPut + seconds{10}) == kPut + seconds{20}));
  BOOST_TEST((table.next(kPut + hours{24}) == kPut + hours{24} + seconds{10}));
  BOOST_TEST(!table.next(parse_date_time("9999-12-31T23:59:59Z")->utc).has_value());

  events::SchedulePut put;
  BOOST_TEST(refusal(put) == "every: every must be a span from one second to ten years");
  put.every = milliseconds{999};
  BOOST_TEST(refusal(put) == "every: every must be a span from one second to ten years");
  put.cron = "* * * * *";
  BOOST_TEST(refusal(put) == "every: cron and every cannot stand together");
  put.every = Duration{0};
  BOOST_TEST(refusal(put) == "accepted");
  put.timezone = "Europe/Atlantis";
  BOOST_TEST(refusal(put) == "timezone: timezone must be a name of the system's database such as Europe/Berlin");
  put.timezone = "Europe/Berlin";
  BOOST_TEST(refusal(put) == "accepted");
  put.cron = "61 * * * *";
  BOOST_TEST(refusal(put) == "cron: cron: the minute is '61', expected a number from 0 to 59");
}

BOOST_AUTO_TEST_CASE(overlap) {
  const Timetable table = every(seconds{1});
  auto s = situation(Overlap::skip, milliseconds{900});
  BOOST_TEST(text(firings_due(table, s)).empty());
  s = situation(Overlap::skip, milliseconds{1'000});
  BOOST_TEST(text(firings_due(table, s)) == "started +1000");
  s = situation(Overlap::skip, milliseconds{5'000});
  BOOST_TEST(text(firings_due(table, s)) == "started +1000, overlapped +2000..+5000 x4");
  s.running = true;
  BOOST_TEST(text(firings_due(table, s)) == "overlapped +1000..+5000 x5");
  s.overlap = Overlap::allow;
  BOOST_TEST(text(firings_due(table, s)) ==
             "started +1000, started +2000, started +3000, started +4000, started +5000");
  s.overlap = Overlap::buffer_one;
  BOOST_TEST(text(firings_due(table, s)) == "buffered +1000, overlapped +2000..+5000 x4");
  s.dealt_with = kPut + seconds{4};
  s.buffered = kPut + seconds{1};
  BOOST_TEST(text(firings_due(table, s)) == "overlapped +5000");
  s.running = false;
  BOOST_TEST(text(firings_due(table, s)) == "started +1000, buffered +5000");
  s.dealt_with = s.now;
  BOOST_TEST(text(firings_due(table, s)) == "started +1000");
}

BOOST_AUTO_TEST_CASE(catching_up) {
  const Timetable table = every(seconds{1});
  auto s = situation(Overlap::allow, milliseconds{5'500});
  s.awake_since = s.now;  // the server was down
  BOOST_TEST(text(firings_due(table, s)) == "missed +1000..+5000 x5");
  s.catchup_window = milliseconds{2'500};
  BOOST_TEST(text(firings_due(table, s)) == "missed +1000..+2000 x2, started +3000, started +4000, started +5000");
  s.overlap = Overlap::skip;
  BOOST_TEST(text(firings_due(table, s)) == "missed +1000..+2000 x2, started +3000, overlapped +4000..+5000 x2");
  // Somebody watched, and is late: that is no miss before the grace is over.
  s.awake_since = kPut + seconds{2};
  s.catchup_window = Duration{0};
  BOOST_TEST(text(firings_due(table, s)) == "missed +1000, started +2000, overlapped +3000..+5000 x3");
  s.now += kWatchedGrace;
  BOOST_TEST(text(firings_due(table, s)).starts_with("missed +1000..+5000 x5, started +6000"));
}

BOOST_AUTO_TEST_CASE(one_look_is_bounded) {
  const Timetable table = every(seconds{1});
  auto s = situation(Overlap::allow, hours{1});
  s.catchup_window = hours{2};
  const auto started = firings_due(table, s);
  BOOST_TEST(started.size() == kMostFirings);
  s = situation(Overlap::skip, hours{24});
  s.awake_since = s.now;
  const auto missed = firings_due(table, s);
  BOOST_REQUIRE(missed.size() == 1u);
  BOOST_TEST(missed.front().count == kMostTimesOfLook);
}

// Whatever happens in between, every due time has exactly one place, in order, and the rules of the overlap hold.
BOOST_AUTO_TEST_CASE(every_time_is_dealt_with_once) {
  constexpr std::uint64_t seed = 4242;
  std::mt19937_64 random(seed);
  BOOST_TEST_MESSAGE("seed " << seed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int run = 0; run < 200; ++run) {
    const Duration span{draw(1'000, 90'000)};
    const Timetable table = every(span);
    auto s = situation(static_cast<Overlap>(draw(0, 2)), Duration{0});
    s.catchup_window = Duration{draw(0, 1) == 0 ? 0 : draw(0, 200'000)};
    std::int64_t dealt = 0, taken_from_buffer = 0, put_into_buffer = 0;
    bool bounded = false;
    for (int step = 0; step < 60; ++step) {
      if (!bounded) s.now += Duration{draw(0, 150'000)};
      if (draw(0, 5) == 0) s.awake_since = s.now;
      if (draw(0, 2) == 0) s.running = false;
      const auto out = firings_due(table, s);
      int started = 0;
      for (const Firing& firing : out) {
        const bool from_buffer = s.buffered && firing.due == *s.buffered && firing.outcome == FiringOutcome::started;
        if (from_buffer) {
          ++taken_from_buffer;
          s.buffered.reset();
        } else {
          BOOST_TEST((firing.first == table.next(s.dealt_with)));
          dealt += firing.count;
          BOOST_TEST((firing.due == kPut + dealt * span));
          s.dealt_with = firing.due;
          if (firing.outcome == FiringOutcome::buffered) {
            BOOST_TEST(!s.buffered.has_value());
            ++put_into_buffer;
            s.buffered = firing.due;
          }
          if (firing.outcome == FiringOutcome::missed) BOOST_TEST((s.now - firing.first > s.catchup_window));
        }
        BOOST_TEST((firing.due <= s.now));
        if (firing.outcome == FiringOutcome::started) {
          if (s.overlap != Overlap::allow) BOOST_TEST(!s.running);
          s.running = true;
          ++started;
        }
      }
      if (s.overlap != Overlap::allow) BOOST_TEST(started <= 1);
      const auto due = table.next(s.dealt_with);
      bounded = due && *due <= s.now;
      if (bounded) BOOST_TEST(!out.empty());
    }
    BOOST_TEST(put_into_buffer - taken_from_buffer == (s.buffered ? 1 : 0));
  }
}

BOOST_AUTO_TEST_SUITE_END()
