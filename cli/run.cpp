// `reprise run FILE`: registers a definition, starts it, follows it to its end and prints the result.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/definition_file.hpp"
#include "cli/exit_code.hpp"
#include "cli/follow.hpp"
#include "cli/inputs.hpp"
#include "cli/json_fields.hpp"
#include "cli/live_view.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

struct Options {
  Remote remote;
  std::string file, workflow_id, input_file;
  std::vector<std::string> inputs;
  bool json = false, quiet = false, detach = false;
};

// Gives the execution's id.
Expected<std::string> start(Client& client, const DefinitionFile& file, const Json& inputs) {
  const std::string workflow = "/api/workflows/" + Client::escape(file.workflow_id);
  const auto registered = client.send("PUT", workflow, file.source, file.media_type());
  if (!registered) return tl::unexpected(registered.error());
  if (registered->status / 100 != 2) return tl::unexpected(error_of(*registered));
  const auto started = client.post(workflow + "/execute", "{\"inputs\":" + inputs.bytes + "}");
  if (!started) return tl::unexpected(started.error());
  std::string id = any_member(started->root(), "execution_id");
  if (id.empty()) return fail(errc::malformed, "the server's answer names no execution");
  return id;
}

// Prints how it ended; 0 only for a completed run.
int conclude(Client& client, const Options& options, const std::string& id) {
  const auto execution = client.get("/api/executions/" + Client::escape(id));
  if (!execution) return report(execution.error());
  const JsonValue& run = execution->root();
  const std::string_view status = text_member(run, "status");
  if (options.json) {
    print_out(json_text(run, out_console()));
  } else if (const JsonValue* result = find(run, "result"); result && status == "completed") {
    print_out(json_text(*result, out_console()));
  }
  if (status == "completed") return kOk;
  std::string sentence = "execution " + id + " ended as " + std::string(status);
  if (const std::string error = any_member(run, "error"); !error.empty()) sentence += ": " + printable(error);
  return report({errc::wrong_state, std::move(sentence), {}});
}

int run(const Options& options) {
  const auto file = read_definition(options.file, options.workflow_id);
  if (!file) return report(file.error());
  print_error(faults_text(*file));
  if (!file->usable()) return kUsage;
  const auto inputs = read_inputs(*file->compiled.plan, options.inputs, options.input_file);
  if (!inputs) return report(inputs.error());

  Client client(options.remote);
  const auto id = start(client, *file, *inputs);
  if (!id) return report(id.error());
  if (options.detach) {
    print_out(*id + "\n");
    return kOk;
  }
  Expected<void> followed;
  if (options.quiet) {
    followed = follow(client, *id, [](std::string_view, const JsonValue&) {}, {});
  } else {
    std::vector<std::string> refs;
    for (const workflow::TaskPlan& task : file->compiled.plan->tasks) refs.push_back(task.ref);
    LiveView view(file->workflow_id, *id, refs);
    followed = follow(
        client, *id, [&](std::string_view event, const JsonValue& data) { view.take(event, data); },
        [&] { view.tick(); });
    view.finish();
  }
  if (!followed) return report(followed.error());
  return conclude(client, options, *id);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("run", "Register a definition, start it, follow it, print its result");
  command->add_option("file", options->file, "definition in YAML or JSON; - is standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--input", options->inputs, "an input; VALUE is JSON or else a string; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  command->add_option("--input-file", options->input_file, "JSON file with an object of inputs")->type_name("FILE");
  command->add_option("--id", options->workflow_id, "workflow id, instead of the file's name");
  command->add_flag("-q,--quiet", options->quiet, "print the result only");
  command->add_flag("-d,--detach", options->detach, "print the execution's id and leave");
  command->add_flag("--json", options->json, "print the whole execution as JSON instead of its result");
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

}  // namespace reprise::cli
