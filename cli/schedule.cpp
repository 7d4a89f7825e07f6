// `reprise schedule`: when workflows of a server start by themselves.
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/named_resource.hpp"

namespace reprise::cli {
namespace {

struct Options : ResourceOptions {
  std::string workflow, cron, every, timezone, inputs, overlap, window;
};

void append_row(Table& table, const JsonValue& schedule) {
  const std::string cron = any_member(schedule, "cron");
  const JsonValue* paused = find(schedule, "paused");
  const bool is_paused = paused != nullptr && paused->IsBool() && paused->GetBool();
  std::string last;
  if (const JsonValue* firings = find(schedule, "recent_firings"); firings && firings->IsArray() && !firings->Empty()) {
    const JsonValue& newest = (*firings)[0];
    last = any_member(newest, "outcome") + " " + any_member(newest, "due_at");
  }
  const std::string when =
      cron.empty() ? "every " + any_member(schedule, "every") + " s" : cron + " " + any_member(schedule, "timezone");
  table.add({{any_member(schedule, "name")},
             {any_member(schedule, "workflow_id")},
             {printable(when)},
             {any_member(schedule, "overlap")},
             {is_paused ? "paused" : any_member(schedule, "next_due_at"), is_paused ? Colour::yellow : Colour::none},
             {last, Colour::dim}});
}

Table heads() { return Table({"SCHEDULE", "WORKFLOW", "WHEN", "OVERLAP", "NEXT", "LAST"}); }

constexpr ResourceKind kKind{"schedule", "schedules", heads, append_row};

int put(const Options& options) {
  std::string body = "{";
  append_member(body, "workflow_id", options.workflow);
  append_member(body, "cron", options.cron);
  append_member(body, "every", options.every);
  append_member(body, "timezone", options.timezone);
  append_member(body, "overlap", options.overlap);
  append_member(body, "catchup_window", options.window);
  if (!options.inputs.empty()) {
    if (const auto checked = check_json(options.inputs); !checked) {
      return report({errc::invalid, "--inputs must be a JSON object: " + checked.error().detail, {}});
    }
    body.append(",\"inputs\":").append(options.inputs);
  }
  return put_resource(kKind, options, body + "}");
}

int trigger(const ResourceOptions& options) {
  Client client(options.remote);
  const auto body = client.post(path_of(kKind, options, "trigger"));
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) return print_resource(kKind, options.flags, body);
  print_out(any_member(body->root(), "execution_id") + "\n");
  return kOk;
}

}  // namespace

void add_schedule(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("schedule", "When workflows start by themselves");
  group->require_subcommand(1);
  {
    const auto options = std::make_shared<Options>();
    auto* command = add_named(kKind, *group, "put", "Make a schedule, or replace it as a whole", put, chosen, options);
    command->add_option("--workflow", options->workflow, "id of the workflow")->required();
    auto* cron =
        command->add_option("--cron", options->cron, "[second] minute hour day month weekday")->type_name("EXPRESSION");
    command->add_option("--every", options->every, "a span such as 90s, 5m or 1h30m")
        ->excludes(cron)
        ->type_name("SPAN");
    command->add_option("--timezone", options->timezone, "of the cron expression; UTC when it is not given")
        ->type_name("ZONE");
    command->add_option("--inputs", options->inputs, "TRIGGER of its runs")->type_name("JSON");
    command->add_option("--overlap", options->overlap, "while a run is open: skip (the default), allow or buffer_one");
    command->add_option("--catchup-window", options->window, "how late a missed firing is still made up for")
        ->type_name("SPAN");
  }
  add_list(kKind, *group, chosen);
  add_show(kKind, *group, "One schedule and its last firings", chosen);
  add_pause(kKind, *group, "Fire no more until it is resumed", chosen);
  add_resume(kKind, *group, "Fire again from now on", chosen);
  add_named(kKind, *group, "trigger", "Start a run now", trigger, chosen, std::make_shared<ResourceOptions>());
  add_delete(kKind, *group, "Take a schedule away; its runs go on", chosen);
}

}  // namespace reprise::cli
