// What is asked of a JSON schema before a validator gets it: that it is one, stands alone, and is not endless.
#pragma once

#include <string>

#include "events/error.hpp"
#include "events/json.hpp"

namespace reprise::workflow {

// Error: errc::invalid; `where` is a JSON pointer into the schema.
Expected<void> check_schema_shape(const JsonValue& schema);

// The value that a pointer leads to; null where it leads nowhere.
const JsonValue* at_pointer(const JsonValue& root, std::string_view pointer);

}  // namespace reprise::workflow
