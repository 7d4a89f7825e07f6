// The args of a built-in action, as far as they are known when a definition is registered.
#pragma once

#include <string>

#include "workflow/definition_builtin.hpp"
#include "workflow/definition_faults.hpp"

namespace reprise::workflow {

// `args` is an object, at `pointer` of the definition. Faults for unknown and missing arguments, for constants of the
// wrong kind, and for lambdas that do not compile; what holds an expression is checked when it runs.
void check_arguments(const BuiltIn& built_in, const JsonValue& args, const std::string& pointer, FaultList& faults);

}  // namespace reprise::workflow
