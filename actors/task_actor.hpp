// The actor of one attempt that the server itself carries out (core.http_request, core.http_poll): makes the call,
// again where it polls, brings its outcome to the execution, drops the call when it is no longer wanted.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <optional>

#include "actors/interfaces.hpp"
#include "workflow/http_poll.hpp"

namespace reprise::actors {

struct Services;

class TaskState {
 public:
  static inline const char* name = "task";

  void attach(TaskActor::pointer self, Services* services, ExecutionActor execution, std::uint32_t task,
              std::uint32_t attempt);
  void begin(const HttpCall& call);
  void call();
  void answered(const std::shared_ptr<HttpOutcome>& outcome);
  void stop();

 private:
  bool again(HttpOutcome& outcome);  // false: the outcome stands
  void finish(std::shared_ptr<HttpOutcome> outcome);

  TaskActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  ExecutionActor execution_;
  std::uint32_t task_ = 0, attempt_ = 0;
  HttpCall call_;
  Time until_{};                              // of the attempt; epoch: no end
  std::optional<workflow::PollRules> rules_;  // of core.http_poll
  std::uint32_t calls_ = 0;                   // made so far
  std::uint64_t under_way_ = 0;
  bool calling_ = false;
};

TaskActor::behavior_type task_actor(TaskActor::stateful_pointer<TaskState> self, Services* services,
                                    ExecutionActor execution, std::uint32_t task, std::uint32_t attempt,
                                    const std::shared_ptr<HttpCall>& call);

}  // namespace reprise::actors
