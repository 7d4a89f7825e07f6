// The inputs of a run as the command line gives them.
#pragma once

#include <string>
#include <vector>

#include "events/json.hpp"
#include "workflow/plan.hpp"

namespace reprise::cli {

// The object of `pairs` ("k=v") over the one in `file` (JSON; empty: none). A value that is JSON is taken as such, any
// other as a string; so is one whose type in the definition's `entrypoint.expects` is str. Errors: errc::invalid.
Expected<Json> read_inputs(const workflow::Plan& plan, const std::vector<std::string>& pairs, const std::string& file);

}  // namespace reprise::cli
