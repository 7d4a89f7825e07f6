// The instant that a `wait_until` names, as a function of its text and of the time at which it is asked. Everything is
// in UTC; upper and lower case are the same; "UTC" or "GMT" may stand at the end.
//
// Known forms:
//   ISO 8601        2026-02-23, 2026-02-23T16:30, 2026-02-23 16:30:00.5, with Z or an offset (+01:00); UTC without one
//   now
//   a span          "in 5 minutes", "5 minutes from now", "in 2 hours and 30 minutes", "in 1h30m", "in an hour",
//                   "in half an hour", "in 1.5 days", "in two weeks". Units: milliseconds (ms), seconds (s, sec),
//                   minutes (m, min), hours (h, hr), days (d), weeks (w), months, years. Months and years are those of
//                   the calendar: a month after January 31st is the last day of February.
//   a span ago      "5 minutes ago", and a span alone: "1h" is an hour ago, so there is nothing to wait for
//   next <unit>     "next week": a week from now; hour, day, week, month, year
//   a day           today, tomorrow, yesterday, "the day after tomorrow", alone (the time of day is that of now), or
//                   with a time before or behind it: "tomorrow at 9am", "9am tomorrow", "today at 17:00"
//   a weekday       monday or mon ..., "on monday", "this monday": the next one, which may be today when its time is
//                   still to come; "next monday": never today. With a time as above; alone it is 00:00
//   a time          "9am", "9:30 pm", "at 17:00", "17:00:30", noon (midday), midnight: the next one, today or tomorrow
// Times of day are 0:00 to 23:59:59, or 1 to 12 with am or pm. Nothing else is understood.
#pragma once

#include <optional>
#include <string_view>

#include "events/time.hpp"

namespace reprise::workflow {

// Empty: not understood, or outside of the years 1 to 9999. Whether a text is understood does not depend on `now`, but
// for those bounds.
std::optional<Time> resolve_wait_until(std::string_view text, Time now);

// For sentences of faults: what is understood, in short.
inline constexpr std::string_view kWaitUntilForms =
    "an ISO 8601 date-time such as 2026-02-23T16:30:00Z, or English in UTC such as 'in 5 minutes', 'in 2 hours and 30 "
    "minutes', 'tomorrow at 9am', '9am tomorrow', 'today at 17:00', 'next monday at 10:00', 'noon' or 'midnight'";

}  // namespace reprise::workflow
