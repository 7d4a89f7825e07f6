#include "workflow/date_time.hpp"

#include <charconv>
#include <cstdlib>
#include <limits>

namespace reprise::workflow {
namespace {

constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

// The years 1 to 9999: what four digits can print.
const Time kFirst = from_millis(-62'135'596'800'000);
const Time kLast = from_millis(253'402'300'799'999);

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool take(char c) {
    if (peek() != c || rest_.empty()) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly `count` digits.
  bool digits(std::size_t count, int& out) {
    if (rest_.size() < count) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  // One digit or more, up to 12.
  bool number(std::int64_t& out) {
    std::size_t count = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') ++count;
    if (count == 0 || count > 12) return false;
    std::from_chars(rest_.data(), rest_.data() + count, out);
    rest_.remove_prefix(count);
    return true;
  }
  // What follows a decimal point, in milliseconds, rounded down.
  bool fraction(std::int64_t& milliseconds) {
    std::size_t count = 0;
    std::int64_t unit = 100;
    milliseconds = 0;
    while (count < rest_.size() && rest_[count] >= '0' && rest_[count] <= '9') {
      milliseconds += (rest_[count] - '0') * unit;
      unit /= 10;
      ++count;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }

 private:
  std::string_view rest_;
};

void append_padded(std::string& out, std::int64_t number, int width) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  for (auto length = end - buffer; length < width; ++length) out += '0';
  out.append(buffer, end);
}

// The fraction as Python prints it: microseconds, or nothing.
void append_micros(std::string& out, std::int64_t milliseconds) {
  if (milliseconds == 0) return;
  out += '.';
  append_padded(out, milliseconds, 3);
  out += "000";
}

void append_local(std::string& out, const DateTime& moment, char between) {
  const std::int64_t local = local_millis(moment);
  std::int64_t of_day = local % kDay;
  if (of_day < 0) of_day += kDay;
  append_date(out, local - of_day);
  out += between;
  append_clock(out, of_day);
}

void append_offset(std::string& out, std::int16_t offset_minutes) {
  const int minutes = std::abs(static_cast<int>(offset_minutes));
  out += offset_minutes < 0 ? '-' : '+';
  append_padded(out, minutes / 60, 2);
  out += ':';
  append_padded(out, minutes % 60, 2);
}

bool read_offset(Reader& reader, DateTime& out) {
  if (reader.done()) {
    out.naive = true;
    return true;
  }
  if (reader.take('Z') || reader.take('z')) return reader.done();
  const bool negative = reader.peek() == '-';
  if (!reader.take('+') && !reader.take('-')) return false;
  int hours = 0;
  int minutes = 0;
  if (!reader.digits(2, hours)) return false;
  if (!reader.done() && (reader.take(':'), !reader.digits(2, minutes))) return false;
  if (hours > 23 || minutes > 59 || !reader.done()) return false;
  out.offset_minutes = static_cast<std::int16_t>((negative ? -1 : 1) * (hours * 60 + minutes));
  return true;
}

std::optional<Duration> parse_clock(Reader reader) {
  const bool negative = reader.take('-');
  std::int64_t hours = 0;
  int minutes = 0;
  int seconds = 0;
  std::int64_t milliseconds = 0;
  if (!reader.number(hours) || !reader.take(':') || !reader.digits(2, minutes)) return std::nullopt;
  if (reader.take(':') && !reader.digits(2, seconds)) return std::nullopt;
  if (reader.take('.') && !reader.fraction(milliseconds)) return std::nullopt;
  if (!reader.done() || minutes > 59 || seconds > 59 || hours > 100'000'000) return std::nullopt;
  const std::int64_t total = hours * kHour + minutes * kMinute + seconds * kSecond + milliseconds;
  return Duration{negative ? -total : total};
}

}  // namespace

std::optional<DateTime> parse_date_time(std::string_view text) {
  Reader reader(text);
  int year = 0, month = 0, day = 0;
  if (!reader.digits(4, year) || !reader.take('-') || !reader.digits(2, month) || !reader.take('-') ||
      !reader.digits(2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || year == 0) return std::nullopt;
  DateTime out;
  int hour = 0, minute = 0, second = 0;
  std::int64_t milliseconds = 0;
  if (reader.done()) {
    out.naive = true;
  } else {
    if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return std::nullopt;
    if (!reader.digits(2, hour) || !reader.take(':') || !reader.digits(2, minute)) return std::nullopt;
    if (reader.take(':')) {
      if (!reader.digits(2, second)) return std::nullopt;
      if (reader.take('.') && !reader.fraction(milliseconds)) return std::nullopt;
    }
    if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
    if (!read_offset(reader, out)) return std::nullopt;
  }
  const auto days = std::chrono::sys_days{date}.time_since_epoch().count();
  out.utc = from_millis(days * kDay + hour * kHour + minute * kMinute + second * kSecond + milliseconds -
                        out.offset_minutes * kMinute);
  if (out.utc < kFirst || out.utc > kLast) return std::nullopt;
  return out;
}

DateTime from_local(std::int64_t milliseconds, const DateTime& like) {
  DateTime out = like;
  if (like.zone != 0) out.offset_minutes = offset_of_local(like.zone, from_millis(milliseconds));
  out.utc = from_millis(milliseconds - out.offset_minutes * kMinute);
  return out;
}

bool in_calendar(std::int64_t utc_milliseconds) {
  return utc_milliseconds >= to_millis(kFirst) + kDay && utc_milliseconds < to_millis(kLast) - kDay;
}

void append_date(std::string& out, std::int64_t day_milliseconds) {
  std::int64_t of_day = day_milliseconds % kDay;
  if (of_day < 0) of_day += kDay;
  const std::chrono::sys_days day{std::chrono::days{(day_milliseconds - of_day) / kDay}};
  const std::chrono::year_month_day date{day};
  append_padded(out, static_cast<int>(date.year()), 4);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_padded(out, static_cast<unsigned>(date.day()), 2);
}

void append_clock(std::string& out, std::int64_t of_day) {
  append_padded(out, of_day / kHour, 2);
  out += ':';
  append_padded(out, of_day / kMinute % 60, 2);
  out += ':';
  append_padded(out, of_day / kSecond % 60, 2);
  append_micros(out, of_day % kSecond);
}

std::optional<std::int64_t> parse_clock_time(std::string_view text) {
  Reader reader(text);
  std::int64_t parts[3] = {0, 0, 0};
  // As strptime reads them: one digit will do.
  for (std::size_t i = 0; i < 3; ++i) {
    if (i == 2 && reader.done()) break;
    if (i > 0 && !reader.take(':')) return std::nullopt;
    int digits = 0;
    for (; digits < 2 && reader.peek() >= '0' && reader.peek() <= '9'; ++digits) {
      parts[i] = parts[i] * 10 + (reader.peek() - '0');
      reader.take(reader.peek());
    }
    if (digits == 0) return std::nullopt;
  }
  if (!reader.done() || parts[0] > 23 || parts[1] > 59 || parts[2] > 59) return std::nullopt;
  return parts[0] * kHour + parts[1] * kMinute + parts[2] * kSecond;
}

std::optional<Duration> parse_duration(std::string_view text) {
  Reader reader(text);
  if (text.find(':') != text.npos) return parse_clock(reader);
  const bool negative = reader.take('-');
  if (!reader.take('P')) return std::nullopt;
  std::int64_t total = 0;
  bool in_time = false;
  bool any = false;
  // Units come in this order, each at most once.
  struct Unit {
    char letter;
    bool time;
    std::int64_t milliseconds;
  };
  constexpr Unit units[] = {
      {'W', false, 7 * kDay}, {'D', false, kDay}, {'H', true, kHour}, {'M', true, kMinute}, {'S', true, kSecond}};
  std::size_t next = 0;
  while (!reader.done()) {
    if (!in_time && reader.take('T')) {
      in_time = true;
      if (reader.done()) return std::nullopt;
      continue;
    }
    std::int64_t count = 0;
    std::int64_t fraction = 0;
    if (!reader.number(count)) return std::nullopt;
    const bool fractional = reader.take('.');
    if (fractional && !reader.fraction(fraction)) return std::nullopt;
    while (next < std::size(units) && (units[next].time != in_time || units[next].letter != reader.peek())) ++next;
    if (next == std::size(units) || !reader.take(units[next].letter)) return std::nullopt;
    const std::int64_t unit = units[next++].milliseconds;
    if (count > std::numeric_limits<std::int64_t>::max() / 16 / unit) return std::nullopt;
    total += count * unit + fraction * (unit / kSecond);
    any = true;
  }
  if (!any) return std::nullopt;
  return Duration{negative ? -total : total};
}

void append_iso(std::string& out, const DateTime& moment, bool z_for_utc) {
  append_local(out, moment, 'T');
  if (moment.naive) return;
  if (z_for_utc && moment.offset_minutes == 0) {
    out += 'Z';
  } else {
    append_offset(out, moment.offset_minutes);
  }
}

void append_iso(std::string& out, Duration span) {
  std::int64_t rest = span.count();
  if (rest == 0) {
    out += "PT0S";
    return;
  }
  if (rest < 0) {
    out += '-';
    rest = -rest;
  }
  out += 'P';
  const auto part = [&out, &rest](std::int64_t unit, char letter) {
    if (rest < unit) return;
    append_padded(out, rest / unit, 1);
    out += letter;
    rest %= unit;
  };
  part(kDay, 'D');
  if (rest == 0) return;
  out += 'T';
  part(kHour, 'H');
  part(kMinute, 'M');
  if (rest == 0) return;
  append_padded(out, rest / kSecond, 1);
  append_micros(out, rest % kSecond);
  out += 'S';
}

void append_text(std::string& out, const DateTime& moment) {
  append_local(out, moment, ' ');
  if (!moment.naive) append_offset(out, moment.offset_minutes);
}

void append_text(std::string& out, Duration span) {
  // Days are rounded down, so that what follows is never negative: -1 day, 23:59:00.
  std::int64_t days = span.count() / kDay;
  std::int64_t rest = span.count() % kDay;
  if (rest < 0) {
    rest += kDay;
    --days;
  }
  if (days != 0) {
    append_padded(out, days, 1);
    out += days == 1 || days == -1 ? " day, " : " days, ";
  }
  append_padded(out, rest / kHour, 1);
  out += ':';
  append_padded(out, rest / kMinute % 60, 2);
  out += ':';
  append_padded(out, rest / kSecond % 60, 2);
  append_micros(out, rest % kSecond);
}

}  // namespace reprise::workflow
