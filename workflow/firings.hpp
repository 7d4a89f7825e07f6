// What a schedule does at an instant: which of its due times start a run, and what becomes of the others. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "events/event.hpp"
#include "workflow/timetable.hpp"

namespace reprise::workflow {

// What is known when the clock is looked at.
struct FiringSituation {
  events::Overlap overlap = events::Overlap::skip;
  Duration catchup_window{0};
  Time dealt_with{};             // every due time up to here has its event
  std::optional<Time> buffered;  // a due time that waits for the open run to end
  bool running = false;          // a run of this schedule has not ended
  Time awake_since{};            // since when somebody has watched the clock without a break
  Time now{};
};

// Of the outcomes only started, overlapped, buffered and missed. Several times in a row that are overlapped or missed
// make one firing: `due` is the last of them.
struct Firing {
  Time due;
  events::FiringOutcome outcome = events::FiringOutcome::started;
  Time first{};             // the first of them
  std::uint32_t count = 1;  // how many
  bool operator==(const Firing&) const = default;
};

inline constexpr std::size_t kMostFirings = 100;           // of one look at the clock
inline constexpr std::uint32_t kMostTimesOfLook = 10'000;  // due times of one look

// How late a time may be dealt with while somebody watches (a busy machine, a store that recovers), whatever the
// catch-up window says. A time that nobody watched for has the window alone.
inline constexpr Duration kWatchedGrace = std::chrono::minutes(1);

// The firings up to `now`, in order; those that one look cannot take are left for the next: it is due at once.
std::vector<Firing> firings_due(const Timetable& table, FiringSituation situation);

}  // namespace reprise::workflow
