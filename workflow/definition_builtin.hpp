// The built-in actions, core.*: which exist, what runs them, and which arguments they take.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "workflow/argument_check.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

struct BuiltIn {
  std::string_view action;
  ActionKind kind;
  std::span<const Argument> arguments;
};

const BuiltIn* find_built_in(std::string_view action);  // null: none of that name
std::span<const BuiltIn> built_ins();

// Why evaluated args, an object, cannot be taken: a sentence that names the argument and what is expected; empty when
// they can. A name that the action does not have is no error here: only a computed one gets this far.
std::string argument_refusal(const BuiltIn& built_in, const JsonValue& args);

}  // namespace reprise::workflow
