#include "cli/named_resource.hpp"

#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"

namespace reprise::cli {
namespace {

std::string collection_path(const ResourceKind& kind) { return std::string("/api/") + kind.collection; }

int list(const ResourceKind& kind, const ResourceOptions& options) {
  std::string path = collection_path(kind) + "?limit=" + std::to_string(options.limit);
  if (!options.cursor.empty()) path += "&cursor=" + Client::escape(options.cursor);
  Client client(options.remote);
  const auto body = client.get(path);
  if (!body) return report(body.error());
  if (options.flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = kind.heads();
  if (const JsonValue* all = find(body->root(), kind.collection); all && all->IsArray()) {
    for (const auto& each : all->GetArray()) kind.append_row(table, each);
  }
  print_out(table.text(out_console()));
  if (const std::string next = any_member(body->root(), "next_cursor"); !next.empty()) {
    print_out(out_console().paint(Colour::dim, "more with --cursor " + next) + "\n");
  }
  return kOk;
}

int remove(const ResourceKind& kind, const ResourceOptions& options) {
  Client client(options.remote);
  const auto body = client.remove(path_of(kind, options));
  if (!body) return report(body.error());
  print_out(std::string(kind.noun) + " " + printable(options.name) + " is deleted\n");
  return kOk;
}

}  // namespace

std::string path_of(const ResourceKind& kind, const ResourceOptions& options, std::string_view command) {
  std::string path = collection_path(kind) + "/" + Client::escape(options.name);
  if (!command.empty()) path.append("/").append(command);
  return path;
}

void append_member(std::string& object, const char* name, const std::string& text) {
  if (text.empty()) return;
  if (object.back() != '{') object += ',';
  object.append("\"").append(name).append("\":");
  append_json_string(object, text);
}

std::string object_of(const char* name, const std::string& text) {
  if (text.empty()) return {};
  std::string object = "{";
  append_member(object, name, text);
  return object + '}';
}

int print_resource(const ResourceKind& kind, const FormFlags& flags, const Expected<JsonDocument>& body) {
  if (!body) return report(body.error());
  if (flags.form() == Form::json) {
    print_out(json_text(body->root(), out_console()));
    return kOk;
  }
  Table table = kind.heads();
  kind.append_row(table, body->root());
  print_out(table.text(out_console()));
  return kOk;
}

int show_resource(const ResourceKind& kind, const ResourceOptions& options) {
  Client client(options.remote);
  return print_resource(kind, options.flags, client.get(path_of(kind, options)));
}

int put_resource(const ResourceKind& kind, const ResourceOptions& options, const std::string& body) {
  Client client(options.remote);
  return print_resource(kind, options.flags, client.put(path_of(kind, options), body));
}

int command_resource(const ResourceKind& kind, const ResourceOptions& options, std::string_view command,
                     const std::string& body) {
  Client client(options.remote);
  return print_resource(kind, options.flags, client.post(path_of(kind, options, command), body));
}

void add_list(const ResourceKind& kind, CLI::App& group, Command& chosen) {
  const auto options = std::make_shared<ResourceOptions>();
  const std::string description = std::string("All ") + kind.collection;
  auto* command = add_unnamed(
      group, "list", description.c_str(), [&kind](const ResourceOptions& o) { return list(kind, o); }, chosen, options);
  command->add_option("--limit", options->limit, "how many")->check(CLI::Range(1, 100))->capture_default_str();
  command->add_option("--cursor", options->cursor, "where to go on");
}

void add_show(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen) {
  add_named(
      kind, group, "show", description, [&kind](const ResourceOptions& o) { return show_resource(kind, o); }, chosen,
      std::make_shared<ResourceOptions>());
}

void add_pause(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen) {
  const auto options = std::make_shared<ResourceOptions>();
  const auto work = [&kind](const ResourceOptions& o) {
    return command_resource(kind, o, "pause", object_of("reason", o.reason));
  };
  auto* command = add_named(kind, group, "pause", description, work, chosen, options);
  command->add_option("--reason", options->reason, "why, for the record");
}

void add_resume(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen) {
  add_named(
      kind, group, "resume", description,
      [&kind](const ResourceOptions& o) { return command_resource(kind, o, "resume"); }, chosen,
      std::make_shared<ResourceOptions>());
}

void add_delete(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen) {
  add_named(
      kind, group, "delete", description, [&kind](const ResourceOptions& o) { return remove(kind, o); }, chosen,
      std::make_shared<ResourceOptions>());
}

}  // namespace reprise::cli
