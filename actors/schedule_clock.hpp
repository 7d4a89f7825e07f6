// The schedule actor: tells when the schedules have to look at the clock. One pending wake-up.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace reprise::actors {

struct Services;

class ScheduleClockState {
 public:
  static inline const char* name = "schedules";
  void attach(ScheduleClock::pointer self, Services* services);
  void due(Time at);
  void tick(std::uint64_t generation);

 private:
  ScheduleClock::pointer self_ = nullptr;
  Services* services_ = nullptr;
  Time at_{};  // epoch: nothing is due
  std::uint64_t generation_ = 0;
};

ScheduleClock::behavior_type schedule_clock(ScheduleClock::stateful_pointer<ScheduleClockState> self,
                                            Services* services);

}  // namespace reprise::actors
