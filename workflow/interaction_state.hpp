// An interaction of one task: the question that it asks people, and what they have said so far.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/json.hpp"
#include "events/time.hpp"

namespace reprise::workflow {

// Values are part of the canonical state: never renumber.
enum class InteractionStatus : std::uint8_t {
  idle = 0,       // the action runs first; an answer that comes now is kept
  pending = 1,    // waits for people
  completed = 2,  // has its answer, or was rejected
  timed_out = 3,
  cancelled = 4,  // the task or the run ended before it was answered
};
std::string_view name(InteractionStatus status);  // as spelt above

struct InteractionState {
  struct Given {  // an answer
    std::string user;
    Json data;  // released once the interaction has ended
    Time at;
  };

  InteractionStatus status = InteractionStatus::idle;
  std::vector<Given> given;  // in the order in which they came; of a pending approval all of them approve
  Json message;              // evaluated; empty: none
  Json data;                 // of the answer that decided; empty: none did
  std::string user;          // who gave that one
  bool approved = false;     // completed
  Time created_at{};
  Time requested_at{};  // the epoch: not yet
  Time until{};         // the epoch: no timeout
  Time ended_at{};      // the epoch: not yet

  bool open() const { return status == InteractionStatus::idle || status == InteractionStatus::pending; }
};

}  // namespace reprise::workflow
