// `reprise tail`: the events of all runs as they come.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "cli/command.hpp"
#include "cli/event_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

constexpr std::chrono::milliseconds kPause{500};

struct Options {
  Remote remote;
  FormFlags flags;
  std::string type, workflow, cursor;
  bool from_start = false;
};

std::string path_of(const Options& options) {
  std::string path = "/api/events/stream";
  auto add = [&path, separator = '?'](std::string_view name, const std::string& value) mutable {
    path.append(1, separator).append(name).append("=").append(Client::escape(value));
    separator = '&';
  };
  if (!options.type.empty()) add("type", options.type);
  if (!options.workflow.empty()) add("workflow_id", options.workflow);
  if (options.from_start || !options.cursor.empty()) add("cursor", options.cursor);
  return path;
}

// "2026-02-02T02:40:00.123Z task.completed  orders  0190…/7  [ref] result=…"
std::string line_of(const JsonValue& event, const Console& console) {
  const std::string_view type = short_event_type(text_member(event, "type"));
  const JsonValue* data = find(event, "data");
  const std::string_view ref = data == nullptr ? std::string_view() : text_member(*data, "ref");
  std::string padded(type);
  padded.resize(std::max<std::size_t>(padded.size(), 24), ' ');
  std::string rest = printable(text_member(event, "subject")) + "  " + printable(text_member(event, "id"));
  if (!ref.empty()) rest += "  [" + printable(ref) + "]";
  if (data != nullptr) rest += "  " + printable(event_summary(*data));
  const std::string_view time = text_member(event, "time");
  if (console.width > time.size() + padded.size() + 2)
    rest = clip(rest, console.width - time.size() - padded.size() - 2);
  return console.paint(Colour::dim, printable(time)) + " " + console.paint(colour_of_event(type), printable(padded)) +
         " " + rest + "\n";
}

// Goes on until somebody stops it: a server that went away is waited for.
int tail(const Options& options) {
  Client client(options.remote);
  const bool people = options.flags.form() == Form::people;
  const std::string path = path_of(options);
  std::string last_id;
  bool told = false;
  const auto take = [&](const StreamMessage& message) {
    told = false;
    if (!people) {
      print_out(message.data + "\n");
    } else if (const auto event = parse_json(message.data)) {
      print_out(line_of(event->root(), out_console()));
    }
    return std::ferror(stdout) == 0;  // whoever read it has gone
  };
  while (true) {
    const auto done = client.stream(path, last_id, take, {});
    if (std::ferror(stdout) != 0) return kOk;
    // Without an id there was no stream yet: nothing to wait for.
    if (!done && (done.error().code != errc::unavailable || last_id.empty())) return report(done.error());
    if (!std::exchange(told, true)) {
      const std::string why = done ? "the server ended the stream" : done.error().detail;
      print_error("reprise: " + why + "; trying again\n");
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

void add_tail(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("tail", "Print the events of all executions as they come");
  command->add_option("--type", options->type, "Only these event types, such as reprise.task.*; several with commas");
  command->add_option("--workflow-id", options->workflow, "Only of this workflow");
  CLI::Option* cursor = command->add_option("--cursor", options->cursor, "Begin after this cursor of GET /api/events");
  command->add_flag("--from-start", options->from_start, "Begin with the first event")->excludes(cursor);
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return tail(*options); }; });
}

}  // namespace reprise::cli
