// Actions that no run can reach: allowed, but surely not what was meant.
#pragma once

#include "workflow/definition_faults.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// A warning for each action that needs outcomes which exclude each other, at any distance, or one that never comes.
// Precondition: the graph has no cycle and plan.topological is filled in.
void warn_unreachable(const Plan& plan, FaultList& faults);

}  // namespace reprise::workflow
