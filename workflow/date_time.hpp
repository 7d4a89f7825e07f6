// Date-times, dates and durations as people write them in definitions: wider than events/time.hpp, which knows RFC 3339
// only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"
#include "workflow/time_zone.hpp"

namespace reprise::workflow {

// A date-time with what was said about its zone. `utc` is the instant; a naive one counts as UTC.
struct DateTime {
  Time utc{};
  std::int16_t offset_minutes = 0;
  bool naive = false;
  ZoneId zone = 0;  // the named zone that the offset comes from; 0: none, only an offset is known
};

// What the clocks at the place show, as milliseconds since 1970-01-01T00:00 of the same clocks.
inline std::int64_t local_millis(const DateTime& moment) {
  return to_millis(moment.utc) + std::int64_t{moment.offset_minutes} * 60'000;
}
// The moment at which they show that: its offset, or that of its named zone at that time. `like` says which zone.
DateTime from_local(std::int64_t milliseconds, const DateTime& like);
// Within the years 1 to 9999, with a day to spare for any offset.
bool in_calendar(std::int64_t utc_milliseconds);

// A day or a time of day on no particular day, as milliseconds (since 1970-01-01, since midnight).
void append_date(std::string& out, std::int64_t day_milliseconds);    // 2024-01-01
void append_clock(std::string& out, std::int64_t of_day);             // 09:30:00, with a fraction where there is one
std::optional<std::int64_t> parse_clock_time(std::string_view text);  // HH:MM:SS or HH:MM

// ISO 8601: YYYY-MM-DD, YYYY-MM-DD[T ]HH:MM[:SS[.fraction]] with Z, an offset, or none (naive). Nothing else.
std::optional<DateTime> parse_date_time(std::string_view text);

// ISO 8601 durations (P1DT2H, PT5M, PT0.5S; no years and months, which have no fixed length) and [-]H:MM:SS[.fraction].
std::optional<Duration> parse_duration(std::string_view text);

// JSON form: 2024-01-01T00:00:00Z in UTC, +01:00 elsewhere, no suffix when naive; the fraction only when there is one.
void append_iso(std::string& out, const DateTime& moment, bool z_for_utc = true);
void append_iso(std::string& out, Duration span);  // PT5M, P1DT2H
// Text form, Python's str(): 2024-01-01 00:00:00+00:00 and 1 day, 0:05:00.
void append_text(std::string& out, const DateTime& moment);
void append_text(std::string& out, Duration span);

}  // namespace reprise::workflow
