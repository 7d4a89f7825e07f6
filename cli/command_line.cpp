// The whole command line put together.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"

namespace reprise::cli {

int run_command_line(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);

  CLI::App app{"Reprise: a workflow server that writes down everything that happens", "reprise"};
  app.set_version_flag("--version", "reprise " REPRISE_VERSION, "Print the version and leave");
  app.require_subcommand(1);
  app.failure_message([](const CLI::App*, const CLI::Error&) { return std::string(); });

  Command chosen;
  add_serve(app, chosen);
  add_run(app, chosen);
  add_ls(app, chosen);
  add_show(app, chosen);
  add_logs(app, chosen);
  add_history(app, chosen);
  add_tail(app, chosen);
  add_steer(app, chosen);
  add_validate(app, chosen);
  add_replay(app, chosen);
  add_rebuild(app, chosen);
  add_compact(app, chosen);
  add_token(app, chosen);
  add_schedule(app, chosen);
  add_webhook(app, chosen);
  add_config(app, chosen);
#ifdef REPRISE_HAS_BENCH
  add_bench(app, chosen);
#endif
  add_completion(app, chosen);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::string command = "reprise";
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
      at = at->get_subcommands().front();
      command += " " + at->get_name();
    }
    std::string sentence = error.what();
    if (command == "reprise" && argc > 1 && argv[1][0] != '-')
      sentence = "there is no command \"" + std::string(argv[1]) + "\"";
    std::fprintf(stderr, "reprise: %s (see `%s --help`)\n", sentence.c_str(), command.c_str());
    return kUsage;
  }
  return chosen ? chosen() : kUsage;
}

}  // namespace reprise::cli
