// `reprise ls` and `reprise show`: what runs, why a run is where it is, and how far events have gone out.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/options.hpp"
#include "events/time.hpp"

namespace reprise::cli {
namespace {

std::optional<Time> member_time(const JsonValue& object, std::string_view name) {
  return parse_time(any_member(object, name));
}

// From start to end; a run that goes on has no such time yet.
std::string took(const JsonValue& execution) {
  const auto start = member_time(execution, "started_at"), end = member_time(execution, "completed_at");
  return start && end ? duration_text((*end - *start).count()) : "";
}

// ---- ls

struct ListOptions {
  Remote remote;
  FormFlags flags;
  std::string workflow, user, cursor;
  std::vector<std::string> statuses;
  std::size_t limit = 50;
};

int ls(const ListOptions& options) {
  std::string path = "/api/executions?limit=" + std::to_string(options.limit);
  if (!options.workflow.empty()) path += "&workflow_id=" + Client::escape(options.workflow);
  if (!options.user.empty()) path += "&user_id=" + Client::escape(options.user);
  if (!options.cursor.empty()) path += "&cursor=" + Client::escape(options.cursor);
  for (const std::string& status : options.statuses) path += "&status=" + Client::escape(status);

  Client client(options.remote);
  const auto body = client.get(path);
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table({"EXECUTION", "WORKFLOW", "STATUS", "STARTED", "TOOK", "NODE"});
  const JsonValue* executions = find(body->root(), "executions");
  const std::size_t shown = executions && executions->IsArray() ? executions->Size() : 0;
  for (std::size_t i = 0; i < shown; ++i) {
    const JsonValue& execution = (*executions)[static_cast<rapidjson::SizeType>(i)];
    const std::string status = any_member(execution, "status");
    table.add({{any_member(execution, "execution_id")},
               {any_member(execution, "workflow_id")},
               {status, colour_of_status(status)},
               {any_member(execution, "started_at"), Colour::dim},
               {took(execution)},
               {any_member(execution, "current_node")}});
  }
  print_out(table.text(out_console()));
  const std::string total = any_member(body->root(), "total");
  std::string foot = std::to_string(shown) + " of " + total;
  if (const std::string next = any_member(body->root(), "next_cursor"); !next.empty())
    foot += "; more with --cursor " + next;
  print_out(out_console().paint(Colour::dim, foot) + "\n");
  return kOk;
}

// ---- show

struct ShowOptions {
  Remote remote;
  FormFlags flags;
  std::string id;
  bool stream = false;
};

void append_line(std::string& out, std::string_view label, std::string_view value, Colour colour = Colour::none) {
  if (value.empty()) return;
  std::string head(label);
  head.resize(12, ' ');
  out += out_console().paint(Colour::dim, head) + out_console().paint(colour, printable(value)) + "\n";
}

// What the run waits for, as explain tells it: its sentence, then one for each open task that has its own.
void append_explanation(std::string& out, const JsonValue& explanation) {
  append_line(out, "why", any_member(explanation, "sentence"));
  if (const JsonValue* open = find(explanation, "open"); open && open->IsArray()) {
    for (const JsonValue& task : open->GetArray()) {
      if (const std::string sentence = any_member(task, "sentence"); !sentence.empty())
        append_line(out, "  open", sentence);
    }
  }
  if (const JsonValue* cause = find(explanation, "first_cause"); cause && cause->IsObject()) {
    std::string text = any_member(*cause, "ref");
    const std::string message = any_member(*cause, "message");
    if (!text.empty() && !message.empty()) text += ": ";
    append_line(out, "cause", text + message, Colour::red);
  }
}

void append_tasks(std::string& out, const JsonValue& body) {
  const JsonValue* tasks = find(body, "tasks");
  if (!tasks || !tasks->IsArray() || tasks->Empty()) return;
  Table table({"TASK", "ACTION", "STATUS", "ATTEMPT"});
  for (const JsonValue& task : tasks->GetArray()) {
    const std::string status = any_member(task, "status");
    table.add({{any_member(task, "ref")},
               {any_member(task, "action")},
               {status, colour_of_status(status)},
               {any_member(task, "attempt")}});
  }
  out += "\n" + table.text(out_console());
}

// How far the events have gone out to Kafka.
int show_stream(const ShowOptions& options) {
  Client client(options.remote);
  const auto info = client.get("/api/info");
  if (!info) return report(info.error());
  const JsonValue* stream = find(info->root(), "stream");
  if (options.flags.form() == Form::json) {
    print_out(stream ? json_text(*stream, out_console()) : "null\n");
    return kOk;
  }
  if (stream == nullptr || !stream->IsObject()) {
    print_out("events are not published: set kafka_brokers\n");
    return kOk;
  }
  const std::string state = any_member(*stream, "state");
  std::string out;
  append_line(out, "topic", any_member(*stream, "topic"));
  append_line(out, "brokers", any_member(*stream, "brokers"));
  append_line(out, "state", state, state == "publishing" ? Colour::green : Colour::red);
  append_line(out, "lag", any_member(*stream, "lag"));
  append_line(out, "published", any_member(*stream, "published"));
  append_line(out, "succeeded", any_member(*stream, "last_success"));
  append_line(out, "errors", any_member(*stream, "errors"));
  if (const JsonValue* error = find(*stream, "last_error"); error && error->IsObject()) {
    append_line(out, "last error", any_member(*error, "time") + "  " + any_member(*error, "message"));
  }
  print_out(out);
  return kOk;
}

int show(const ShowOptions& options) {
  if (options.stream) return show_stream(options);
  Client client(options.remote);
  const std::string path = "/api/executions/" + Client::escape(options.id);
  const auto execution = client.get(path);
  if (!execution) return report(execution.error());
  const auto explanation = client.get(path + "/explain");
  if (!explanation) return report(explanation.error());

  const JsonValue& run = execution->root();
  if (options.flags.form() == Form::json) {
    JsonDocument all;
    all.root().CopyFrom(run, all.pool());
    JsonValue why;
    why.CopyFrom(explanation->root(), all.pool());
    all.root().AddMember("explain", why, all.pool());
    print_out(json_text(all.root(), out_console()));
    return kOk;
  }
  const std::string status = any_member(run, "status");
  std::string out;
  append_line(out, "execution", any_member(run, "execution_id"));
  append_line(out, "workflow", any_member(run, "workflow_id"));
  append_line(out, "status", status, colour_of_status(status));
  append_line(out, "started", any_member(run, "started_at"));
  append_line(out, "ended", any_member(run, "completed_at"));
  append_line(out, "took", took(run));
  append_line(out, "node", any_member(run, "current_node"));
  append_explanation(out, explanation->root());
  append_line(out, "error", any_member(run, "error"), Colour::red);
  if (const JsonValue* result = find(run, "result"); result && !result->IsNull())
    append_line(out, "result", to_json(*result));
  if (const auto tasks = client.get(path + "/tasks")) append_tasks(out, tasks->root());
  print_out(out);
  return kOk;
}

}  // namespace

void add_ls(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* command = app.add_subcommand("ls", "List executions, the newest first");
  command->add_option("--workflow", options->workflow, "only of this workflow");
  command->add_option("--status", options->statuses, "only in these states; may be repeated")->delimiter(',');
  command->add_option("--user", options->user, "only of this user");
  command->add_option("--limit", options->limit, "how many, at most 100")->capture_default_str();
  command->add_option("--cursor", options->cursor, "go on where an earlier list ended");
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return ls(*options); }; });
}

void add_show(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = app.add_subcommand("show", "Show one execution and why it is where it is, or the event stream");
  CLI::Option* id = command->add_option("id", options->id, "id of the execution")->type_name("ID");
  command->add_flag("--stream", options->stream, "how far events have gone out to Kafka")->excludes(id);
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] {
    if (options->id.empty() && !options->stream) throw CLI::RequiredError("id");
    chosen = [options] { return show(*options); };
  });
}

}  // namespace reprise::cli
