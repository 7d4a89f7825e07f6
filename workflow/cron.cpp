#include "workflow/cron.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <string>
#include <vector>

namespace reprise::workflow {
namespace {

using namespace std::chrono;

constexpr std::size_t kLongest = 1000;    // bytes of an expression
constexpr int kYearsLookedThrough = 400;  // after which the calendar repeats itself
const Time kLast = from_millis(253'402'300'799'000);

struct FieldKind {
  std::string_view name;
  std::uint32_t low, high;
  std::string_view names;  // three letters each, from `low` on; empty: none
  bool day = false;        // may be `?`
};
constexpr FieldKind kSecond{"the second", 0, 59, {}};
constexpr FieldKind kMinute{"the minute", 0, 59, {}};
constexpr FieldKind kHour{"the hour", 0, 23, {}};
constexpr FieldKind kDay{"the day of the month", 1, 31, {}, true};
constexpr FieldKind kMonth{"the month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"};
constexpr FieldKind kWeekday{"the day of the week", 0, 7, "SUNMONTUEWEDTHUFRISAT", true};

struct Macro {
  std::string_view name, meaning;
};
constexpr std::array kMacros{
    Macro{"@yearly", "0 0 1 1 *"}, Macro{"@annually", "0 0 1 1 *"}, Macro{"@monthly", "0 0 1 * *"},
    Macro{"@weekly", "0 0 * * 0"}, Macro{"@daily", "0 0 * * *"},    Macro{"@midnight", "0 0 * * *"},
    Macro{"@hourly", "0 * * * *"},
};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 40;
  std::string out = "'";
  for (const char c : text.substr(0, kMost)) out += c >= ' ' && c <= '~' ? c : '?';
  return out += text.size() > kMost ? "...'" : "'";
}

tl::unexpected<Error> refused(const FieldKind& kind, std::string_view found, std::string_view expected) {
  std::string detail(kind.name);
  detail.append(" is ").append(shown(found)).append(", expected ").append(expected);
  return fail(errc::invalid, std::move(detail));
}

std::string expected_values(const FieldKind& kind) {
  std::string out = "a number from " + std::to_string(kind.low) + " to " + std::to_string(kind.high);
  if (!kind.names.empty()) {
    out.append(" or a name from ").append(kind.names.substr(0, 3)).append(" to ");
    out.append(kind.names.substr(kind.names.size() - 3));
  }
  return out;
}

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.size() > 4) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> value_of(const FieldKind& kind, std::string_view text) {
  if (const auto value = number(text)) {
    if (*value < kind.low || *value > kind.high) return std::nullopt;
    return value;
  }
  if (text.size() != 3) return std::nullopt;
  for (std::size_t i = 0; i + 3 <= kind.names.size(); i += 3) {
    const auto same = [&](std::size_t n) { return upper(text[n]) == kind.names[i + n]; };
    if (same(0) && same(1) && same(2)) return kind.low + static_cast<std::uint32_t>(i / 3);
  }
  return std::nullopt;
}

// One element of a field's list, as bits.
Expected<std::uint64_t> element_of(const FieldKind& kind, std::string_view text) {
  std::string_view range = text;
  std::uint32_t step = 1;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    range = text.substr(0, slash);
    const auto given = number(text.substr(slash + 1));
    if (!given || *given == 0) return refused(kind, text, "a step of 1 or more after the slash");
    step = *given;
  }
  std::uint32_t low = kind.low;
  std::uint32_t high = kind.high;
  // Sunday has two numbers: once is enough.
  if (&kind == &kWeekday) high = 6;
  if (range != "*" && !(kind.day && range == "?" && slash == std::string_view::npos)) {
    const std::size_t dash = range.find('-');
    const auto first = value_of(kind, range.substr(0, dash));
    if (!first) return refused(kind, text, expected_values(kind));
    low = *first;
    if (dash != std::string_view::npos) {
      auto last = value_of(kind, range.substr(dash + 1));
      if (!last) return refused(kind, text, expected_values(kind));
      if (&kind == &kWeekday && *last == 0 && low > 0) last = 7;  // FRI-SUN
      if (*last < low) return refused(kind, text, "a range from the lower to the higher value");
      high = *last;
    } else if (slash == std::string_view::npos) {
      high = low;
    } else {
      high = std::max(high, low);
    }
  }
  std::uint64_t bits = 0;
  for (std::uint32_t value = low; value <= high; value += step) bits |= std::uint64_t{1} << value;
  return bits;
}

Expected<std::uint64_t> field_of(const FieldKind& kind, std::string_view text) {
  std::uint64_t bits = 0;
  for (std::string_view rest = text;;) {
    const std::size_t comma = rest.find(',');
    auto element = element_of(kind, rest.substr(0, comma));
    if (!element) return element;
    bits |= *element;
    if (comma == std::string_view::npos) return bits;
    rest.remove_prefix(comma + 1);
  }
}

std::vector<std::string_view> words(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::vector<std::string_view> out;
  while (out.size() < 8) {
    const std::size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) break;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(kSpace), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

bool restricted(std::string_view field) { return field.front() != '*' && field != "?"; }

// The lowest value at or after `from` that is named; -1: none.
int at_or_after(std::uint64_t bits, unsigned from) {
  if (from > 63) return -1;
  const std::uint64_t rest = bits >> from << from;
  return rest == 0 ? -1 : std::countr_zero(rest);
}

}  // namespace

Expected<Cron> Cron::parse(std::string_view text) {
  if (text.size() > kLongest) return fail(errc::invalid, "a cron expression has at most 1000 bytes");
  auto fields = words(text);
  if (fields.size() == 1 && fields[0].front() == '@') {
    const auto macro = std::find_if(kMacros.begin(), kMacros.end(), [&](const Macro& known) {
      return std::equal(known.name.begin(), known.name.end(), fields[0].begin(), fields[0].end(),
                        [](char a, char b) { return upper(a) == upper(b); });
    });
    if (macro == kMacros.end()) {
      return fail(errc::invalid,
                  shown(fields[0]) + " is not known, expected @yearly, @monthly, @weekly, @daily or @hourly");
    }
    fields = words(macro->meaning);
  }
  if (fields.size() != 5 && fields.size() != 6) {
    return fail(errc::invalid,
                "a cron expression has five fields (minute, hour, day of the month, month, day of the week), or six "
                "with the second in front; found " +
                    (fields.size() > 6 ? std::string("more") : std::to_string(fields.size())));
  }
  Cron cron;
  std::size_t at = 0;
  if (fields.size() == 6) {
    const auto seconds = field_of(kSecond, fields[at++]);
    if (!seconds) return tl::unexpected(seconds.error());
    cron.seconds_ = *seconds;
  }
  const std::array kinds{&kMinute, &kHour, &kDay, &kMonth, &kWeekday};
  std::array<std::uint64_t, 5> bits{};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto field = field_of(*kinds[i], fields[at + i]);
    if (!field) return tl::unexpected(field.error());
    bits[i] = *field;
  }
  cron.minutes_ = bits[0];
  cron.hours_ = static_cast<std::uint32_t>(bits[1]);
  cron.days_ = static_cast<std::uint32_t>(bits[2]);
  cron.months_ = static_cast<std::uint16_t>(bits[3]);
  cron.weekdays_ = static_cast<std::uint8_t>((bits[4] | bits[4] >> 7) & 0x7f);
  cron.either_day_ = restricted(fields[at + 2]) && restricted(fields[at + 4]);
  if (!cron.next_on_clock(Time{})) {
    return fail(errc::invalid, "the expression " + shown(text) + " names a day that never comes");
  }
  return cron;
}

bool Cron::names_day(year_month_day date) const {
  const bool day = (days_ >> static_cast<unsigned>(date.day()) & 1u) != 0;
  const bool weekday_named = (weekdays_ >> weekday{sys_days{date}}.c_encoding() & 1u) != 0;
  return either_day_ ? day || weekday_named : day && weekday_named;
}

std::optional<Time> Cron::next_on_clock(Time local) const {
  const auto from = floor<seconds>(local) + seconds{1};
  sys_days day = floor<days>(from);
  const hh_mm_ss clock{from - day};
  auto hour = static_cast<unsigned>(clock.hours().count());
  auto minute = static_cast<unsigned>(clock.minutes().count());
  auto second = static_cast<unsigned>(clock.seconds().count());
  const sys_days end = day + days{366 * kYearsLookedThrough};
  while (day < end && day <= floor<days>(kLast)) {
    const year_month_day date{day};
    if ((months_ >> static_cast<unsigned>(date.month()) & 1u) == 0) {
      day = sys_days{(date.year() / date.month() + months{1}) / 1};
      hour = minute = second = 0;
      continue;
    }
    if (names_day(date)) {
      // What the clock shows later on this day; a carry begins the smaller fields again.
      int s = at_or_after(seconds_, second);
      if (s < 0) ++minute;
      int m = at_or_after(minutes_, minute);
      if (m < 0) ++hour;
      const int h = at_or_after(hours_, hour);
      if (h >= 0) {
        if (m < 0 || static_cast<unsigned>(h) > hour) m = at_or_after(minutes_, 0);
        const bool later = static_cast<unsigned>(h) != hour || static_cast<unsigned>(m) != minute || s < 0;
        if (later) s = at_or_after(seconds_, 0);
        return Time{day + hours{h} + minutes{m} + seconds{s}};
      }
    }
    day += days{1};
    hour = minute = second = 0;
  }
  return std::nullopt;
}

std::optional<Time> Cron::next(Time after, ZoneId zone) const {
  // Times of the clock come in the order of their instants, so the first whose instant is later is the one. Those that
  // the clock shows for the second time are passed over: at most as many as it was put back by.
  Time local = clock_at(zone, after);
  while (const auto shown_next = next_on_clock(local)) {
    const Time instant = instant_of_clock(zone, *shown_next);
    if (instant > after) return instant;
    local = *shown_next;
  }
  return std::nullopt;
}

}  // namespace reprise::workflow
