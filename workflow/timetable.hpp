// When a schedule fires: a cron expression by the clocks of a time zone, or every so often from the instant on at which
// the schedule was put.
#pragma once

#include <optional>
#include <string_view>

#include "events/error.hpp"
#include "events/event.hpp"
#include "workflow/cron.hpp"

namespace reprise::workflow {

inline constexpr Duration kShortestEvery = std::chrono::seconds(1);
inline constexpr Duration kLongestSpan = std::chrono::hours(24 * 366 * 10);  // of `every` and catchup_window

// A span as a schedule names it: "90s", "5m", "1h30m", "2d" (units ms, s, m, h, d, w, the largest first or not),
// ISO 8601 as in "PT5M", or H:MM:SS. Nothing else.
std::optional<Duration> parse_span(std::string_view text);

class Timetable {
 public:
  // `put_at`: when the event happened. Errors: errc::invalid, the sentence names the member (cron, every, timezone).
  static Expected<Timetable> make(const events::SchedulePut& put, Time put_at);

  // The first instant after `after`; nothing past the year 9999.
  std::optional<Time> next(Time after) const;

 private:
  std::optional<Cron> cron_;  // none: every_
  ZoneId zone_ = 0;
  Duration every_{0};
  Time from_{};
};

}  // namespace reprise::workflow
