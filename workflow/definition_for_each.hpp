// `for_each` of an action: the loops that it runs through.
#pragma once

#include <vector>

#include "workflow/definition_members.hpp"
#include "workflow/expression_parser.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// ${{ for var.x in <expression> }}, or a list of them, which are zipped. Empty when the member is absent or faulty.
std::vector<LoopVariable> compile_for_each(const Members& action, const Names& names, FaultList& faults);

}  // namespace reprise::workflow
