#include "workflow/date_format.hpp"

#include <array>
#include <cstdlib>

namespace reprise::workflow {
namespace {

constexpr std::int64_t kDay = 86'400'000;

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                       "Friday", "Saturday", "Sunday"};

void append_number(std::string& out, int number, std::size_t width, char fill = '0') {
  const std::string digits = std::to_string(number);
  if (digits.size() < width) out.append(width - digits.size(), fill);
  out += digits;
}

struct IsoWeek {
  int year, week;
};
IsoWeek iso_week(const CalendarTime& t) {
  // The week belongs to the year of its Thursday.
  const int thursday = t.year_day - t.weekday + 3;
  const bool leap = std::chrono::year{t.year}.is_leap();
  const int days = leap ? 366 : 365;
  if (thursday > days) return {t.year + 1, 1};
  if (thursday >= 1) return {t.year, (thursday - 1) / 7 + 1};
  const int before = std::chrono::year{t.year - 1}.is_leap() ? 366 : 365;
  return {t.year - 1, (thursday + before - 1) / 7 + 1};
}

class Formatter {
 public:
  Formatter(const Value& value, std::string& out) : out_(out) {
    if (value.is(Type::moment)) moment_ = value.moment();
    if (value.is(Type::clock)) {
      time_ = calendar_time(value.integer());
      time_.year = 1900;
      time_.weekday = 0;
    } else {
      time_ = calendar_time(value.is(Type::moment) ? local_millis(moment_) : value.integer());
    }
    zoned_ = value.is(Type::moment) && !moment_.naive;
  }

  void run(std::string_view format, int depth = 0) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%' || i + 1 == format.size()) {
        out_ += format[i];
      } else if (!code(format[++i], depth)) {
        out_ += '%';
        out_ += format[i];
      }
    }
  }

 private:
  bool code(char c, int depth) {
    const CalendarTime& t = time_;
    switch (c) {
      case 'a': out_ += weekday_name(t.weekday).substr(0, 3); return true;
      case 'A': out_ += weekday_name(t.weekday); return true;
      case 'w': append_number(out_, (t.weekday + 1) % 7, 1); return true;
      case 'u': append_number(out_, t.weekday + 1, 1); return true;
      case 'd': append_number(out_, t.day, 2); return true;
      case 'e': append_number(out_, t.day, 2, ' '); return true;
      case 'h':
      case 'b': out_ += month_name(t.month).substr(0, 3); return true;
      case 'B': out_ += month_name(t.month); return true;
      case 'm': append_number(out_, t.month, 2); return true;
      case 'y': append_number(out_, t.year % 100, 2); return true;
      case 'C': append_number(out_, t.year / 100, 2); return true;
      case 'Y': append_number(out_, t.year, 1); return true;
      case 'H': append_number(out_, t.hour, 2); return true;
      case 'k': append_number(out_, t.hour, 2, ' '); return true;
      case 'I': append_number(out_, (t.hour + 11) % 12 + 1, 2); return true;
      case 'l': append_number(out_, (t.hour + 11) % 12 + 1, 2, ' '); return true;
      case 'p': out_ += t.hour < 12 ? "AM" : "PM"; return true;
      case 'P': out_ += t.hour < 12 ? "am" : "pm"; return true;
      case 'M': append_number(out_, t.minute, 2); return true;
      case 'S': append_number(out_, t.second, 2); return true;
      case 'f':
        append_number(out_, t.millisecond, 3);
        out_ += "000";
        return true;
      case 'j': append_number(out_, t.year_day, 3); return true;
      case 'U': append_number(out_, (t.year_day - 1 + 7 - (t.weekday + 1) % 7) / 7, 2); return true;
      case 'W': append_number(out_, (t.year_day - 1 + 7 - t.weekday) / 7, 2); return true;
      case 'G': append_number(out_, iso_week(t).year, 1); return true;
      case 'V': append_number(out_, iso_week(t).week, 2); return true;
      case 'z': offset(); return true;
      case 'Z': zone(); return true;
      case 's': out_ += std::to_string(to_millis(moment_.utc) / 1000); return true;
      case 'n': out_ += '\n'; return true;
      case 't': out_ += '\t'; return true;
      case '%': out_ += '%'; return true;
      default: break;
    }
    constexpr std::array<std::pair<char, std::string_view>, 8> composed = {{{'c', "%a %b %e %H:%M:%S %Y"},
                                                                            {'x', "%m/%d/%y"},
                                                                            {'X', "%H:%M:%S"},
                                                                            {'D', "%m/%d/%y"},
                                                                            {'F', "%Y-%m-%d"},
                                                                            {'T', "%H:%M:%S"},
                                                                            {'R', "%H:%M"},
                                                                            {'r', "%I:%M:%S %p"}}};
    for (const auto& [name, format] : composed) {
      if (name != c || depth > 0) continue;
      run(format, 1);
      return true;
    }
    return false;
  }

  void offset() {
    if (!zoned_) return;
    const int minutes = std::abs(static_cast<int>(moment_.offset_minutes));
    out_ += moment_.offset_minutes < 0 ? '-' : '+';
    append_number(out_, minutes / 60, 2);
    append_number(out_, minutes % 60, 2);
  }

  void zone() {
    if (!zoned_) return;
    if (moment_.zone != 0) {
      out_ += abbreviation_at(moment_.zone, moment_.utc);
      return;
    }
    out_ += "UTC";
    if (moment_.offset_minutes == 0) return;
    const int minutes = std::abs(static_cast<int>(moment_.offset_minutes));
    out_ += moment_.offset_minutes < 0 ? '-' : '+';
    append_number(out_, minutes / 60, 2);
    out_ += ':';
    append_number(out_, minutes % 60, 2);
  }

  std::string& out_;
  DateTime moment_;
  CalendarTime time_;
  bool zoned_ = false;
};

}  // namespace

CalendarTime calendar_time(std::int64_t local) {
  std::int64_t of_day = local % kDay;
  if (of_day < 0) of_day += kDay;
  const std::chrono::sys_days day{std::chrono::days{(local - of_day) / kDay}};
  const std::chrono::year_month_day date{day};
  CalendarTime out;
  out.year = static_cast<int>(date.year());
  out.month = static_cast<int>(static_cast<unsigned>(date.month()));
  out.day = static_cast<int>(static_cast<unsigned>(date.day()));
  out.hour = static_cast<int>(of_day / 3'600'000);
  out.minute = static_cast<int>(of_day / 60'000 % 60);
  out.second = static_cast<int>(of_day / 1000 % 60);
  out.millisecond = static_cast<int>(of_day % 1000);
  out.weekday = static_cast<int>(std::chrono::weekday{day}.iso_encoding()) - 1;
  out.year_day = static_cast<int>((day - std::chrono::sys_days{date.year() / std::chrono::January / 1}).count()) + 1;
  return out;
}

bool to_local_millis(const CalendarTime& t, std::int64_t& out) {
  if (t.year < 1 || t.year > 9999 || t.month < 1 || t.day < 1 || t.hour < 0 || t.hour > 23 || t.minute < 0 ||
      t.minute > 59 || t.second < 0 || t.second > 59) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year{t.year}, std::chrono::month{static_cast<unsigned>(t.month)},
                                         std::chrono::day{static_cast<unsigned>(t.day)}};
  if (!date.ok()) return false;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  out = days * kDay + t.hour * std::int64_t{3'600'000} + t.minute * 60'000 + t.second * 1000 + t.millisecond;
  return true;
}

std::string_view month_name(int month) { return kMonths[static_cast<std::size_t>(month - 1)]; }
std::string_view weekday_name(int weekday) { return kWeekdays[static_cast<std::size_t>(weekday)]; }

bool append_strftime(Evaluation& evaluation, const Value& value, std::string_view format, std::string& out) {
  // No code gives more than 24 characters.
  if (!evaluation.spend(format.size() / 8) || !evaluation.fits(out.size() + format.size() * 12)) return false;
  Formatter(value, out).run(format);
  return true;
}

}  // namespace reprise::workflow
