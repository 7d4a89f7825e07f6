// `reprise rebuild --data DIR`: drops every row that follows from events and makes it again.
// `reprise compact --data DIR`: brings a store to its smallest form on disk.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/offline_store.hpp"
#include "projections/queries.hpp"

namespace reprise::cli {
namespace {

struct Options {
  std::string data;
  bool json = false;
};

int rebuild(const Options& options) {
  const auto store = open_offline_store(options.data, true);
  if (!store) return report(store.error());
  const bool tell = error_console().terminal;
  const auto executions = projections::rebuild(**store, [tell](std::uint64_t done) {
    if (tell) print_error("\r" + std::to_string(done) + " executions");
  });
  if (tell) print_error("\n");
  if (!executions) return report(executions.error());
  if (options.json) {
    print_out("{\"executions\":" + std::to_string(*executions) + "}\n");
  } else {
    print_out("rebuilt the rows of " + std::to_string(*executions) + " executions\n");
  }
  return kOk;
}

int compact(const Options& options) {
  const auto store = open_offline_store(options.data);
  if (!store) return report(store.error());
  if (const auto compacted = (*store)->compact(); !compacted) return report(compacted.error());
  const auto bytes = std::to_string((*store)->bytes_on_disk());
  print_out(options.json ? "{\"bytes_on_disk\":" + bytes + "}\n" : bytes + " bytes on disk\n");
  return kOk;
}

}  // namespace

void add_compact(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compact", "Bring a store to its smallest form on disk");
  command->add_option("--data", options->data, "the store, whose server must not run")->required()->type_name("DIR");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &chosen] { chosen = [options] { return compact(*options); }; });
}

void add_rebuild(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("rebuild", "Drop all projections of a store and make them again from its events");
  command->add_option("--data", options->data, "the store, whose server must not run")->required()->type_name("DIR");
  command->add_flag("--json", options->json, "print JSON");
  command->callback([options, &chosen] { chosen = [options] { return rebuild(*options); }; });
}

}  // namespace reprise::cli
