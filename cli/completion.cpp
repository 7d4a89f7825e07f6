// `reprise completion bash`: a completion script made from the command line itself, so that it names what this binary
// has.
#include <CLI/CLI.hpp>
#include <string>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"

namespace reprise::cli {
namespace {

// One case of the script: `words` complete after the commands named so far.
void append_cases(std::string& out, const CLI::App& app, const std::string& path) {
  std::string words;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words += command->get_name() + " ";
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
    for (const std::string& name : option->get_snames()) words += "-" + name + " ";
  }
  out += "    '" + path + "') words='" + words + "' ;;\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    append_cases(out, *command, path + " " + command->get_name());
  }
}

std::string bash_script(const CLI::App& app) {
  std::string out =
      "# bash completion for reprise: source <(reprise completion bash)\n"
      "_reprise() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} path=reprise words='' i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$path ${COMP_WORDS[i]}\" in\n";
  // The paths of all commands, so that an argument which looks like a command is not taken for one elsewhere.
  std::string paths;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string path = "reprise " + command->get_name();
    paths += (paths.empty() ? "'" : "|'") + path + "'";
    for (const CLI::App* inner : command->get_subcommands([](const CLI::App*) { return true; })) {
      paths += "|'" + path + " " + inner->get_name() + "'";
    }
  }
  out += "      " + paths + ") path=\"$path ${COMP_WORDS[i]}\" ;;\n";
  out +=
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n";
  append_cases(out, app, "reprise");
  out +=
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  if [[ ${#COMPREPLY[@]} -eq 0 && $current != -* ]]; then COMPREPLY=($(compgen -f -- \"$current\")); fi\n"
      "}\n"
      "complete -o filenames -F _reprise reprise\n";
  return out;
}

}  // namespace

void add_completion(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("completion", "Print a completion script for a shell");
  command->allow_extras();  // the name of another shell, to be told which there are
  command->callback([command] {
    if (command->get_subcommands().empty()) throw CLI::ValidationError("name a shell that it knows: bash");
  });
  command->add_subcommand("bash", "For bash: source <(reprise completion bash)")->callback([&app, &chosen] {
    chosen = [&app] {
      print_out(bash_script(app));
      return static_cast<int>(kOk);
    };
  });
}

}  // namespace reprise::cli
