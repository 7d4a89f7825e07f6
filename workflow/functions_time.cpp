// FN: date-times and durations. Whatever takes a date-time also takes its ISO text.
#include <cmath>
#include <string>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

bool moment(Evaluation& e, std::string_view name, Arguments a, DateTime& out) {
  if (a[0].is(Type::moment)) {
    out = a[0].moment();
    return true;
  }
  if (a[0].is(Type::string)) {
    if (const auto parsed = parse_date_time(a[0].text())) {
      out = *parsed;
      return true;
    }
  }
  return ArgumentReader{e, name, a}.refuse(0, "a date-time or its ISO 8601 text");
}

bool here(Evaluation& e, std::string_view name, bool naive, Value& out) {
  if (e.scope() == nullptr) return e.fail("FN." + std::string(name) + " has no value in a constant");
  out = Value::of(DateTime{e.scope()->now(), 0, naive});
  return true;
}
bool now(Evaluation& e, Arguments, Value& out) { return here(e, "now", true, out); }
bool utcnow(Evaluation& e, Arguments, Value& out) { return here(e, "utcnow", false, out); }

bool to_timestamp(Evaluation& e, Arguments a, Value& out) {
  DateTime when;
  std::string_view unit = "s";
  if (!moment(e, "to_timestamp", a, when)) return false;
  const ArgumentReader arguments{e, "to_timestamp", a};
  if (arguments.has(1) && !arguments.text(1, unit)) return false;
  if (unit != "s" && unit != "ms") return arguments.refuse(1, "'s' or 'ms'");
  const std::int64_t milliseconds = to_millis(when.utc);
  const std::int64_t seconds = milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0);
  out = Value::of(unit == "s" ? seconds : milliseconds);
  return true;
}

bool from_timestamp(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "from_timestamp", a};
  std::string_view unit = "s";
  if (!a[0].is_numeric()) return arguments.refuse(0, "a number");
  if (arguments.has(1) && !arguments.text(1, unit)) return false;
  if (unit != "s" && unit != "ms") return arguments.refuse(1, "'s' or 'ms'");
  const double milliseconds = std::floor(a[0].number() * (unit == "s" ? 1000.0 : 1.0));
  if (!(milliseconds > -62'135'510'400'000.0 && milliseconds < 253'402'214'400'000.0)) {
    return arguments.refuse(0, "a time within the years 1 to 9999");
  }
  out = Value::of(DateTime{from_millis(static_cast<std::int64_t>(milliseconds)), 0, false});
  return true;
}

bool to_isoformat(Evaluation& e, Arguments a, Value& out) {
  DateTime when;
  if (!moment(e, "to_isoformat", a, when)) return false;
  std::string text;
  append_iso(text, when, false);
  return e.text(text, out);
}

bool to_datetime(Evaluation& e, Arguments a, Value& out) {
  if (a[0].is_numeric()) return from_timestamp(e, a, out);
  DateTime when;
  if (!moment(e, "to_datetime", a, when)) return false;
  out = Value::of(when);
  return true;
}

template <std::int64_t unit>
bool span_of(Evaluation& e, Arguments a, Value& out) {
  if (!a[0].is_numeric()) return e.fail("a number of time units is needed, found " + describe(a[0]));
  const double milliseconds = std::nearbyint(a[0].number() * static_cast<double>(unit));
  if (!(std::fabs(milliseconds) < 9e15)) return e.fail("a duration that is too long: " + describe(a[0]));
  out = Value::of(Duration{static_cast<std::int64_t>(milliseconds)});
  return true;
}

constexpr Function kTable[] = {
    {"days", 1, 1, span_of<86'400'000>},
    {"from_timestamp", 1, 2, from_timestamp},
    {"hours", 1, 1, span_of<3'600'000>},
    {"minutes", 1, 1, span_of<60'000>},
    {"now", 0, 0, now},
    {"seconds", 1, 1, span_of<1'000>},
    {"to_datetime", 1, 1, to_datetime},
    {"to_isoformat", 1, 1, to_isoformat},
    {"to_timestamp", 1, 2, to_timestamp},
    {"utcnow", 0, 0, utcnow},
    {"weeks", 1, 1, span_of<604'800'000>},
};

}  // namespace

std::span<const Function> time_functions() { return kTable; }

}  // namespace reprise::workflow
