#include "actors/admission_actor.hpp"

#include "actors/execution_actor.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

void AdmissionState::admit(Envelope& first) {
  ExecutionState execution;
  execution.begin(services_, first);
}

AdmissionActor::behavior_type admission_actor(AdmissionActor::stateful_pointer<AdmissionState> self,
                                              Services* services) {
  self->state.attach(services);
  return {[self](const DeliverCommand& m) { self->state.admit(*m.envelope); }};
}

}  // namespace reprise::actors
