// Carries out the first turn of new executions. A run that ends in it, as one of built-in steps does, needs no actor of
// its own; one that goes on gets it here (docs/decisions/0005).
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/interfaces.hpp"

namespace reprise::actors {

struct Services;

class AdmissionState {
 public:
  static inline const char* name = "admission";
  void attach(Services* services) { services_ = services; }
  void admit(Envelope& first);

 private:
  Services* services_ = nullptr;
};

AdmissionActor::behavior_type admission_actor(AdmissionActor::stateful_pointer<AdmissionState> self,
                                              Services* services);

}  // namespace reprise::actors
