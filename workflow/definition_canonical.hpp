// The canonical JSON of a definition: what its content address is the hash of.
#pragma once

#include <string>

#include "events/json.hpp"

namespace reprise::workflow {

// The members of the language in a fixed order, null ones left out, nothing added; free values (args, inputs, returns,
// triggers, defaults) as they came. Precondition: the definition has no faults.
std::string canonical_definition(const JsonValue& definition);

}  // namespace reprise::workflow
