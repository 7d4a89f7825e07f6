// `reprise validate FILE…`: every fault of definitions, without a server.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/definition_file.hpp"
#include "cli/exit_code.hpp"

namespace reprise::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string workflow_id;
  bool json = false;
};

std::string as_json(const DefinitionFile& file) {
  std::string out = "{\"file\":";
  append_json_string(out, file.path);
  out += ",\"valid\":";
  out += file.usable() ? "true" : "false";
  out += ",\"faults\":[";
  for (const workflow::Fault& fault : file.compiled.faults) {
    if (&fault != file.compiled.faults.data()) out += ',';
    out += "{\"pointer\":";
    append_json_string(out, fault.pointer);
    out += ",\"line\":" + std::to_string(fault.line) + ",\"column\":" + std::to_string(fault.column) + ",\"message\":";
    append_json_string(out, fault.message);
    out += fault.warning ? ",\"warning\":true}" : ",\"warning\":false}";
  }
  return out + "]}\n";
}

int validate(const Options& options) {
  int code = kOk;
  for (const std::string& path : options.files) {
    const auto file = read_definition(path, options.workflow_id);
    if (!file) {
      code = report(file.error());
      continue;
    }
    if (!file->usable()) code = kUsage;
    if (options.json) {
      print_out(as_json(*file));
    } else {
      print_out(faults_text(*file));
      if (file->usable())
        print_out(file->path + ": valid, " + std::to_string(file->compiled.plan->tasks.size()) + " actions\n");
    }
  }
  return code;
}

}  // namespace

void add_validate(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("validate", "Print every fault of workflow definitions with line and column");
  command->add_option("file", options->files, "definitions in YAML or JSON; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--id", options->workflow_id, "workflow id to check with, instead of the file's name");
  command->add_flag("--json", options->json, "print one JSON object a file");
  command->callback([options, &chosen] { chosen = [options] { return validate(*options); }; });
}

}  // namespace reprise::cli
