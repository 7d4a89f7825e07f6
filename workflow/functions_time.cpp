// FN: date-times and durations: made, converted, read and written. Whatever takes a date-time also takes its ISO text.
#include <cmath>
#include <string>

#include "workflow/date_format.hpp"
#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

bool here(Evaluation& e, std::string_view name, bool naive, Value& out) {
  if (e.scope() == nullptr) return e.fail("FN." + std::string(name) + " has no value in a constant");
  out = Value::of(DateTime{e.scope()->now(), 0, naive});
  return true;
}
bool now(Evaluation& e, Arguments, Value& out) { return here(e, "now", true, out); }
bool utcnow(Evaluation& e, Arguments, Value& out) { return here(e, "utcnow", false, out); }

std::int64_t day_of(std::int64_t local_milliseconds) {
  constexpr std::int64_t day = 86'400'000;
  const std::int64_t of_day = local_milliseconds % day;
  return local_milliseconds - of_day - (of_day < 0 ? day : 0);
}

bool today(Evaluation& e, Arguments, Value& out) {
  if (e.scope() == nullptr) return e.fail("FN.today has no value in a constant");
  out = Value::date(day_of(to_millis(e.scope()->now())));
  return true;
}

bool datetime(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "datetime", a};
  std::int64_t parts[6] = {0, 0, 0, 0, 0, 0};
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!arguments.integer(i, parts[i])) return false;
    if (parts[i] < 0 || parts[i] > 9999) return arguments.refuse(i, "a part of a date and time");
  }
  CalendarTime time;
  time.year = static_cast<int>(parts[0]);
  time.month = static_cast<int>(parts[1]);
  time.day = static_cast<int>(parts[2]);
  time.hour = static_cast<int>(parts[3]);
  time.minute = static_cast<int>(parts[4]);
  time.second = static_cast<int>(parts[5]);
  std::int64_t local = 0;
  if (!to_local_millis(time, local) || !in_calendar(local)) {
    return e.fail("FN.datetime: the arguments must be a date and a time that there are");
  }
  out = Value::of(DateTime{from_millis(local), 0, true});
  return true;
}

bool unit_of(const ArgumentReader& arguments, std::size_t index, bool& milliseconds) {
  std::string_view unit = "s";
  if (arguments.has(index) && !arguments.text(index, unit)) return false;
  milliseconds = unit == "ms";
  return milliseconds || unit == "s" || arguments.refuse(index, "'s' or 'ms'");
}

bool to_timestamp(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "to_timestamp", a};
  DateTime when;
  bool milliseconds = false;
  if (!arguments.moment(0, when) || !unit_of(arguments, 1, milliseconds)) return false;
  out = Value::of(to_millis(when.utc) / (milliseconds ? 1 : 1000));
  return true;
}

bool from_timestamp(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "from_timestamp", a};
  bool in_milliseconds = false;
  if (!a[0].is_numeric()) return arguments.refuse(0, "a number");
  if (!unit_of(arguments, 1, in_milliseconds)) return false;
  const double milliseconds = std::floor(a[0].number() * (in_milliseconds ? 1.0 : 1000.0));
  if (!(std::fabs(milliseconds) < 9e15) || !in_calendar(static_cast<std::int64_t>(milliseconds))) {
    return arguments.refuse(0, "a time within the years 1 to 9999");
  }
  out = Value::of(DateTime{from_millis(static_cast<std::int64_t>(milliseconds)), 0, false});
  return true;
}

bool to_isoformat(Evaluation& e, Arguments a, Value& out) {
  std::string text;
  if (a[0].is(Type::date) || a[0].is(Type::clock)) {
    append_text(text, a[0]);
    return e.text(text, out);
  }
  DateTime when;
  if (!ArgumentReader{e, "to_isoformat", a}.moment(0, when)) return false;
  append_iso(text, when, false);
  return e.text(text, out);
}

// The same instant as the clocks of a zone show it.
Value in_zone(const DateTime& when, ZoneId zone) {
  return Value::of(DateTime{when.utc, offset_at(zone, when.utc), false, zone});
}

bool to_datetime(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "to_datetime", a};
  ZoneId zone = 0;
  if (!arguments.zone(1, zone)) return false;
  DateTime when;
  if (a[0].is_integral()) {
    Value moment;
    if (!from_timestamp(e, a.first(1), moment)) return false;
    when = moment.moment();
  } else if (a[0].is(Type::date) || (!a[0].is(Type::moment) && !a[0].is(Type::string))) {
    return arguments.refuse(0, "a date-time, its ISO 8601 text or whole seconds");
  } else if (!arguments.moment(0, when)) {
    return false;
  }
  out = zone == 0 ? Value::of(when) : in_zone(when, zone);
  return true;
}

bool set_timezone(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "set_timezone", a};
  DateTime when;
  ZoneId zone = 0;
  if (!arguments.moment(0, when) || !arguments.zone(1, zone)) return false;
  if (zone == 0) return arguments.refuse(1, "the name of a time zone, such as 'Europe/Berlin'");
  out = in_zone(when, zone);
  return true;
}

bool unset_timezone(Evaluation& e, Arguments a, Value& out) {
  DateTime when;
  if (!ArgumentReader{e, "unset_timezone", a}.moment(0, when)) return false;
  out = Value::of(DateTime{from_millis(local_millis(when)), 0, true});
  return true;
}

bool parse_datetime(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "parse_datetime", a};
  std::string_view text, format;
  DateTime when;
  if (!arguments.text(0, text) || !arguments.text(1, format) || !parse_strptime(e, text, format, when)) return false;
  out = Value::of(when);
  return true;
}

bool format_datetime(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "format_datetime", a};
  Value value = a[0];
  DateTime when;
  std::string_view format;
  if (!value.is(Type::date) && !value.is(Type::clock)) {
    if (!arguments.moment(0, when)) return false;
    value = Value::of(when);
  }
  std::string text;
  return arguments.text(1, format) && append_strftime(e, value, format, text) && e.text(text, out);
}

bool parse_time(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "parse_time", a};
  std::string_view text;
  if (!arguments.text(0, text)) return false;
  const auto parsed = parse_clock_time(text);
  if (!parsed) return arguments.refuse(0, "a time as HH:MM:SS or HH:MM");
  out = Value::clock(*parsed);
  return true;
}

bool to_time(Evaluation& e, Arguments a, Value& out) {
  DateTime when;
  if (!ArgumentReader{e, "to_time", a}.moment(0, when)) return false;
  const std::int64_t local = local_millis(when);
  out = Value::clock(local - day_of(local));
  return true;
}

template <std::int64_t unit>
bool span_of(Evaluation& e, Arguments a, Value& out) {
  if (!a[0].is_numeric()) return e.fail("argument 1 must be a number, found " + describe(a[0]));
  const double milliseconds = std::nearbyint(a[0].number() * static_cast<double>(unit));
  if (!(std::fabs(milliseconds) < 9e15)) {
    return e.fail("argument 1 must give a duration of less than 285,000 years, found " + describe(a[0]));
  }
  out = Value::of(Duration{static_cast<std::int64_t>(milliseconds)});
  return true;
}

constexpr Function kTimeFunctions[] = {
    {"datetime", 3, 6, datetime},
    {"days", 1, 1, span_of<86'400'000>},
    {"format_datetime", 2, 2, format_datetime},
    {"from_timestamp", 1, 2, from_timestamp},
    {"hours", 1, 1, span_of<3'600'000>},
    {"minutes", 1, 1, span_of<60'000>},
    {"now", 0, 0, now},
    {"parse_datetime", 2, 2, parse_datetime},
    {"parse_time", 1, 1, parse_time},
    {"seconds", 1, 1, span_of<1'000>},
    {"set_timezone", 2, 2, set_timezone, true},
    {"to_datetime", 1, 2, to_datetime, true},
    {"to_isoformat", 1, 1, to_isoformat},
    {"to_time", 1, 1, to_time},
    {"to_timestamp", 1, 2, to_timestamp},
    {"today", 0, 0, today},
    {"unset_timezone", 1, 1, unset_timezone},
    {"utcnow", 0, 0, utcnow},
    {"weeks", 1, 1, span_of<604'800'000>},
};

}  // namespace

std::span<const Function> time_functions() { return kTimeFunctions; }

}  // namespace reprise::workflow
