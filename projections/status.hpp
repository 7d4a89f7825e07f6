// The names of the canonical status: its own, in rows, and those of the Workflow API, in filters.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "events/status.hpp"

namespace reprise::projections {

using events::final;
using events::kStatuses;
using events::Status;

std::string_view workflow_api_name(Status status);  // pending, running, paused, completed, failed, cancelled
std::string_view canonical_name(Status status);
// The canonical statuses behind one name of the Workflow API, as a bit set; empty: no such name.
std::optional<std::uint32_t> statuses_of_workflow_api(std::string_view name);

}  // namespace reprise::projections
