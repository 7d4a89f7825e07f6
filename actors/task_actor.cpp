#include "actors/task_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/services.hpp"

namespace reprise::actors {

TaskActor::behavior_type task_actor(TaskActor::stateful_pointer<TaskActorState> self, Services* services,
                                    ExecutionActor execution, std::uint32_t task, std::uint32_t attempt,
                                    std::shared_ptr<HttpCall> call) {
  self->state.services = services;
  auto me = caf::actor_cast<TaskActor>(self);
  if (auto* http = services->options.http) {
    self->state.call = http->call(std::move(*call), [me](HttpOutcome outcome) {
      caf::anon_send(me, CallAnswered{std::make_shared<HttpOutcome>(std::move(outcome))});
    });
    self->state.calling = true;
  } else {
    auto outcome = std::make_shared<HttpOutcome>();
    outcome->error_message = "this server makes no HTTP requests";
    outcome->error_type = "ConfigurationError";
    outcome->retryable = false;
    caf::anon_send(me, CallAnswered{std::move(outcome)});
  }
  return {
      [self, execution, task, attempt](const CallAnswered& m) {
        self->state.calling = false;
        caf::anon_send(execution, CallFinished{task, attempt, m.outcome});
        self->quit();
      },
      [self](StopCall) {
        if (self->state.calling) self->state.services->options.http->cancel(self->state.call);
        self->quit();
      },
  };
}

}  // namespace reprise::actors
