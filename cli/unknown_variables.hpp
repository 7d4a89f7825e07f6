// Variables that look like settings of a server and are none: a typing error would otherwise leave the default in force
// without a word.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/settings.hpp"

namespace reprise::cli {

std::vector<std::string> process_variables();  // the names

// A sentence for each of `variables` that begins with REPRISE_ and means nothing, in alphabetical order.
std::vector<std::string> unknown_variables(std::vector<std::string> variables, const Settings& settings);

}  // namespace reprise::cli
