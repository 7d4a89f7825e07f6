// Options that several commands share.
#pragma once

#include <string>

#include "cli/client.hpp"
#include "cli/console.hpp"
#include "cli/settings.hpp"

namespace CLI {
class App;
}

namespace reprise::cli {

void add_remote_options(CLI::App& command, Remote& remote);  // --server, --token
void add_form_options(CLI::App& command, FormFlags& flags);  // --json, --table
void add_settings_options(CLI::App& command, Given& given);  // --config and one option a setting
void add_execution_id(CLI::App& command, std::string& id);   // the argument ID

}  // namespace reprise::cli
