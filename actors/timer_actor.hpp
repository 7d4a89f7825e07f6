// All timers of the engine: the soonest in memory, all of them as rows. One pending wake-up.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <set>
#include <unordered_map>

#include "actors/interfaces.hpp"
#include "actors/read_trouble.hpp"

namespace reprise::actors {

struct Services;

class TimerState {
 public:
  static inline const char* name = "timers";

  void attach(TimerActor::pointer self, Services* services);
  void arm(const std::vector<storage::TimerKey>& timers);
  void disarm(const std::vector<storage::TimerKey>& timers);
  void put_off(const PutOffTimer& message);
  void loaded(const TimersLoaded& message);
  void tick(std::uint64_t generation);

 private:
  void insert(const storage::TimerKey& key);
  void read_on();
  bool reached_horizon() const;
  void count(Time now);
  void fire(const storage::TimerKey& key);
  void schedule_wake_up();

  TimerActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  std::set<storage::TimerKey> window_;  // the soonest timers; all that are armed when `complete_`
  bool complete_ = false;               // the store holds no timer that is not in the window
  storage::TimerKey horizon_{};         // otherwise: the window holds every timer up to here
  bool reading_ = false;
  ReadTrouble trouble_{"timers"};
  std::unordered_map<ExecutionId, Duration, UuidHash> unreadable_;  // the pause before the next try; bounded
  std::uint64_t generation_ = 0;
  Time wake_up_{};  // when the pending tick comes; epoch: none pending
};

TimerActor::behavior_type timer_actor(TimerActor::stateful_pointer<TimerState> self, Services* services);

}  // namespace reprise::actors
