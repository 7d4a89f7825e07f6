// strptime.
#include <array>

#include "workflow/date_format.hpp"

namespace reprise::workflow {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }
bool space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Parser {
 public:
  Parser(Evaluation& evaluation, std::string_view text, std::string_view format)
      : evaluation_(evaluation), whole_(text), rest_(text), format_(format) {}

  bool run(DateTime& out) {
    if (!directives(format_, 0)) {
      return evaluation_.fail("the text must fit the format '" + shown(format_) + "', found '" + shown(whole_) + "'" +
                              reason_);
    }
    if (!rest_.empty()) return evaluation_.fail("the text goes on after its format: '" + shown(rest_) + "'");
    return finish(out);
  }

 private:
  static std::string shown(std::string_view text) { return std::string(text.substr(0, 60)); }

  bool directives(std::string_view format, int depth) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      const char c = format[i];
      if (space(c)) {
        if (rest_.empty() || !space(rest_[0])) return false;
        while (!rest_.empty() && space(rest_[0])) rest_.remove_prefix(1);
      } else if (c != '%') {
        if (rest_.empty() || lower(rest_[0]) != lower(c)) return false;
        rest_.remove_prefix(1);
      } else if (++i == format.size()) {
        reason_ = "; a format does not end with a single %";
        return false;
      } else if (!directive(format[i], depth)) {
        return false;
      }
    }
    return true;
  }

  static char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

  bool directive(char c, int depth) {
    switch (c) {
      case 'Y': return number(4, 4, time_.year) && (has_year_ = true);
      case 'G': return number(4, 4, iso_year_);
      case 'm': return number(1, 2, time_.month) && within(time_.month, 1, 12) && (has_month_ = true);
      case 'd': return spaced_number(time_.day) && within(time_.day, 1, 31);
      case 'H': return number(1, 2, time_.hour) && within(time_.hour, 0, 23);
      case 'I': return number(1, 2, hour12_) && within(hour12_, 1, 12);
      case 'M': return number(1, 2, time_.minute) && within(time_.minute, 0, 59);
      case 'S': return number(1, 2, time_.second) && within(time_.second, 0, 61);
      case 'j': return number(1, 3, year_day_) && within(year_day_, 1, 366);
      case 'U': return number(1, 2, sunday_week_) && within(sunday_week_, 0, 53);
      case 'W': return number(1, 2, monday_week_) && within(monday_week_, 0, 53);
      case 'V': return number(1, 2, iso_week_) && within(iso_week_, 1, 53);
      case 'u': return number(1, 1, weekday_) && within(weekday_, 1, 7) && (--weekday_, true);
      case 'w': return number(1, 1, weekday_) && within(weekday_, 0, 6) && (weekday_ = (weekday_ + 6) % 7, true);
      case 'y': return number(2, 2, time_.year) && (time_.year += time_.year <= 68 ? 2000 : 1900, has_year_ = true);
      case 'f': return fraction();
      case 'p': return half_of_day();
      case 'z': return offset();
      case 'Z': return zone_name();
      case 'A': return name(7, weekday_name, 0, false, weekday_);
      case 'a': return name(7, weekday_name, 0, true, weekday_);
      case 'B': return name(12, month_name, 1, false, time_.month) && (has_month_ = true);
      case 'b': return name(12, month_name, 1, true, time_.month) && (has_month_ = true);
      case '%': return !rest_.empty() && rest_[0] == '%' && (rest_.remove_prefix(1), true);
      case 'c': return depth == 0 && directives("%a %b %d %H:%M:%S %Y", 1);
      case 'x': return depth == 0 && directives("%m/%d/%y", 1);
      case 'X': return depth == 0 && directives("%H:%M:%S", 1);
      default: reason_ = "; %" + std::string(1, c) + " is no code of a format that is read"; return false;
    }
  }

  static bool within(int number, int least, int most) { return number >= least && number <= most; }

  bool number(std::size_t least, std::size_t most, int& out) {
    std::size_t count = 0;
    int value = 0;
    while (count < most && count < rest_.size() && digit(rest_[count])) value = value * 10 + (rest_[count++] - '0');
    if (count < least) return false;
    rest_.remove_prefix(count);
    out = value;
    return true;
  }

  bool spaced_number(int& out) {
    if (rest_.size() > 1 && rest_[0] == ' ' && digit(rest_[1])) {
      rest_.remove_prefix(1);
      return number(1, 1, out);
    }
    return number(1, 2, out);
  }

  bool fraction() {
    std::size_t count = 0;
    int value = 0;
    for (; count < 6 && count < rest_.size() && digit(rest_[count]); ++count) {
      if (count < 3) value = value * 10 + (rest_[count] - '0');
    }
    if (count == 0) return false;
    for (std::size_t i = count; i < 3; ++i) value *= 10;
    time_.millisecond = value;
    rest_.remove_prefix(count);
    return true;
  }

  bool word(std::string_view expected) {
    if (rest_.size() < expected.size()) return false;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      if (lower(rest_[i]) != lower(expected[i])) return false;
    }
    rest_.remove_prefix(expected.size());
    return true;
  }

  bool name(int count, std::string_view (*names)(int), int first, bool shortened, int& out) {
    for (int i = first; i < first + count; ++i) {
      if (!word(shortened ? names(i).substr(0, 3) : names(i))) continue;
      out = i;
      return true;
    }
    return false;
  }

  bool half_of_day() {
    if (word("AM")) {
      half_ = 0;
    } else if (word("PM")) {
      half_ = 12;
    } else {
      return false;
    }
    return true;
  }

  bool offset() {
    zoned_ = true;
    if (word("Z")) return true;
    if (rest_.empty() || (rest_[0] != '+' && rest_[0] != '-')) return false;
    const bool negative = rest_[0] == '-';
    rest_.remove_prefix(1);
    int hours = 0, minutes = 0, seconds = 0;
    if (!number(2, 2, hours)) return false;
    const bool colon = word(":");
    if (!number(2, 2, minutes) || hours > 23 || minutes > 59) return false;
    if (colon ? word(":") && !number(2, 2, seconds) : false) return false;
    offset_minutes_ = (negative ? -1 : 1) * (hours * 60 + minutes);
    return true;
  }

  // As in Python the name says nothing about the offset.
  bool zone_name() { return word("UTC") || word("GMT"); }

  bool finish(DateTime& out) {
    if (hour12_ >= 0) time_.hour = hour12_ % 12 + half_;
    if (time_.second > 59)
      return evaluation_.fail("the second must be in 0 to 59, found " + std::to_string(time_.second));
    std::int64_t local = 0;
    if (!resolve_day() || !to_local_millis(time_, local) || !in_calendar(local)) {
      return evaluation_.fail("there is no such day: '" + shown(whole_) + "'");
    }
    DateTime zone;
    zone.naive = !zoned_;
    zone.offset_minutes = static_cast<std::int16_t>(offset_minutes_);
    out = from_local(local, zone);
    return true;
  }

  // A day of the year, or a weekday in a week, in place of month and day.
  bool resolve_day() {
    using namespace std::chrono;
    const auto set = [this](sys_days day) {
      const year_month_day date{day};
      time_.year = static_cast<int>(date.year());
      time_.month = static_cast<int>(static_cast<unsigned>(date.month()));
      time_.day = static_cast<int>(static_cast<unsigned>(date.day()));
      return true;
    };
    if (iso_year_ >= 0 || iso_week_ >= 0) {
      if (iso_year_ < 1 || iso_week_ < 0 || weekday_ < 0) return false;  // all three are needed
      const sys_days fourth = sys_days{year{iso_year_} / January / 4};
      const int of_week = static_cast<int>(weekday{fourth}.iso_encoding()) - 1;
      return set(fourth + days{(iso_week_ - 1) * 7 - of_week + weekday_});
    }
    if (has_month_ || !has_year_ || time_.year < 1) return true;
    const sys_days first = sys_days{year{time_.year} / January / 1};
    if (year_day_ > 0) {
      return (year_day_ <= 365 || year{time_.year}.is_leap()) && set(first + days{year_day_ - 1});
    }
    const int week = sunday_week_ >= 0 ? sunday_week_ : monday_week_;
    if (week < 0 || weekday_ < 0) return true;
    const int start = static_cast<int>(weekday{first}.iso_encoding()) - 1;  // Monday is 0
    const int shift = sunday_week_ >= 0 ? 1 : 0;
    const int of_first = (start + shift) % 7;
    return set(first + days{(week - 1) * 7 + (of_first == 0 ? 0 : 7 - of_first) + (weekday_ + shift) % 7});
  }

  Evaluation& evaluation_;
  std::string_view whole_, rest_, format_;
  std::string reason_;
  CalendarTime time_;
  int hour12_ = -1, half_ = 0, year_day_ = -1, weekday_ = -1;
  int sunday_week_ = -1, monday_week_ = -1, iso_week_ = -1, iso_year_ = -1;
  int offset_minutes_ = 0;
  bool has_year_ = false, has_month_ = false, zoned_ = false;
};

}  // namespace

bool parse_strptime(Evaluation& evaluation, std::string_view text, std::string_view format, DateTime& out) {
  return evaluation.spend((text.size() + format.size()) / 16) && Parser(evaluation, text, format).run(out);
}

}  // namespace reprise::workflow
