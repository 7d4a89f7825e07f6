// `reprise source`: topics of Kafka whose records start runs or answer interactions.
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
  std::string name, topic, brokers, start, workflow, inputs, dead_letters, reason, cursor;
  std::vector<std::string> properties;
  bool interactions = false;
  std::size_t in_flight = 0;
  std::size_t limit = 50;
};

std::string path_of(const Options& options) { return "/api/sources/" + Client::escape(options.name); }

std::uint64_t sum_of(const JsonValue& source, const char* member) {
  std::uint64_t sum = 0;
  const JsonValue* partitions = find(source, "partitions");
  if (partitions == nullptr || !partitions->IsArray()) return sum;
  for (const auto& partition : partitions->GetArray()) {
    const JsonValue* value = find(partition, member);
    if (value != nullptr && value->IsUint64()) sum += value->GetUint64();
  }
  return sum;
}

Colour colour_of(std::string_view state) {
  return state == "running" ? Colour::green : state == "waiting" ? Colour::red : Colour::yellow;
}

void append_row(Table& table, const JsonValue& source) {
  const JsonValue* kafka = find(source, "kafka");
  const JsonValue* target = find(source, "target");
  const std::string workflow = target == nullptr ? std::string() : any_member(*target, "workflow_id");
  const std::string state = any_member(source, "state");
  table.add({{any_member(source, "name")},
             {kafka == nullptr ? std::string() : any_member(*kafka, "topic")},
             {workflow.empty() ? "interactions" : workflow},
             {state, colour_of(state)},
             {std::to_string(sum_of(source, "records"))},
             {std::to_string(sum_of(source, "lag"))},
             {any_member(source, "refused")},
             {any_member(source, "last_error"), Colour::dim}});
}

Table heads() { return Table({"SOURCE", "TOPIC", "TARGET", "STATE", "RECORDS", "LAG", "REFUSED", "LAST ERROR"}); }

int print_one(const Options& options, const Expected<JsonDocument>& body) {
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = heads();
  append_row(table, body->root());
  print_out(table.text(out_console()));
  return kOk;
}

// And what of its partitions, and what it refused last.
int print_whole(const Options& options, const Expected<JsonDocument>& body) {
  const int code = print_one(options, body);
  if (code != kOk || options.flags.form() == Form::json) return code;
  Table partitions({"PARTITION", "POSITION", "LAG", "RECORDS", "REFUSED", "LAST RECORD"});
  if (const JsonValue* all = find(body->root(), "partitions"); all && all->IsArray()) {
    for (const auto& each : all->GetArray()) {
      partitions.add({{any_member(each, "partition")},
                      {any_member(each, "position")},
                      {any_member(each, "lag")},
                      {any_member(each, "records")},
                      {any_member(each, "refused")},
                      {any_member(each, "last_record_at"), Colour::dim}});
    }
  }
  print_out("\n" + partitions.text(out_console()));
  const JsonValue* refusals = find(body->root(), "recent_refusals");
  if (refusals == nullptr || !refusals->IsArray() || refusals->Empty()) return kOk;
  Table refused({"REFUSED", "RECORD", "REASON"});
  for (const auto& each : refusals->GetArray()) {
    refused.add({{any_member(each, "refused_at"), Colour::dim},
                 {any_member(each, "topic") + "/" + any_member(each, "partition") + "/" + any_member(each, "offset")},
                 {any_member(each, "reason")}});
  }
  print_out("\n" + refused.text(out_console()));
  return kOk;
}

Expected<JsonDocument> answer_of(const Expected<Reply>& reply) {
  if (!reply) return tl::unexpected(reply.error());
  if (reply->status / 100 != 2) return tl::unexpected(error_of(*reply));
  return parse_json(reply->body);
}

void append_text(std::string& body, const char* name, const std::string& text) {
  if (text.empty()) return;
  if (body.back() != '{') body += ',';
  body.append("\"").append(name).append("\":");
  append_json_string(body, text);
}

int put(const Options& options) {
  if (options.workflow.empty() != options.interactions) {
    return report({errc::invalid, "either --workflow or --interactions must be given", {}});
  }
  std::string kafka = "{", target = "{", properties = "{";
  append_text(kafka, "topic", options.topic);
  append_text(kafka, "brokers", options.brokers);
  append_text(kafka, "start", options.start);
  for (const std::string& property : options.properties) {
    const std::size_t equals = property.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return report({errc::invalid, "--property must be NAME=VALUE, not \"" + property + "\"", {}});
    }
    if (properties.back() != '{') properties += ',';
    append_json_string(properties, property.substr(0, equals));
    properties += ':';
    append_json_string(properties, property.substr(equals + 1));
  }
  if (!options.properties.empty()) kafka.append(",\"properties\":").append(properties).append("}");
  append_text(target, "workflow_id", options.workflow);
  append_text(target, "inputs", options.inputs);
  if (options.interactions) target += "\"interaction\":true";
  std::string body = "{\"kafka\":" + kafka + "},\"target\":" + target + "}";
  append_text(body, "dead_letter_topic", options.dead_letters);
  if (options.in_flight != 0) body.append(",\"max_in_flight\":").append(std::to_string(options.in_flight));
  Client client(options.remote);
  return print_one(options, answer_of(client.send("PUT", path_of(options), body + "}")));
}

int show(const Options& options) {
  Client client(options.remote);
  return print_whole(options, client.get(path_of(options)));
}

int list(const Options& options) {
  std::string path = "/api/sources?limit=" + std::to_string(options.limit);
  if (!options.cursor.empty()) path += "&cursor=" + Client::escape(options.cursor);
  Client client(options.remote);
  const auto body = client.get(path);
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = heads();
  if (const JsonValue* all = find(body->root(), "sources"); all && all->IsArray()) {
    for (const auto& source : all->GetArray()) append_row(table, source);
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
  print_out("source " + printable(options.name) + " is deleted\n");
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
  command->add_option("name", options->name, "name of the source")->required()->type_name("NAME");
  return command;
}

}  // namespace

void add_source(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("source", "Topics of Kafka that start workflows or answer interactions");
  group->require_subcommand(1);
  const auto fresh = [] { return std::make_shared<Options>(); };
  {
    const auto options = fresh();
    auto* command = add_named(*group, "put", "Make a source, or replace it as a whole", put, chosen, options);
    command->add_option("--topic", options->topic, "whose records it reads")->required();
    auto* workflow = command->add_option("--workflow", options->workflow, "each record starts a run of this workflow");
    command->add_option("--inputs", options->inputs, "TRIGGER of the runs: value (the default) or record");
    command->add_flag("--interactions", options->interactions, "each record answers an interaction")
        ->excludes(workflow);
    command->add_option("--start", options->start, "where it begins: latest (the default) or earliest");
    command->add_option("--dead-letter-topic", options->dead_letters,
                        "for records that it cannot use; TOPIC.dead-letter when it is not given");
    command->add_option("--max-in-flight", options->in_flight, "runs that are owed at a time")
        ->check(CLI::Range(1, 100'000));
    command->add_option("--brokers", options->brokers, "in place of the server's")->type_name("HOST:PORT,...");
    command->add_option("--property", options->properties, "of librdkafka; may be repeated")->type_name("NAME=VALUE");
  }
  {
    const auto options = fresh();
    auto* command = add(*group, "list", "All sources", list, chosen, options);
    command->add_option("--limit", options->limit, "how many")->check(CLI::Range(1, 100))->capture_default_str();
    command->add_option("--cursor", options->cursor, "where to go on");
  }
  add_named(*group, "show", "One source, its partitions and what it refused last", show, chosen, fresh());
  {
    const auto options = fresh();
    auto* command = add_named(*group, "pause", "Read no more until it is resumed", pause, chosen, options);
    command->add_option("--reason", options->reason, "why, for the record");
  }
  add_named(*group, "resume", "Read on from where it stopped", resume, chosen, fresh());
  add_named(*group, "delete", "Take a source away, and its positions; its runs go on", remove, chosen, fresh());
}

}  // namespace reprise::cli
