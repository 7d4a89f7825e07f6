#include "workflow/time_zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <string>
#include <vector>

namespace reprise::workflow {
namespace {

using Seconds = std::int64_t;

// What holds from `begin` on, in seconds since 1970.
struct Period {
  Seconds begin;
  std::int32_t offset;
  std::uint16_t abbreviation;  // index into the database's list
};

struct Zone {
  std::string name;
  std::vector<Period> periods;  // by begin; the first one begins before every date
};

struct Database {
  std::vector<Zone> zones;  // by name
  std::vector<std::string> abbreviations;
};

constexpr Seconds kDay = 86'400;
constexpr Seconds kYear2037 = 2'114'380'800;  // with this year most files end
constexpr std::size_t kMostPeriods = 2000;
constexpr Seconds kFirst = -62'135'596'800;
constexpr Seconds kLast = 253'402'300'799;

std::uint16_t abbreviation(Database& database, const std::string& text) {
  auto& all = database.abbreviations;
  const auto index = static_cast<std::size_t>(std::find(all.begin(), all.end(), text) - all.begin());
  if (index == all.size()) all.push_back(text);
  return static_cast<std::uint16_t>(index);
}

Zone read(const date::time_zone& source, Database& database) {
  Zone zone;
  zone.name = source.name();
  Seconds at = kFirst;
  while (zone.periods.size() < kMostPeriods) {
    const auto info = source.get_info(date::sys_seconds{std::chrono::seconds{at}});
    zone.periods.push_back({at, static_cast<std::int32_t>(info.offset.count()), abbreviation(database, info.abbrev)});
    const Seconds end = info.end.time_since_epoch().count();
    if (end <= at || end > kLast) break;
    at = end;
  }
  return zone;
}

const Database& database() {
  static const Database all = [] {
    Database out;
    try {
      for (const auto& source : date::get_tzdb().zones) {
        if (out.zones.size() == 0xfffe) break;
        try {
          out.zones.push_back(read(source, out));
        } catch (const std::exception&) {
          // A file that is no zone is not one that can be named.
        }
      }
    } catch (const std::exception&) {
      // Without a database no zone has a name.
    }
    std::sort(out.zones.begin(), out.zones.end(), [](auto& a, auto& b) { return a.name < b.name; });
    return out;
  }();
  return all;
}

// Where the file ends with 2037, the rules of its last year go on: a later date is looked up in a year before its end
// that has the same weekdays and the same length. A file that ends before has no rules to go on, and one that goes on
// by itself (Morocco follows the moon) says it all.
Seconds within_file(const Zone& zone, Seconds at) {
  const Seconds last = zone.periods.back().begin;
  if (at < kYear2037 || last < kYear2037 || last > kYear2037 + 366 * kDay) return at;
  using namespace std::chrono;
  const sys_days day = floor<days>(sys_seconds{seconds{at}});
  const year_month_day date{day};
  const sys_days first = sys_days{date.year() / January / 1};
  for (int candidate = 2036; candidate > 2008; --candidate) {
    const sys_days other = sys_days{year{candidate} / January / 1};
    if (year{candidate}.is_leap() == date.year().is_leap() && weekday{other} == weekday{first}) {
      return at - (first - other).count() * kDay;
    }
  }
  return at;
}

// The period in which `at` lies; as an instant.
const Period& period_at(const Zone& zone, Seconds at) {
  auto after = std::upper_bound(zone.periods.begin(), zone.periods.end(), at,
                                [](Seconds s, const Period& p) { return s < p.begin; });
  if (after != zone.periods.begin()) --after;
  return *after;
}

// The first period in which the clocks show `at`, seconds as if they showed UTC; the one before a gap that skips it.
const Period& period_of_clock(const Zone& zone, Seconds at) {
  // No offset is larger than a day: the period of the day before is a candidate, as is each one up to the day after.
  const Period* period = &period_at(zone, at - kDay);
  const Period* const last = zone.periods.data() + zone.periods.size();
  // The first period that has not ended when the clocks show `at` is the one: it shows it, or a gap follows it.
  while (period + 1 != last && at - period->offset >= (period + 1)->begin &&
         at - (period + 1)->offset >= (period + 1)->begin) {
    ++period;
  }
  return *period;
}

Seconds seconds_of(Time time) { return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count(); }

std::int16_t in_minutes(std::int32_t seconds) {
  return static_cast<std::int16_t>((seconds + (seconds < 0 ? -30 : 30)) / 60);
}

const Zone* zone_of(ZoneId id) {
  const auto& zones = database().zones;
  return id == 0 || id > zones.size() || zones[id - 1u].periods.empty() ? nullptr : &zones[id - 1u];
}

}  // namespace

void load_time_zones() { static_cast<void>(database()); }

ZoneId find_zone(std::string_view name) {
  const auto& zones = database().zones;
  const auto at =
      std::lower_bound(zones.begin(), zones.end(), name, [](const Zone& zone, auto n) { return zone.name < n; });
  if (at == zones.end() || at->name != name || at->periods.empty()) return 0;
  return static_cast<ZoneId>(at - zones.begin() + 1);
}

std::string_view zone_name(ZoneId id) {
  const Zone* zone = zone_of(id);
  return zone == nullptr ? std::string_view() : zone->name;
}

std::int16_t offset_at(ZoneId id, Time utc) {
  const Zone* zone = zone_of(id);
  return zone == nullptr ? std::int16_t{0} : in_minutes(period_at(*zone, within_file(*zone, seconds_of(utc))).offset);
}

std::int16_t offset_of_local(ZoneId id, Time local) {
  const Zone* zone = zone_of(id);
  if (zone == nullptr) return 0;
  return in_minutes(period_of_clock(*zone, within_file(*zone, seconds_of(local))).offset);
}

Time clock_at(ZoneId id, Time utc) {
  const Zone* zone = zone_of(id);
  if (zone == nullptr) return utc;
  return utc + std::chrono::seconds{period_at(*zone, within_file(*zone, seconds_of(utc))).offset};
}

Time instant_of_clock(ZoneId id, Time local) {
  const Zone* zone = zone_of(id);
  if (zone == nullptr) return local;
  const Seconds at = within_file(*zone, seconds_of(local));
  const Period& period = period_of_clock(*zone, at);
  const Period* const next = &period + 1;
  const bool skipped = next != zone->periods.data() + zone->periods.size() && at - period.offset >= next->begin;
  if (!skipped) return local - std::chrono::seconds{period.offset};
  return Time{std::chrono::seconds{next->begin + (seconds_of(local) - at)}};
}

std::string_view abbreviation_at(ZoneId id, Time utc) {
  const Zone* zone = zone_of(id);
  if (zone == nullptr) return {};
  return database().abbreviations[period_at(*zone, within_file(*zone, seconds_of(utc))).abbreviation];
}

}  // namespace reprise::workflow
