// Python's strftime and strptime: dates and times by a format such as %Y-%m-%d %H:%M.
#pragma once

#include <string>
#include <string_view>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

// A day and a time of day, taken apart.
struct CalendarTime {
  int year = 1900;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int millisecond = 0;
  int weekday = 0;   // Monday is 0
  int year_day = 1;  // from 1
};
CalendarTime calendar_time(std::int64_t local_milliseconds);
// Milliseconds since 1970 of what these say, whatever the zone. False: there is no such day or time.
bool to_local_millis(const CalendarTime& time, std::int64_t& out);

std::string_view month_name(int month);      // 1: January
std::string_view weekday_name(int weekday);  // 0: Monday

// `value` is a moment, a date or a clock. An unknown code stays as it stands.
bool append_strftime(Evaluation& evaluation, const Value& value, std::string_view format, std::string& out);

// Naive unless the format has %z. False: the evaluation says what was expected and found.
bool parse_strptime(Evaluation& evaluation, std::string_view text, std::string_view format, DateTime& out);

}  // namespace reprise::workflow
