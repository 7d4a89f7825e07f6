#include "workflow/firings.hpp"

#include <algorithm>

namespace reprise::workflow {
namespace {

using events::FiringOutcome;
using events::Overlap;

bool too_late(const FiringSituation& situation, Time due) {
  const Duration allowed =
      std::max(situation.catchup_window, due >= situation.awake_since ? kWatchedGrace : Duration{0});
  return situation.now - due > allowed;
}

FiringOutcome outcome_of(const FiringSituation& situation, Time due) {
  if (too_late(situation, due)) return FiringOutcome::missed;
  if (situation.overlap == Overlap::allow || !situation.running) return FiringOutcome::started;
  if (situation.overlap == Overlap::buffer_one && !situation.buffered) return FiringOutcome::buffered;
  return FiringOutcome::overlapped;
}

bool gathered(FiringOutcome outcome) {
  return outcome == FiringOutcome::missed || outcome == FiringOutcome::overlapped;
}

}  // namespace

std::vector<Firing> firings_due(const Timetable& table, FiringSituation situation) {
  std::vector<Firing> out;
  if (situation.buffered && !situation.running) {
    out.push_back({*situation.buffered, FiringOutcome::started, *situation.buffered, 1});
    situation.buffered.reset();
    situation.running = true;
  }
  for (std::uint32_t times = 0; times < kMostTimesOfLook; ++times) {
    const auto due = table.next(situation.dealt_with);
    if (!due || *due > situation.now) break;
    const FiringOutcome outcome = outcome_of(situation, *due);
    if (gathered(outcome) && !out.empty() && out.back().outcome == outcome) {
      out.back().due = *due;
      ++out.back().count;
    } else {
      if (out.size() == kMostFirings) break;
      out.push_back({*due, outcome, *due, 1});
    }
    if (outcome == FiringOutcome::started) situation.running = true;
    if (outcome == FiringOutcome::buffered) situation.buffered = *due;
    situation.dealt_with = *due;
  }
  return out;
}

}  // namespace reprise::workflow
