// `reprise subscription`: events that a server sends out as webhooks.
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
  std::string name, url, workflow, secret, from, reason, cursor, position;
  std::vector<std::string> types;
  std::size_t limit = 50;
};

std::string path_of(const Options& options) { return "/api/subscriptions/" + Client::escape(options.name); }

Colour colour_of(const std::string& state) {
  return state == "disabled" ? Colour::red : state == "paused" ? Colour::yellow : Colour::none;
}

void append_row(Table& table, const JsonValue& subscription) {
  const std::string state = any_member(subscription, "state");
  const JsonValue* error = find(subscription, "last_error");
  const std::string last = error == nullptr || !error->IsObject() ? "" : any_member(*error, "message");
  table.add({{any_member(subscription, "name")},
             {printable(any_member(subscription, "url"))},
             {state, colour_of(state)},
             {any_member(subscription, "lag")},
             {any_member(subscription, "last_success_at")},
             {printable(last), Colour::dim}});
}

Table heads() { return Table({"SUBSCRIPTION", "URL", "STATE", "LAG", "LAST DELIVERY", "LAST ERROR"}); }

// Prints one subscription, and its secret where the server has drawn one: it is never told again.
int print_one(const Options& options, const Expected<JsonDocument>& body) {
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = heads();
  append_row(table, body->root());
  print_out(table.text(out_console()));
  if (const std::string secret = any_member(body->root(), "secret"); !secret.empty()) {
    print_out("secret " + secret + " (keep it: it is not shown again)\n");
  }
  return kOk;
}

Expected<JsonDocument> answer_of(const Expected<Reply>& reply) {
  if (!reply) return tl::unexpected(reply.error());
  if (reply->status / 100 != 2) return tl::unexpected(error_of(*reply));
  return parse_json(reply->body);
}

// {"name": "text"}, or nothing where the text is empty.
std::string body_of(const char* name, const std::string& text) {
  if (text.empty()) return {};
  std::string body = std::string("{\"") + name + "\":";
  append_json_string(body, text);
  return body + '}';
}

int put(const Options& options) {
  std::string body = "{\"url\":";
  append_json_string(body, options.url);
  body += ",\"types\":[";
  for (const std::string& type : options.types) {
    if (body.back() != '[') body += ',';
    append_json_string(body, type);
  }
  body += ']';
  const std::pair<const char*, const std::string&> texts[] = {
      {"workflow_id", options.workflow}, {"secret", options.secret}, {"from", options.from}};
  for (const auto& [name, text] : texts) {
    if (text.empty()) continue;
    body.append(",\"").append(name).append("\":");
    append_json_string(body, text);
  }
  Client client(options.remote);
  return print_one(options, answer_of(client.send("PUT", path_of(options), body + "}")));
}

int show(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.get(path_of(options)));
}

int list(const Options& options) {
  std::string path = "/api/subscriptions?limit=" + std::to_string(options.limit);
  if (!options.cursor.empty()) path += "&cursor=" + Client::escape(options.cursor);
  Client client(options.remote);
  const auto body = client.get(path);
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = heads();
  if (const JsonValue* all = find(body->root(), "subscriptions"); all && all->IsArray()) {
    for (const auto& subscription : all->GetArray()) append_row(table, subscription);
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
  print_out("subscription " + printable(options.name) + " is deleted\n");
  return kOk;
}

int pause(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/pause", body_of("reason", options.reason)));
}

int resume(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/resume"));
}

int rotate(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/rotate", body_of("secret", options.secret)));
}

int replay(const Options& options) {
  Client client(options.remote);
  return print_one(options, client.post(path_of(options) + "/replay", body_of("cursor", options.position)));
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
  command->add_option("name", options->name, "name of the subscription")->required()->type_name("NAME");
  return command;
}

}  // namespace

void add_subscription(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("subscription", "Events sent out as signed webhooks");
  group->require_subcommand(1);
  const auto fresh = [] { return std::make_shared<Options>(); };
  {
    const auto options = fresh();
    auto* command = add_named(*group, "put", "Make a subscription, or replace it as a whole", put, chosen, options);
    command->add_option("--url", options->url, "where the events are posted to")->required();
    command->add_option("--type", options->types, "pattern of event types, such as reprise.task.*; may be repeated")
        ->required()
        ->type_name("PATTERN");
    command->add_option("--workflow", options->workflow, "events of this workflow alone")->type_name("ID");
    command->add_option("--secret", options->secret, "whsec_ and base64 of 24 to 64 bytes; drawn when it is not given")
        ->type_name("SECRET");
    command->add_option("--from", options->from, "where a new one begins: begin, or a cursor; else with what comes")
        ->type_name("CURSOR");
  }
  {
    const auto options = fresh();
    auto* command = add(*group, "list", "All subscriptions", list, chosen, options);
    command->add_option("--limit", options->limit, "how many")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--cursor", options->cursor, "where to go on");
  }
  add_named(*group, "show", "One subscription and how its deliveries go", show, chosen, fresh());
  {
    const auto options = fresh();
    auto* command = add_named(*group, "pause", "Deliver no more until it is resumed", pause, chosen, options);
    command->add_option("--reason", options->reason, "why, for the record");
  }
  add_named(*group, "resume", "Go on after a pause, or after it was disabled", resume, chosen, fresh());
  {
    const auto options = fresh();
    auto* command = add_named(*group, "rotate", "Give it a new secret; the old one signs beside it for a day", rotate,
                              chosen, options);
    command->add_option("--secret", options->secret, "the new one; drawn when it is not given")->type_name("SECRET");
  }
  {
    const auto options = fresh();
    auto* command = add_named(*group, "replay", "Deliver again from a place in the feed", replay, chosen, options);
    command->add_option("--cursor", options->position, "begin, or a cursor of the feed")
        ->default_str("begin")
        ->default_val("begin")
        ->type_name("CURSOR");
  }
  add_named(*group, "delete", "Take a subscription away", remove, chosen, fresh());
}

}  // namespace reprise::cli
