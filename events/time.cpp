#include "events/time.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace reprise {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

// The first and the last instant that four digits of a year can tell.
constexpr Time kFirst = sys_days{std::chrono::year{0} / 1 / 1};
constexpr Time kLast = Time{sys_days{std::chrono::year{9999} / 12 / 31}} + days{1} - Duration{1};

void put_digits(char* at, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    at[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

// The text of a second up to the fraction's point. Events of one moment share it, so the last one is kept.
struct SecondText {
  seconds second = seconds::min();
  std::array<char, 20> text{};

  void set(seconds s) {
    second = s;
    const auto day = floor<days>(s);
    const year_month_day date{sys_days{day}};
    const auto of_day = static_cast<unsigned>((s - day).count());
    text = {'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0', '0', ':', '0', '0', ':', '0', '0', '.'};
    put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
    put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
    put_digits(&text[11], of_day / 3600, 2);
    put_digits(&text[14], of_day / 60 % 60, 2);
    put_digits(&text[17], of_day % 60, 2);
  }
};

// Reads text from the left; every step tells whether the text went on as expected.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return false;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  bool one_of(std::string_view set) {
    if (rest_.empty() || set.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // The digits after the point, cut to milliseconds.
  bool fraction(int& millis) {
    std::size_t count = 0;
    millis = 0;
    for (int scale = 100; count < rest_.size() && is_digit(rest_[count]); ++count, scale /= 10) {
      millis += (rest_[count] - '0') * scale;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_end() const { return rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view rest_;
};

// What follows the time of day: `Z`, or an offset from UTC.
std::optional<std::chrono::minutes> parse_offset(Scanner& in) {
  if (in.one_of("Zz")) return std::chrono::minutes{0};
  const int sign = in.peek() == '-' ? -1 : 1;
  int hours = 0, minutes = 0;
  if (!in.one_of("+-") || !in.digits(2, hours) || !in.one_of(":") || !in.digits(2, minutes)) return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  return std::chrono::minutes{sign * (hours * 60 + minutes)};
}

}  // namespace

void append_time(std::string& out, Time t) {
  static thread_local SecondText last;
  t = std::clamp(t, kFirst, kLast);
  const auto second = floor<seconds>(t.time_since_epoch());
  if (second != last.second) last.set(second);
  std::array<char, 24> text;
  std::memcpy(text.data(), last.text.data(), last.text.size());
  put_digits(&text[20], static_cast<unsigned>((t.time_since_epoch() - second).count()), 3);
  text[23] = 'Z';
  out.append(text.data(), text.size());
}

std::string to_string(Time t) {
  std::string out;
  append_time(out, t);
  return out;
}

std::optional<Time> parse_time(std::string_view text) {
  Scanner in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
  if (!in.digits(4, year) || !in.one_of("-") || !in.digits(2, month) || !in.one_of("-") || !in.digits(2, day)) {
    return std::nullopt;
  }
  if (!in.one_of("Tt ") || !in.digits(2, hour) || !in.one_of(":") || !in.digits(2, minute) || !in.one_of(":") ||
      !in.digits(2, second)) {
    return std::nullopt;
  }
  if (in.one_of(".") && !in.fraction(millis)) return std::nullopt;
  const auto offset = parse_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;

  const year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                            std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const Time minute_start = Time{sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} - *offset;
  // A leap second stands at the end of a UTC day; our clock has none, so it becomes the instant after it.
  if (second == 60) {
    if (floor<days>(minute_start + std::chrono::minutes{1}) != minute_start + std::chrono::minutes{1}) {
      return std::nullopt;
    }
    millis = 0;
  }
  const Time t = minute_start + seconds{second} + Duration{millis};
  if (t < kFirst || t > kLast) return std::nullopt;
  return t;
}

}  // namespace reprise
