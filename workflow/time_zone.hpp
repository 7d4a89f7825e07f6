// Time zones by their names (Europe/Berlin), from the system's database.
//
// The one thing in workflow/ that comes from outside: the whole database is read once, by load_time_zones(), and never
// again. The parser calls it when an expression names a function that takes a zone, so that no evaluation reads a file.
// Offsets lie in results, and results are recorded: a newer database changes no replay.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/time.hpp"

namespace reprise::workflow {

using ZoneId = std::uint16_t;  // 0: no named zone

void load_time_zones();
ZoneId find_zone(std::string_view name);  // 0: there is no such zone
std::string_view zone_name(ZoneId zone);

std::int16_t offset_at(ZoneId zone, Time utc);  // minutes, rounded for the odd times before 1900
// The offset of what the clocks show, as if `local` were UTC. A time that they show twice is the first one; for one
// that they skip, the offset before the change counts.
std::int16_t offset_of_local(ZoneId zone, Time local);

// What the clocks show at an instant, as if it were UTC, and the first instant at which they show it: for a time that
// they skip, the instant at which they jump over it. To the second, also for the odd offsets. Zone 0: UTC.
Time clock_at(ZoneId zone, Time utc);
Time instant_of_clock(ZoneId zone, Time local);

std::string_view abbreviation_at(ZoneId zone, Time utc);  // CET

}  // namespace reprise::workflow
