// `interaction` of an action: the question that it asks a person.
#pragma once

#include <memory>

#include "workflow/definition_members.hpp"
#include "workflow/expression_parser.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// Null when the member is absent or no object. `own` are the names for approve_if, which may ask about the action
// itself; `names` those of all else.
std::unique_ptr<InteractionPlan> compile_interaction(const Members& action, const Names& names, const Names& own,
                                                     FaultList& faults);

}  // namespace reprise::workflow
