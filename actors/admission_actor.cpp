#include "actors/admission_actor.hpp"

#include <utility>

#include "actors/execution_actor.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

void AdmissionState::admit(std::shared_ptr<Envelope> first) {
  ExecutionState execution;
  execution.begin(services_, std::move(first));
}

AdmissionActor::behavior_type admission_actor(AdmissionActor::stateful_pointer<AdmissionState> self,
                                              Services* services) {
  self->state.attach(services);
  return {[self](DeliverCommand& m) { self->state.admit(std::move(m.envelope)); }};
}

}  // namespace reprise::actors
