// `reprise config`: the settings in effect, and where each comes from.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/unknown_variables.hpp"

namespace reprise::cli {
namespace {

// A TOML file that gives the same settings.
std::string as_toml(const Effective& effective) {
  const auto table = settings_table();
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (const Setting& setting : table) {
    lines.push_back(std::string(setting.name) + " = " + toml_text(effective.values, setting));
    width = std::max(width, columns_of(lines.back()));
  }
  std::string out;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const std::string_view source = name(effective.sources[i]);
    out += lines[i] + std::string(width + 2 - columns_of(lines[i]), ' ');
    out += out_console().paint(Colour::dim, "# " + std::string(source) + ": " + std::string(table[i].description));
    out += '\n';
  }
  return out;
}

std::string as_json(const Effective& effective) {
  const auto table = settings_table();
  std::string out = "{";
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (i != 0) out += ',';
    append_json_string(out, table[i].name);
    out += ":{\"value\":" + toml_text(effective.values, table[i]) + ",\"source\":";  // TOML's values here are JSON too
    append_json_string(out, name(effective.sources[i]));
    out += ",\"flag\":";
    append_json_string(out, table[i].flag());
    out += ",\"environment\":";
    append_json_string(out, table[i].environment());
    out += '}';
  }
  return out + "}\n";
}

}  // namespace

void add_config(CLI::App& app, Command& chosen) {
  struct Options {
    Given given;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("config", "Print the settings in effect, as TOML, and where each comes from");
  command->add_flag("--json", options->json, "print JSON");
  add_settings_options(*command, options->given);
  command->callback([options, &chosen] {
    chosen = [options] {
      const auto effective = resolve(options->given, process_environment());
      if (!effective) return report(effective.error());
      for (const auto& sentence : unknown_variables(process_variables(), effective->values)) {
        print_error("warning: " + sentence + "\n");
      }
      print_out(options->json ? as_json(*effective) : as_toml(*effective));
      return static_cast<int>(kOk);
    };
  });
}

}  // namespace reprise::cli
