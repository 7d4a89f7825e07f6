// Date-times, dates and durations as people write them in definitions: wider than events/time.hpp, which knows RFC 3339
// only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"

namespace reprise::workflow {

// A date-time with what was said about its zone. `utc` is the instant; a naive one counts as UTC.
struct DateTime {
  Time utc{};
  std::int16_t offset_minutes = 0;
  bool naive = false;
};

// ISO 8601: YYYY-MM-DD, YYYY-MM-DD[T ]HH:MM[:SS[.fraction]] with Z, an offset, or none (naive). Nothing else.
std::optional<DateTime> parse_date_time(std::string_view text);

// The instant that a `wait_until` names: an ISO form as above, in UTC unless it says otherwise.
std::optional<Time> parse_wait_until(std::string_view text);

// ISO 8601 durations (P1DT2H, PT5M, PT0.5S; no years and months, which have no fixed length) and [-]H:MM:SS[.fraction].
std::optional<Duration> parse_duration(std::string_view text);

// JSON form: 2024-01-01T00:00:00Z in UTC, +01:00 elsewhere, no suffix when naive; the fraction only when there is one.
void append_iso(std::string& out, const DateTime& moment, bool z_for_utc = true);
void append_iso(std::string& out, Duration span);  // PT5M, P1DT2H
// Text form, Python's str(): 2024-01-01 00:00:00+00:00 and 1 day, 0:05:00.
void append_text(std::string& out, const DateTime& moment);
void append_text(std::string& out, Duration span);

}  // namespace reprise::workflow
