// `reprise webhook`: the secrets by which outside events start runs, written to webhooks.json as their hashes.
#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <memory>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/options.hpp"
#include "cli/settings.hpp"
#include "http/webhook_secrets.hpp"

namespace reprise::cli {
namespace {

struct Options {
  std::string data, workflow, workspace = "default", name;
  double keep_seconds = 24 * 3600;
  Given given;
  FormFlags flags;
};

Time now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

// webhooks.json beside the principals file of the data folder, or of the settings where none is named.
Expected<std::string> file_of(const Options& options) {
  std::string file;
  if (options.data.empty()) {
    const auto effective = resolve(options.given, process_environment());
    if (!effective) return tl::unexpected(effective.error());
    file = webhooks_file(effective->values);
  } else {
    Settings settings;
    settings.data = options.data;
    file = webhooks_file(settings);
  }
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), ignored);
  return file;
}

int print_secret(const Options& options, const std::string& file, const Expected<std::string>& secret) {
  if (!secret) return report(secret.error());
  const std::string path = "/webhooks/" + options.workflow + "/" + *secret;
  if (options.flags.json) {
    std::string out = "{\"workflow_id\":";
    append_json_string(out, options.workflow);
    out += ",\"workspace\":";
    append_json_string(out, options.workspace);
    out += ",\"secret\":";
    append_json_string(out, *secret);
    out += ",\"path\":";
    append_json_string(out, path);
    print_out(out + "}\n");
  } else {
    print_out(path + "\n");
    print_error("reprise: keep it now, it is shown only once; " + file + " holds its hash\n");
  }
  return kOk;
}

int create(const Options& options) {
  const auto file = file_of(options);
  if (!file) return report(file.error());
  return print_secret(options, *file,
                      http::create_webhook_secret(*file, options.workspace, options.workflow, options.name, now()));
}

int rotate(const Options& options) {
  const auto file = file_of(options);
  if (!file) return report(file.error());
  const Duration keep{static_cast<std::int64_t>(options.keep_seconds * 1000)};
  return print_secret(options, *file,
                      http::rotate_webhook_secret(*file, options.workspace, options.workflow, keep, now()));
}

int remove(const Options& options) {
  const auto file = file_of(options);
  if (!file) return report(file.error());
  const auto gone = http::delete_webhook_secrets(*file, options.workspace, options.workflow, now());
  if (!gone) return report(gone.error());
  print_out("workflow " + printable(options.workflow) + " has no webhook any more\n");
  return kOk;
}

std::string time_text(Time time) { return time == Time{} ? std::string() : to_string(time); }

int list(const Options& options) {
  const auto file = file_of(options);
  if (!file) return report(file.error());
  const auto entries = http::read_webhook_secrets(*file);
  if (!entries) return report(entries.error());
  if (options.flags.form() == Form::json) {
    std::string out = "[";
    for (const auto& entry : *entries) {
      out += out.size() == 1 ? "{\"workflow_id\":" : ",{\"workflow_id\":";
      append_json_string(out, entry.workflow_id);
      out += ",\"workspace\":";
      append_json_string(out, entry.workspace);
      out += ",\"name\":";
      append_json_string(out, entry.name);
      out.append(",\"created_at\":\"").append(to_string(entry.created_at)).append("\",\"expires_at\":");
      out += entry.expires_at == Time{} ? "null" : "\"" + to_string(entry.expires_at) + "\"";
      out += entry.in_force(now()) ? ",\"in_force\":true}" : ",\"in_force\":false}";
    }
    print_out(out + "]\n");
    return kOk;
  }
  Table table({"WORKFLOW", "WORKSPACE", "NAME", "CREATED", "EXPIRES"});
  for (const auto& entry : *entries) {
    const Colour colour = entry.in_force(now()) ? Colour::none : Colour::dim;
    table.add({{printable(entry.workflow_id), colour},
               {printable(entry.workspace), colour},
               {printable(entry.name), colour},
               {time_text(entry.created_at), colour},
               {time_text(entry.expires_at), colour}});
  }
  print_out(table.text(out_console()));
  return kOk;
}

CLI::App* add(CLI::App& group, const char* name, const char* description, const std::shared_ptr<Options>& options,
              int (*work)(const Options&), Command& chosen) {
  CLI::App* command = group.add_subcommand(name, description);
  command->add_option("--data", options->data, "the server's data folder: its webhooks.json is the file")
      ->type_name("DIR");
  command->add_option("--config", options->given.config_file, "TOML file of settings that names the data folder");
  command->callback([options, work, &chosen] { chosen = [options, work] { return work(*options); }; });
  return command;
}

void add_workflow(CLI::App& command, Options& options) {
  command.add_option("workflow", options.workflow, "id of the workflow")->required()->type_name("WORKFLOW");
  command.add_option("--workspace", options.workspace, "workspace of the workflow")->capture_default_str();
}

}  // namespace

void add_webhook(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("webhook", "Secrets by which outside events start runs");
  group->require_subcommand(1);
  {
    auto options = std::make_shared<Options>();
    auto* command = add(*group, "create", "Make the webhook of a workflow and print its path", options, create, chosen);
    add_workflow(*command, *options);
    command->add_option("--name", options->name, "what the webhook is for, for people");
    command->add_flag("--json", options->flags.json, "print JSON");
  }
  {
    auto options = std::make_shared<Options>();
    auto* command =
        add(*group, "rotate", "Make a new secret; the old one stays good for a while", options, rotate, chosen);
    add_workflow(*command, *options);
    command->add_option("--keep", options->keep_seconds, "seconds for which the old secret stays good; 0: it ends now")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 366.0 * 86'400));
    command->add_flag("--json", options->flags.json, "print JSON");
  }
  {
    auto options = std::make_shared<Options>();
    add_workflow(*add(*group, "delete", "Take the webhook of a workflow away", options, remove, chosen), *options);
  }
  {
    auto options = std::make_shared<Options>();
    add_form_options(*add(*group, "list", "All webhooks, without their secrets", options, list, chosen),
                     options->flags);
  }
}

}  // namespace reprise::cli
