// One action of a definition.
#pragma once

#include <cstdint>

#include "workflow/definition_faults.hpp"
#include "workflow/definition_graph.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// Everything of an action that stands for itself: ref, action, queue, delays, retry policy; not its edges and
// templates.
void read_action(const JsonValue& action, std::uint32_t task, TaskPlan& out, FaultList& faults);

// Its args, run_if, for_each, retry_until, wait_until and interaction: they may name what is upstream.
void compile_action(const JsonValue& action, std::uint32_t task, const Graph& graph, const JsonValue* inputs,
                    Plan& plan, FaultList& faults);

}  // namespace reprise::workflow
