// What the commands have in common that look after resources with a name: `schedule`, `source`, `subscription`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/options.hpp"
#include "events/json.hpp"

namespace reprise::cli {

struct ResourceKind {
  const char* noun;        // "schedule", in sentences
  const char* collection;  // "schedules", in paths and lists
  Table (*heads)();
  void (*append_row)(Table& table, const JsonValue& resource);
};

struct ResourceOptions {
  Remote remote;
  FormFlags flags;
  std::string name, reason, cursor;
  std::size_t limit = 50;
};

// The path of the one that is named, with `/command` where one is given.
std::string path_of(const ResourceKind& kind, const ResourceOptions& options, std::string_view command = {});

// One more member of an object that is being written, unless the text is empty.
void append_member(std::string& object, const char* name, const std::string& text);
// {"name": "text"}, or nothing where the text is empty.
std::string object_of(const char* name, const std::string& text);

// Each prints what the server says, and gives the exit code.
int print_resource(const ResourceKind& kind, const FormFlags& flags, const Expected<JsonDocument>& body);
int show_resource(const ResourceKind& kind, const ResourceOptions& options);
int put_resource(const ResourceKind& kind, const ResourceOptions& options, const std::string& body);
int command_resource(const ResourceKind& kind, const ResourceOptions& options, std::string_view command,
                     const std::string& body = {});

// Adds a command with the options of all; work(*options) is what it does, and gives the exit code. O is
// ResourceOptions or follows from it.
template <class O, class Work>
CLI::App* add_unnamed(CLI::App& group, const char* name, const char* description, Work work, Command& chosen,
                      const std::shared_ptr<O>& options) {
  CLI::App* command = group.add_subcommand(name, description);
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, work, &chosen] { chosen = [options, work] { return work(*options); }; });
  return command;
}

// The same with the argument NAME.
template <class O, class Work>
CLI::App* add_named(const ResourceKind& kind, CLI::App& group, const char* name, const char* description, Work work,
                    Command& chosen, const std::shared_ptr<O>& options) {
  CLI::App* command = add_unnamed(group, name, description, work, chosen, options);
  command->add_option("name", options->name, std::string("name of the ") + kind.noun)->required()->type_name("NAME");
  return command;
}

// `kind` lives as long as the process.
void add_list(const ResourceKind& kind, CLI::App& group, Command& chosen);
void add_show(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen);
void add_pause(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen);
void add_resume(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen);
void add_delete(const ResourceKind& kind, CLI::App& group, const char* description, Command& chosen);

}  // namespace reprise::cli
