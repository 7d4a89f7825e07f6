// core.transform.*: what makes values of values.
#pragma once

#include "workflow/pure_action.hpp"

namespace reprise::workflow {

// Precondition: the arguments fit their types (argument_check.hpp). Errors name what they are about, not the action.
PureOutcome filter_items(const JsonValue& args, JsonPool& pool);
PureOutcome map_items(const JsonValue& args, JsonPool& pool);
PureOutcome apply_to_value(const JsonValue& args, JsonPool& pool);
PureOutcome select_members(const JsonValue& args, bool wanted, JsonPool& pool);  // is_in, not_in
PureOutcome deduplicate(const JsonValue& args, JsonPool& pool);
PureOutcome compact(const JsonValue& args, JsonPool& pool);

}  // namespace reprise::workflow
