// Looks after the live executions: puts those to sleep that have been idle, answers waits whose time is up, keeps the
// queues' clocks. Waking is the directory's: it happens with the first command.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace reprise::actors {

struct Services;

class SupervisorState {
 public:
  static inline const char* name = "supervisor";
  void attach(SupervisorActor::pointer self, Services* services);
  void tick();

 private:
  void answer_overdue_waits();
  void put_idle_to_sleep(Time now);

  SupervisorActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  Time next_sweep_{};
};

SupervisorActor::behavior_type supervisor_actor(SupervisorActor::stateful_pointer<SupervisorState> self,
                                                Services* services);

}  // namespace reprise::actors
