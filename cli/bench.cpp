// `reprise bench`: handed to the bench library, where this build has it.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/run.hpp"
#include "cli/command.hpp"

namespace reprise::cli {

void add_bench(CLI::App& app, Command& chosen) {
  CLI::App* command = app.add_subcommand("bench", "Measure this server on this machine");
  command->prefix_command();
  command->set_help_flag();  // its own arguments, --help too, are the bench's
  command->callback([command, &chosen] {
    chosen = [words = command->remaining()]() mutable {
      std::vector<char*> arguments;
      words.insert(words.begin(), "reprise bench");
      arguments.reserve(words.size() + 1);
      for (std::string& word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      return bench::run(static_cast<int>(words.size()), arguments.data());
    };
  });
}

}  // namespace reprise::cli
