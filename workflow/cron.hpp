// Cron expressions: which seconds of the clock they name.
//
//   [second] minute hour day-of-month month day-of-week
//
// five fields, or six with the seconds in front. A field is `*` (or `?` for a day), a number, a name (JAN-DEC, SUN-SAT,
// any case), a range a-b, either of the last two with a step (a-b/n, */n, a/n: from a on), or a list of these. Sunday
// is 0 and 7. Where both days are restricted, either is enough; a day field that begins with `*` restricts nothing by
// itself, so both must fit. Also @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/error.hpp"
#include "events/time.hpp"
#include "workflow/time_zone.hpp"

namespace reprise::workflow {

class Cron {
 public:
  // Errors: errc::invalid; the sentence names the field, what was found and what is expected. An expression that names
  // no day of any year is refused too.
  static Expected<Cron> parse(std::string_view text);

  // The first time the clock shows after `local` that the expression names; both as if the clock showed UTC. Nothing
  // past the year 9999.
  std::optional<Time> next_on_clock(Time local) const;

  // The first firing after `after` by the clocks of the zone (0: UTC). Each time on the clock fires once: one that the
  // clocks skip fires at the instant they jump, one that they show twice fires the first time.
  std::optional<Time> next(Time after, ZoneId zone) const;

  bool operator==(const Cron&) const = default;

 private:
  bool names_day(std::chrono::year_month_day date) const;

  // A bit for each value that is named.
  std::uint64_t seconds_ = 1, minutes_ = 0;
  std::uint32_t hours_ = 0, days_ = 0;
  std::uint16_t months_ = 0;
  std::uint8_t weekdays_ = 0;
  bool either_day_ = false;  // day of the month or day of the week, instead of both
};

}  // namespace reprise::workflow
