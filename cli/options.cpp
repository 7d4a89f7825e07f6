#include "cli/options.hpp"

#include <CLI/CLI.hpp>

namespace reprise::cli {

void add_remote_options(CLI::App& command, Remote& remote) {
  command.add_option("--server", remote.server, "URL of the server (default " + remote.server + ")")
      ->envname("REPRISE_SERVER")
      ->group("Server");
  command.add_option("--token", remote.token, "token of the caller")->envname("REPRISE_TOKEN")->group("Server");
}

void add_form_options(CLI::App& command, FormFlags& flags) {
  auto* json = command.add_flag("--json", flags.json, "print JSON (the default where stdout is no terminal)");
  command.add_flag("--table", flags.table, "print for people also where stdout is no terminal")->excludes(json);
}

void add_settings_options(CLI::App& command, Given& given) {
  command.add_option("--config", given.config_file, "TOML file of settings (also REPRISE_CONFIG)");
  const Settings defaults;
  for (const Setting& setting : settings_table()) {
    const bool is_switch = std::holds_alternative<bool Settings::*>(setting.member);
    const std::string name(setting.name);
    const bool is_list = std::holds_alternative<std::vector<std::string> Settings::*>(setting.member);
    CLI::callback_t take = [&given, name, is_list, is_switch](const CLI::results_t& values) {
      if (is_list) {
        given.flags[name] = CLI::detail::join(values, ",");
      } else {
        const std::string value = values.empty() ? std::string() : values.back();
        given.flags[name] = is_switch && value.empty() ? "true" : value;
      }
      return true;
    };
    const std::string fallback = toml_text(defaults, setting);
    std::string description(setting.description);
    if (is_switch) description += " (default " + fallback + ")";
    CLI::Option* option = command.add_option(setting.flag(), std::move(take), std::move(description));
    option->group("Settings")->type_name(is_switch ? "[BOOL]" : "VALUE");
    option->multi_option_policy(is_list ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::TakeLast);
    if (is_switch) {
      option->expected(0, 1);  // alone it stands for true
    } else {
      option->default_str(fallback);
    }
  }
}

void add_execution_id(CLI::App& command, std::string& id) {
  command.add_option("id", id, "id of the execution")->required()->type_name("ID");
}

}  // namespace reprise::cli
