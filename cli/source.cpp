// `reprise source`: topics of Kafka whose records start runs or answer interactions.
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/named_resource.hpp"

namespace reprise::cli {
namespace {

struct Options : ResourceOptions {
  std::string topic, brokers, start, workflow, inputs, dead_letters;
  std::vector<std::string> properties;
  bool interactions = false;
  std::size_t in_flight = 0;
};

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

constexpr ResourceKind kKind{"source", "sources", heads, append_row};

// One source, and what of its partitions, and what it refused last.
int print_whole(const ResourceOptions& options, const Expected<JsonDocument>& body) {
  const int code = print_resource(kKind, options.flags, body);
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

int put(const Options& options) {
  if (options.workflow.empty() != options.interactions) {
    return report({errc::invalid, "either --workflow or --interactions must be given", {}});
  }
  std::string kafka = "{", target = "{", properties = "{";
  append_member(kafka, "topic", options.topic);
  append_member(kafka, "brokers", options.brokers);
  append_member(kafka, "start", options.start);
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
  append_member(target, "workflow_id", options.workflow);
  append_member(target, "inputs", options.inputs);
  if (options.interactions) target += "\"interaction\":true";
  std::string body = "{\"kafka\":" + kafka + "},\"target\":" + target + "}";
  append_member(body, "dead_letter_topic", options.dead_letters);
  if (options.in_flight != 0) body.append(",\"max_in_flight\":").append(std::to_string(options.in_flight));
  return put_resource(kKind, options, body + "}");
}

int show(const ResourceOptions& options) {
  Client client(options.remote);
  return print_whole(options, client.get(path_of(kKind, options)));
}

}  // namespace

void add_source(CLI::App& app, Command& chosen) {
  CLI::App* group = app.add_subcommand("source", "Topics of Kafka that start workflows or answer interactions");
  group->require_subcommand(1);
  {
    const auto options = std::make_shared<Options>();
    auto* command = add_named(kKind, *group, "put", "Make a source, or replace it as a whole", put, chosen, options);
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
  add_list(kKind, *group, chosen);
  add_named(kKind, *group, "show", "One source, its partitions and what it refused last", show, chosen,
            std::make_shared<ResourceOptions>());
  add_pause(kKind, *group, "Read no more until it is resumed", chosen);
  add_resume(kKind, *group, "Read on from where it stopped", chosen);
  add_delete(kKind, *group, "Take a source away, and its positions; its runs go on", chosen);
}

}  // namespace reprise::cli
