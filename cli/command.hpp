// The commands of `reprise`. Each add_… makes one subcommand (or a group of them); when it is the one that was called,
// it puts its work into `chosen`. The work gives the process's exit code.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace reprise::cli {

using Command = std::function<int()>;

void add_serve(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_ls(CLI::App& app, Command& chosen);
void add_show(CLI::App& app, Command& chosen);
void add_logs(CLI::App& app, Command& chosen);
void add_history(CLI::App& app, Command& chosen);
void add_tail(CLI::App& app, Command& chosen);
void add_steer(CLI::App& app, Command& chosen);  // cancel, terminate, pause, resume, answer
void add_validate(CLI::App& app, Command& chosen);
void add_replay(CLI::App& app, Command& chosen);
void add_rebuild(CLI::App& app, Command& chosen);
void add_compact(CLI::App& app, Command& chosen);
void add_token(CLI::App& app, Command& chosen);
void add_schedule(CLI::App& app, Command& chosen);
void add_webhook(CLI::App& app, Command& chosen);
void add_config(CLI::App& app, Command& chosen);
void add_bench(CLI::App& app, Command& chosen);  // where this build has the bench library
void add_completion(CLI::App& app, Command& chosen);

// Parses the arguments, runs the command, gives the exit code.
int run_command_line(int argc, char** argv);

}  // namespace reprise::cli
