// `reprise cancel`, `terminate`, `pause`, `resume`: commands to a running execution; `reprise answer`: to one that
// asks.
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
  std::string id, reason, data, user;
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

int give_answer(const Options& options) {
  if (const auto checked = check_json(options.data); !checked) {
    return report(Error{errc::invalid, "--data must be JSON: " + checked.error().detail, {}});
  }
  std::string body = "{\"data\":" + options.data;
  if (!options.user.empty()) {
    body += ",\"user\":";
    append_json_string(body, options.user);
  }
  Client client(options.remote);
  const auto answered = client.post("/api/interactions/" + Client::escape(options.id) + "/answer", body + "}");
  if (!answered) return report(answered.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(answered->root(), out_console()));
    return kOk;
  }
  const std::string status = any_member(answered->root(), "status");
  print_out(any_member(answered->root(), "interaction_id") + " is " +
            out_console().paint(colour_of_status(status), printable(status)) + "\n");
  return kOk;
}

void add_answer(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("answer", "Answer the question that an execution waits on");
  command->add_option("interaction", options->id, "id of the interaction: `reprise show` tells it")
      ->required()
      ->type_name("INTERACTION");
  command->add_option("--data", options->data, "the answer")->required()->type_name("JSON");
  command->add_option("--user", options->user, "who answers, at a server without principals");
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return give_answer(*options); }; });
}

}  // namespace

void add_steer(CLI::App& app, Command& chosen) {
  add(app, "cancel", "Cancel an execution", chosen);
  add(app, "terminate", "End an execution at once", chosen);
  add(app, "pause", "Pause an execution: nothing new starts", chosen);
  add(app, "resume", "Go on with a paused execution", chosen);
  add_answer(app, chosen);
}

}  // namespace reprise::cli
