// The canonical status of an execution (contract README "Canonical status"), for all that names one.
#pragma once

#include <cstdint>

namespace reprise::events {

// Stored in keys: never renumber.
enum class Status : std::uint8_t {
  received = 0,
  rejected = 1,
  scheduled = 2,
  running = 3,
  stopping = 4,
  paused = 5,
  interrupted = 6,
  resuming = 7,
  completed = 8,
  completed_with_error = 9,
  failed = 10,
  crashed = 11,
  cancelled_by_user = 12,
  cancelled_by_system = 13,
  terminated = 14,
  timed_out = 15,
  continued_as_new = 16,
};
inline constexpr std::uint8_t kStatuses = 17;

// Nothing follows: the execution has ended, or was never let in.
constexpr bool final(Status status) {
  return status == Status::rejected || (status >= Status::completed && status <= Status::continued_as_new);
}

}  // namespace reprise::events
