// `reprise subscription`: events that a server sends out as webhooks.
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/named_resource.hpp"

namespace reprise::cli {
namespace {

struct Options : ResourceOptions {
  std::string url, workflow, secret, from, position;
  std::vector<std::string> types;
};

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

constexpr ResourceKind kKind{"subscription", "subscriptions", heads, append_row};

// Prints one subscription, and its secret where the server has drawn one: it is never told again.
int print_with_secret(const Options& options, const Expected<JsonDocument>& body) {
  const int code = print_resource(kKind, options.flags, body);
  if (code != kOk || options.flags.form() == Form::json) return code;
  if (const std::string secret = any_member(body->root(), "secret"); !secret.empty()) {
    print_out("secret " + secret + " (keep it: it is not shown again)\n");
  }
  return kOk;
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
  append_member(body, "workflow_id", options.workflow);
  append_member(body, "secret", options.secret);
  append_member(body, "from", options.from);
  Client client(options.remote);
  return print_with_secret(options, client.put(path_of(kKind, options), body + "}"));
}

int rotate(const Options& options) {
  Client client(options.remote);
  return print_with_secret(options,
                           client.post(path_of(kKind, options, "rotate"), object_of("secret", options.secret)));
}

int replay(const Options& options) {
  return command_resource(kKind, options, "replay", object_of("cursor", options.position));
}

}  // namespace

void add_subscription(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("subscription", "Events sent out as signed webhooks");
  group->require_subcommand(1);
  {
    const auto options = std::make_shared<Options>();
    auto* command =
        add_named(kKind, *group, "put", "Make a subscription, or replace it as a whole", put, chosen, options);
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
  add_list(kKind, *group, chosen);
  add_show(kKind, *group, "One subscription and how its deliveries go", chosen);
  add_pause(kKind, *group, "Deliver no more until it is resumed", chosen);
  add_resume(kKind, *group, "Go on after a pause, or after it was disabled", chosen);
  {
    const auto options = std::make_shared<Options>();
    auto* command = add_named(kKind, *group, "rotate", "Give it a new secret; the old one signs beside it for a day",
                              rotate, chosen, options);
    command->add_option("--secret", options->secret, "the new one; drawn when it is not given")->type_name("SECRET");
  }
  {
    const auto options = std::make_shared<Options>();
    auto* command =
        add_named(kKind, *group, "replay", "Deliver again from a place in the feed", replay, chosen, options);
    command->add_option("--cursor", options->position, "begin, or a cursor of the feed")
        ->default_str("begin")
        ->default_val("begin")
        ->type_name("CURSOR");
  }
  add_delete(kKind, *group, "Take a subscription away", chosen);
}

}  // namespace reprise::cli
