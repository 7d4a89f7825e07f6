// Python's str.format and the format specifications behind it.
#pragma once

#include <string>
#include <string_view>

#include "workflow/functions.hpp"

namespace reprise::workflow {

// Appends `text` with its {} {0} {name} {0[key]} {:>8} {!r} filled in. A name is looked up in the one value when that
// is a dict. False: the evaluation says why.
bool append_formatted(Evaluation& evaluation, std::string_view text, Arguments values, std::string& out);

// Appends format(value, specification), e.g. with specification ",.2f".
bool append_formatted(Evaluation& evaluation, const Value& value, std::string_view specification, std::string& out);

}  // namespace reprise::workflow
