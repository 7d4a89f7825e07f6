// The actor of one attempt that the server itself carries out (core.http_request): makes the call, brings its outcome
// to the execution, drops the call when it is no longer wanted.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace reprise::actors {

struct Services;

struct TaskActorState {
  static inline const char* name = "task";
  Services* services = nullptr;
  std::uint64_t call = 0;
  bool calling = false;
};

TaskActor::behavior_type task_actor(TaskActor::stateful_pointer<TaskActorState> self, Services* services,
                                    ExecutionActor execution, std::uint32_t task, std::uint32_t attempt,
                                    std::shared_ptr<HttpCall> call);

}  // namespace reprise::actors
