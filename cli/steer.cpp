// `reprise cancel`, `terminate`, `pause`, `resume`: commands to a running execution.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

struct Options {
  Remote remote;
  FormFlags flags;
  std::string id, reason;
};

int answer(const Options& options, const Expected<JsonDocument>& body) {
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  const std::string status = any_member(body->root(), "status");
  print_out(any_member(body->root(), "execution_id") + " is " +
            out_console().paint(colour_of_status(status), printable(status)) + "\n");
  return kOk;
}

int steer(const Options& options, const char* what) {
  std::string body;
  if (!options.reason.empty()) {
    body = "{\"reason\":";
    append_json_string(body, options.reason);
    body += '}';
  }
  Client client(options.remote);
  return answer(options, client.post("/api/executions/" + Client::escape(options.id) + "/" + what, body));
}

void add(CLI::App& app, const char* name, const char* description, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, description);
  add_execution_id(*command, options->id);
  if (std::string_view(name) != "resume") command->add_option("--reason", options->reason, "why, for the record");
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, name, &chosen] { chosen = [options, name] { return steer(*options, name); }; });
}

}  // namespace

void add_steer(CLI::App& app, Command& chosen) {
  add(app, "cancel", "Cancel an execution", chosen);
  add(app, "terminate", "End an execution at once", chosen);
  add(app, "pause", "Pause an execution: nothing new starts", chosen);
  add(app, "resume", "Go on with a paused execution", chosen);
}

}  // namespace reprise::cli
