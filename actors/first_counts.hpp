// The gauges' values at start-up, from the rows that the last run of the server left.
#pragma once

#include "actors/services.hpp"

namespace reprise::actors {

// Called once, before the engine takes anything in: what happens later is counted as it happens. Open executions are a
// sum of counters and known at once; leased tasks are counted in the background, in portions, on one snapshot.
void count_at_start(Services& services);

}  // namespace reprise::actors
