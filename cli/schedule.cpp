// `reprise schedule`: when workflows of a server start by themselves.
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
  std::string name, workflow, cron, every, timezone, inputs, overlap, window, reason, cursor;
  std::size_t limit = 50;
};

std::string path_of(const Options& options) { return "/api/schedules/" + Client::escape(options.name); }

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

// Prints one schedule, `member` of the body where it is not the body itself.
int print_one(const Options& options, const Expected<JsonDocument>& body, const char* member = nullptr) {
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  const JsonValue* schedule = member == nullptr ? &body->root() : find(body->root(), member);
  Table table = heads();
  if (schedule != nullptr) append_row(table, *schedule);
  print_out(table.text(out_console()));
  return kOk;
}

Expected<JsonDocument> answer_of(const Expected<Reply>& reply) {
  if (!reply) return tl::unexpected(reply.error());
  if (reply->status / 100 != 2) return tl::unexpected(error_of(*reply));
  return parse_json(reply->body);
}

int put(const Options& options) {
  std::string body = "{\"workflow_id\":";
  append_json_string(body, options.workflow);
  const std::pair<const char*, const std::string&> texts[] = {{"cron", options.cron},
                                                              {"every", options.every},
                                                              {"timezone", options.timezone},
                                                              {"overlap", options.overlap},
                                                              {"catchup_window", options.window}};
  for (const auto& [name, text] : texts) {
    if (text.empty()) continue;
    body.append(",\"").append(name).append("\":");
    append_json_string(body, text);
  }
  if (!options.inputs.empty()) {
    if (const auto checked = check_json(options.inputs); !checked) {
      return report({errc::invalid, "--inputs must be a JSON object: " + checked.error().detail, {}});
    }
    body.append(",\"inputs\":").append(options.inputs);
  }
  Client client(options.remote);
  return print_one(options, answer_of(client.send("PUT", path_of(options), body + "}")));
}

int show(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.get(path_of(options)));
}

int list(const Options& options) {
  std::string path = "/api/schedules?limit=" + std::to_string(options.limit);
  if (!options.cursor.empty()) path += "&cursor=" + Client::escape(options.cursor);
  Client client(options.remote);
  const auto body = client.get(path);
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = heads();
  if (const JsonValue* all = find(body->root(), "schedules"); all && all->IsArray()) {
    for (const auto& schedule : all->GetArray()) append_row(table, schedule);
  }
  print_out(table.text(out_console()));
  if (const std::string next = any_member(body->root(), "next_cursor"); !next.empty()) {
    print_out(out_console().paint(Colour::dim, "more with --cursor " + next) + "\n");
  }
  return kOk;
}

int remove(const Options& options) {
  Client client(options.remote);
  const auto body = answer_of(client.send("DELETE", path_of(options)));
  if (!body) return report(body.error());
  print_out("schedule " + printable(options.name) + " is deleted\n");
  return kOk;
}

int pause(const Options& options) {
  std::string body;
  if (!options.reason.empty()) {
    body = "{\"reason\":";
    append_json_string(body, options.reason);
    body += '}';
  }
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/pause", body));
}

int resume(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/resume"));
}

int trigger(const Options& options) {
  Client client(options.remote);
  const auto body = client.post(path_of(options) + "/trigger");
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) return print_one(options, body);
  print_out(any_member(body->root(), "execution_id") + "\n");
  return kOk;
}

CLI::App* add(CLI::App& group, const char* name, const char* description, int (*work)(const Options&), Command& chosen,
              const std::shared_ptr<Options>& options) {
  CLI::App* command = group.add_subcommand(name, description);
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, work, &chosen] { chosen = [options, work] { return work(*options); }; });
  return command;
}

CLI::App* add_named(CLI::App& group, const char* name, const char* description, int (*work)(const Options&),
                    Command& chosen, const std::shared_ptr<Options>& options) {
  CLI::App* command = add(group, name, description, work, chosen, options);
  command->add_option("name", options->name, "name of the schedule")->required()->type_name("NAME");
  return command;
}

}  // namespace

void add_schedule(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("schedule", "When workflows start by themselves");
  group->require_subcommand(1);
  const auto fresh = [] { return std::make_shared<Options>(); };
  {
    const auto options = fresh();
    auto* command = add_named(*group, "put", "Make a schedule, or replace it as a whole", put, chosen, options);
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
  {
    const auto options = fresh();
    auto* command = add(*group, "list", "All schedules", list, chosen, options);
    command->add_option("--limit", options->limit, "how many")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--cursor", options->cursor, "where to go on");
  }
  add_named(*group, "show", "One schedule and its last firings", show, chosen, fresh());
  {
    const auto options = fresh();
    auto* command = add_named(*group, "pause", "Fire no more until it is resumed", pause, chosen, options);
    command->add_option("--reason", options->reason, "why, for the record");
  }
  add_named(*group, "resume", "Fire again from now on", resume, chosen, fresh());
  add_named(*group, "trigger", "Start a run now", trigger, chosen, fresh());
  add_named(*group, "delete", "Take a schedule away; its runs go on", remove, chosen, fresh());
}

}  // namespace reprise::cli
