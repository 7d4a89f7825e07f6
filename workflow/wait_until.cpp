#include "workflow/wait_until.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "workflow/date_time.hpp"

namespace reprise::workflow {
namespace {

using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr double kMostMillis = 4e14;  // more than all of the calendar
const Time kFirst = from_millis(-62'135'596'800'000);
const Time kLast = from_millis(253'402'300'799'999);

// Words of letters, words of digits (with points and colons inside), nothing else.
struct Word {
  std::string text;
  bool digits = false;
};

bool is_digit_or_mark(char c) { return (c >= '0' && c <= '9') || c == '.' || c == ':'; }

bool split(std::string_view text, std::vector<Word>& out) {
  constexpr std::size_t kMostBytes = 200;
  if (text.size() > kMostBytes) return false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool abbreviated = c == '.' && !out.empty() && !out.back().digits;  // a.m.
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || abbreviated) {
      ++at;
      continue;
    }
    const bool digits = c >= '0' && c <= '9';
    if (!digits && ((c | 0x20) < 'a' || (c | 0x20) > 'z')) return false;
    Word& word = out.emplace_back();
    word.digits = digits;
    for (; at < text.size(); ++at) {
      const char next = text[at];
      if (digits ? !is_digit_or_mark(next) : ((next | 0x20) < 'a' || (next | 0x20) > 'z')) break;
      word.text += digits ? next : static_cast<char>(next | 0x20);
    }
  }
  return true;
}

enum class Unit { millisecond, second, minute, hour, day, week, month, year };

struct UnitName {
  std::string_view name;
  Unit unit;
};
// With and without the plural's s.
constexpr UnitName kUnits[] = {{"millisecond", Unit::millisecond},
                               {"ms", Unit::millisecond},
                               {"second", Unit::second},
                               {"sec", Unit::second},
                               {"s", Unit::second},
                               {"minute", Unit::minute},
                               {"min", Unit::minute},
                               {"m", Unit::minute},
                               {"hour", Unit::hour},
                               {"hr", Unit::hour},
                               {"h", Unit::hour},
                               {"day", Unit::day},
                               {"d", Unit::day},
                               {"week", Unit::week},
                               {"wk", Unit::week},
                               {"w", Unit::week},
                               {"month", Unit::month},
                               {"year", Unit::year},
                               {"yr", Unit::year}};

std::optional<Unit> unit_of(std::string_view word) {
  for (const UnitName& each : kUnits) {
    if (word == each.name) return each.unit;
    if (each.name.size() > 1 && each.name != "ms" && word.size() == each.name.size() + 1 && word.back() == 's' &&
        word.starts_with(each.name)) {
      return each.unit;
    }
  }
  return std::nullopt;
}

double millis_of(Unit unit) {
  switch (unit) {
    case Unit::millisecond: return 1;
    case Unit::second: return kSecond;
    case Unit::minute: return kMinute;
    case Unit::hour: return kHour;
    case Unit::day: return kDay;
    case Unit::week: return 7 * kDay;
    case Unit::month:
    case Unit::year: break;
  }
  return 0;
}

std::optional<double> count_of(std::string_view word) {
  constexpr std::string_view kNumbers[] = {"zero",  "one",   "two",  "three", "four",   "five",  "six",
                                           "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  if (word == "a" || word == "an") return 1;
  const auto found = std::find(std::begin(kNumbers), std::end(kNumbers), word);
  if (found == std::end(kNumbers)) return std::nullopt;
  return static_cast<double>(found - std::begin(kNumbers));
}

std::optional<int> weekday_of(std::string_view word) {
  constexpr std::string_view kNames[] = {"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"};
  constexpr std::string_view kShort[] = {"sun", "mon",  "tue",  "wed",  "thu",  "fri",
                                         "sat", "tues", "weds", "thur", "thurs"};
  constexpr int kOfShort[] = {0, 1, 2, 3, 4, 5, 6, 2, 3, 4, 4};
  for (int i = 0; i < 7; ++i) {
    if (word == kNames[i]) return i;
  }
  for (std::size_t i = 0; i < std::size(kShort); ++i) {
    if (word == kShort[i]) return kOfShort[i];
  }
  return std::nullopt;
}

struct Span {
  std::int64_t months = 0;
  double milliseconds = 0;
};

class Reader {
 public:
  Reader(const std::vector<Word>& words, Time now) : words_(words), now_(to_millis(now)) {}

  std::optional<std::int64_t> read() {
    if (take("now")) return when_done(now_);
    if (words_.size() == 2 && words_[0].text == "next") {
      if (const auto unit = unit_of(words_[1].text); unit && *unit >= Unit::hour) {
        Span one;
        add(1, *unit, one);
        return moved(one, 1);
      }
    }
    if (auto out = span()) return out;
    next_ = 0;
    return moment();
  }

 private:
  bool done() const { return next_ == words_.size(); }
  const std::string& word(std::size_t ahead = 0) const {
    static const std::string none;
    return next_ + ahead < words_.size() ? words_[next_ + ahead].text : none;
  }
  bool take(std::string_view text) {
    if (done() || word() != text) return false;
    ++next_;
    return true;
  }
  std::optional<std::int64_t> when_done(std::int64_t time) const { return done() ? std::optional(time) : std::nullopt; }

  static bool add(double count, Unit unit, Span& out) {
    if (unit < Unit::month) {
      out.milliseconds += count * millis_of(unit);
      return out.milliseconds <= kMostMillis;
    }
    constexpr std::int64_t kMostMonths = 120'000;
    const double months = unit == Unit::year ? count * 12 : count;
    if (months != std::floor(months) || months > double{kMostMonths}) return false;
    out.months += static_cast<std::int64_t>(months);
    return out.months <= kMostMonths;
  }

  // "half an hour", "an hour", "5 minutes", "1h": one part of a span.
  bool part(Span& out) {
    double count = 0;
    if (take("half")) {
      if (!take("a") && !take("an")) return false;
      count = 0.5;
    } else if (!done() && words_[next_].digits) {
      const std::string& digits = word();
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), count, std::chars_format::fixed);
      if (error != std::errc{} || end != digits.data() + digits.size() || digits.back() == '.') return false;
      ++next_;
    } else if (const auto named = count_of(word()); named && !done()) {
      count = *named;
      ++next_;
    } else {
      return false;
    }
    const auto unit = unit_of(word());
    if (!unit) return false;
    ++next_;
    return add(count, *unit, out);
  }

  // Parts, and what says whether they lie ahead.
  std::optional<std::int64_t> span() {
    const bool ahead = take("in");
    Span total;
    if (!part(total)) return std::nullopt;
    while (!done()) {
      const std::size_t before = next_;
      take("and");
      if (part(total)) continue;
      next_ = before;
      break;
    }
    if (ahead) return done() ? moved(total, 1) : std::nullopt;
    if (take("from")) return take("now") && done() ? moved(total, 1) : std::nullopt;
    take("ago");
    return done() ? moved(total, -1) : std::nullopt;
  }

  std::optional<std::int64_t> moved(const Span& span, int sign) const {
    std::int64_t time = now_;
    if (span.months != 0) {
      const sys_days today{std::chrono::days{day_number(now_)}};
      const year_month_day date{today};
      const auto month = std::chrono::year_month{date.year(), date.month()} +
                         std::chrono::months{static_cast<int>(span.months) * sign};
      if (!month.ok()) return std::nullopt;
      const auto last = (month / std::chrono::last).day();
      const sys_days day{month / std::min(date.day(), last)};
      time += (day - today).count() * kDay;
    }
    return time + sign * std::llround(span.milliseconds);
  }

  static std::int64_t day_number(std::int64_t time) { return (time >= 0 ? time : time - kDay + 1) / kDay; }

  // A day, a time, or both in either order.
  std::optional<std::int64_t> moment() {
    std::optional<std::int64_t> time = clock();
    bool next = false;
    std::optional<int> weekday;
    std::optional<std::int64_t> days = day_word();
    if (!days) {
      next = take("next");
      if (!next && !take("this")) take("on");
      weekday = weekday_of(word());
      if (weekday) ++next_;
    }
    if (!days && !weekday && next_ != after_clock_) return std::nullopt;
    if (!time) time = clock();
    if (!done() || (!days && !weekday && !time)) return std::nullopt;
    const std::int64_t today = day_number(now_) * kDay;
    if (days) return today + *days * kDay + (time ? *time : now_ - today);
    const std::int64_t of_day = time.value_or(0);
    const bool later_today = today + of_day > now_;
    if (!weekday) return today + of_day + (later_today ? 0 : kDay);
    const std::chrono::weekday now_day{sys_days{std::chrono::days{day_number(now_)}}};
    const int ahead = (*weekday - static_cast<int>(now_day.c_encoding()) + 7) % 7;
    return today + of_day + (ahead == 0 && (next || !later_today) ? 7 : ahead) * kDay;
  }

  std::optional<std::int64_t> day_word() {
    if (take("today")) return 0;
    if (take("tomorrow")) return 1;
    if (take("yesterday")) return -1;
    const std::size_t before = next_;
    take("the");
    if (take("day") && take("after") && take("tomorrow")) return 2;
    next_ = before;
    return std::nullopt;
  }

  // "at 9am", "9:30 pm", "17:00", "noon"; milliseconds of the day. Where it is none, nothing is taken.
  std::optional<std::int64_t> clock() {
    const std::size_t before = next_;
    take("at");
    const auto out = clock_digits();
    if (!out) next_ = before;
    after_clock_ = next_;
    return out;
  }

  std::optional<std::int64_t> clock_digits() {
    if (take("noon") || take("midday")) return 12 * kHour;
    if (take("midnight")) return 0;
    if (done() || !words_[next_].digits) return std::nullopt;
    std::int64_t parts[3] = {0, 0, 0};
    std::size_t count = 0;
    std::string_view rest = word();
    for (; count < 3; ++count) {
      const auto colon = rest.find(':');
      const std::string_view digits = rest.substr(0, colon);
      const bool two = digits.size() == 2 || (digits.size() == 1 && count == 0);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), parts[count]);
      if (!two || error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
      rest = colon == rest.npos ? std::string_view() : rest.substr(colon + 1);
      if (colon == rest.npos || rest.empty()) {
        ++count;
        break;
      }
    }
    if (!rest.empty() || words_[next_].text.back() == ':') return std::nullopt;
    ++next_;
    const bool am = word() == "am" || (word() == "a" && word(1) == "m");
    const bool pm = word() == "pm" || (word() == "p" && word(1) == "m");
    if (am || pm) {
      next_ += word().size() == 2 ? 1 : 2;
      if (parts[0] < 1 || parts[0] > 12) return std::nullopt;
      parts[0] = parts[0] % 12 + (pm ? 12 : 0);
    } else if (count == 1) {
      return std::nullopt;  // a number alone is no time
    }
    if (parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
    return parts[0] * kHour + parts[1] * kMinute + parts[2] * kSecond;
  }

  const std::vector<Word>& words_;
  const std::int64_t now_;
  std::size_t next_ = 0;
  std::size_t after_clock_ = 0;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

std::optional<Time> resolve_wait_until(std::string_view text, Time now) {
  text = trimmed(text);
  if (const auto moment = parse_date_time(text)) return moment->utc;
  std::vector<Word> words;
  if (!split(text, words) || words.empty()) return std::nullopt;
  if (words.size() > 1 && (words.back().text == "utc" || words.back().text == "gmt")) words.pop_back();
  const auto out = Reader(words, now).read();
  if (!out || from_millis(*out) < kFirst || from_millis(*out) > kLast) return std::nullopt;
  return from_millis(*out);
}

}  // namespace reprise::workflow
