// FN: what a date-time says: its parts, distances, working hours.
#include <string>

#include "workflow/date_format.hpp"
#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

bool parts(Evaluation& e, std::string_view name, Arguments a, CalendarTime& out) {
  DateTime when;
  if (!ArgumentReader{e, name, a}.moment(0, when)) return false;
  out = calendar_time(local_millis(when));
  return true;
}

template <int CalendarTime::*part>
bool get(Evaluation& e, std::string_view name, Arguments a, Value& out) {
  CalendarTime time;
  if (a[0].is(Type::clock)) {
    time = calendar_time(a[0].integer());
  } else if (!parts(e, name, a, time)) {
    return false;
  }
  out = Value::of(std::int64_t{time.*part});
  return true;
}
bool get_hour(Evaluation& e, Arguments a, Value& out) { return get<&CalendarTime::hour>(e, "get_hour", a, out); }
bool get_minute(Evaluation& e, Arguments a, Value& out) { return get<&CalendarTime::minute>(e, "get_minute", a, out); }
bool get_second(Evaluation& e, Arguments a, Value& out) { return get<&CalendarTime::second>(e, "get_second", a, out); }

bool get_day(Evaluation& e, Arguments a, Value& out) {
  CalendarTime time;
  if (!parts(e, "get_day", a, time)) return false;
  out = Value::of(std::int64_t{time.day});
  return true;
}

bool get_year(Evaluation& e, Arguments a, Value& out) {
  CalendarTime time;
  if (!parts(e, "get_year", a, time)) return false;
  out = Value::of(std::int64_t{time.year});
  return true;
}

// As a number, as a name, or as the first three letters of the name.
bool named(Evaluation& e, std::string_view function, Arguments a, int number, std::string_view name, Value& out) {
  const ArgumentReader arguments{e, function, a};
  std::string_view form = "number";
  if (arguments.has(1) && !arguments.text(1, form)) return false;
  if (form == "number") {
    out = Value::of(std::int64_t{number});
    return true;
  }
  if (form == "full") return e.text(name, out);
  if (form == "short") return e.text(name.substr(0, 3), out);
  return arguments.refuse(1, "'number', 'full' or 'short'");
}

bool get_month(Evaluation& e, Arguments a, Value& out) {
  CalendarTime time;
  return parts(e, "get_month", a, time) && named(e, "get_month", a, time.month, month_name(time.month), out);
}

bool get_day_of_week(Evaluation& e, Arguments a, Value& out) {
  CalendarTime time;
  return parts(e, "get_day_of_week", a, time) &&
         named(e, "get_day_of_week", a, time.weekday, weekday_name(time.weekday), out);
}

// From the first to the second, as a float of the unit.
template <int seconds>
bool between(Evaluation& e, std::string_view name, Arguments a, Value& out) {
  const ArgumentReader arguments{e, name, a};
  DateTime start, end;
  if (!arguments.moment(0, start) || !arguments.moment(1, end)) return false;
  Value distance;
  if (!apply_binary(e, Op::subtract, Value::of(end), Value::of(start), distance)) return false;
  out = Value::of(static_cast<double>(distance.integer()) / 1000.0 / seconds);
  return true;
}
bool seconds_between(Evaluation& e, Arguments a, Value& out) { return between<1>(e, "seconds_between", a, out); }
bool minutes_between(Evaluation& e, Arguments a, Value& out) { return between<60>(e, "minutes_between", a, out); }
bool hours_between(Evaluation& e, Arguments a, Value& out) { return between<3600>(e, "hours_between", a, out); }
bool days_between(Evaluation& e, Arguments a, Value& out) { return between<86400>(e, "days_between", a, out); }
bool weeks_between(Evaluation& e, Arguments a, Value& out) { return between<604800>(e, "weeks_between", a, out); }

// is_working_hours(x, start, end, include_weekends = False, timezone = None); past midnight when start is after end.
bool is_working_hours(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "is_working_hours", a};
  DateTime when;
  bool weekends = false;
  ZoneId zone = 0;
  if (!arguments.moment(0, when) || !arguments.flag(3, weekends) || !arguments.zone(4, zone)) return false;
  std::int64_t bounds[2] = {0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    std::string_view text;
    if (a[i + 1].is(Type::clock)) {
      bounds[i] = a[i + 1].integer();
      continue;
    }
    if (!arguments.text(i + 1, text)) return false;
    const auto parsed = parse_clock_time(text);
    if (!parsed) return arguments.refuse(i + 1, "a time as HH:MM:SS or HH:MM");
    bounds[i] = *parsed;
  }
  if (zone != 0) when = DateTime{when.utc, offset_at(zone, when.utc), false, zone};
  const CalendarTime time = calendar_time(local_millis(when));
  const std::int64_t of_day =
      ((time.hour * 60 + time.minute) * 60 + time.second) * std::int64_t{1000} + time.millisecond;
  const bool after = of_day >= bounds[0];
  const bool before = of_day <= bounds[1];
  const bool open = bounds[0] <= bounds[1] ? after && before : after || before;
  out = Value::of(open && (weekends || time.weekday < 5));
  return true;
}

// Steps of 100 ns since 1601.
bool windows_filetime(Evaluation& e, Arguments a, Value& out) {
  DateTime when;
  if (!ArgumentReader{e, "windows_filetime", a}.moment(0, when)) return false;
  constexpr std::int64_t since_1601 = 11'644'473'600'000;
  out = Value::of((to_millis(when.utc) + since_1601) * 10'000);
  return true;
}

constexpr Function kCalendarFunctions[] = {
    {"days_between", 2, 2, days_between},       {"get_day", 1, 1, get_day},
    {"get_day_of_week", 1, 2, get_day_of_week}, {"get_hour", 1, 1, get_hour},
    {"get_minute", 1, 1, get_minute},           {"get_month", 1, 2, get_month},
    {"get_second", 1, 1, get_second},           {"get_year", 1, 1, get_year},
    {"hours_between", 2, 2, hours_between},     {"is_working_hours", 3, 5, is_working_hours, true},
    {"minutes_between", 2, 2, minutes_between}, {"seconds_between", 2, 2, seconds_between},
    {"weeks_between", 2, 2, weeks_between},     {"windows_filetime", 1, 1, windows_filetime},
};

}  // namespace

std::span<const Function> calendar_functions() { return kCalendarFunctions; }

}  // namespace reprise::workflow
