// The status that lists filter by and rows print, and the names of the Workflow API for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reprise::projections {

// The canonical status (contract README "Canonical status"). The same numbers as workflow::Status; projections know
// events only. Stored in keys: never renumber.
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

bool final(Status status);
std::string_view workflow_api_name(Status status);  // pending, running, paused, completed, failed, cancelled
std::string_view canonical_name(Status status);
// The canonical statuses behind one name of the Workflow API, as a bit set; empty: no such name.
std::optional<std::uint32_t> statuses_of_workflow_api(std::string_view name);

}  // namespace reprise::projections
