// `reprise cancel`, `terminate`, `pause`, `resume`: commands to a running execution.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

struct Options {
  Remote remote;
  FormFlags flags;
  std::string id, reason;
};

int answer(const Options& options, const Expected<JsonDocument>& body, std::string_view fallback_status) {
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    if (body->root().IsObject()) {
      print_out(json_text(body->root(), out_console()));
    } else {  // 204: the surface says nothing
      std::string out = "{\"execution_id\":";
      append_json_string(out, options.id);
      out += ",\"status\":";
      append_json_string(out, fallback_status);
      print_out(out + "}\n");
    }
    return kOk;
  }
  const JsonValue* status = find(body->root(), "status");
  const std::string word(status && status->IsString() ? text_of(*status) : fallback_status);
  print_out(printable(options.id) + " is " + out_console().paint(colour_of_status(word), word) + "\n");
  return kOk;
}

int steer(const Options& options, const char* what) {
  Client client(options.remote);
  return answer(options, client.post("/api/executions/" + Client::escape(options.id) + "/" + what), what);
}

int terminate(const Options& options) {
  std::string body = "{\"reason\":";
  append_json_string(body, options.reason);
  Client client(options.remote);
  return answer(options, client.post("/workflow-executions/" + Client::escape(options.id) + "/terminate", body + "}"),
                "terminated");
}

std::shared_ptr<Options> add(CLI::App& app, const char* name, const char* description, Command& chosen,
                             int (*work)(const Options&)) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(name, description);
  add_execution_id(*command, options->id);
  if (work == terminate) command->add_option("--reason", options->reason, "why, for the record");
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, work, &chosen] { chosen = [options, work] { return work(*options); }; });
  return options;
}

}  // namespace

void add_steer(CLI::App& app, Command& chosen) {
  add(app, "cancel", "Cancel an execution", chosen, [](const Options& o) { return steer(o, "cancel"); });
  add(app, "terminate", "End an execution at once", chosen, terminate);
  add(app, "pause", "Pause an execution: nothing new starts", chosen,
      [](const Options& o) { return steer(o, "pause"); });
  add(app, "resume", "Go on with a paused execution", chosen, [](const Options& o) { return steer(o, "resume"); });
}

}  // namespace reprise::cli
