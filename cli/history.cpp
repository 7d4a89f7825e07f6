// `reprise history ID`: the events of a run, in order.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/event_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

constexpr std::size_t kPage = 1'000;

struct Options {
  Remote remote;
  FormFlags flags;
  std::string id;
};

void add_row(Table& table, const JsonValue& event) {
  const std::string_view id = text_member(event, "id");
  const JsonValue* data = find(event, "data");
  const std::string_view type = short_event_type(text_member(event, "type"));
  table.add({{std::string(id.substr(id.rfind('/') + 1))},
             {std::string(text_member(event, "time")), Colour::dim},
             {std::string(type), colour_of_event(type)},
             {data ? std::string(text_member(*data, "ref")) : std::string()},
             {data ? event_summary(*data) : std::string()}});
}

int history(const Options& options) {
  Client client(options.remote);
  const std::string path =
      "/api/executions/" + Client::escape(options.id) + "/events?limit=" + std::to_string(kPage) + "&after=";
  const bool people = options.flags.form() == Form::people;
  Table table({"EVENT", "TIME", "TYPE", "TASK", "WHAT"});
  JsonDocument all;
  bool first = true;
  for (std::string after = "0"; !after.empty();) {
    auto page = client.get(path + after);
    if (!page) return report(page.error());
    const JsonValue* events = find(page->root(), "events");
    if (!events || !events->IsArray()) return report({errc::malformed, "the server's answer holds no events", {}});
    const JsonValue* next = find(page->root(), "next_after");
    after = next && next->IsUint64() ? std::to_string(next->GetUint64()) : std::string();
    if (people) {
      for (const JsonValue& event : events->GetArray()) add_row(table, event);
    } else if (std::exchange(first, false)) {
      all = std::move(*page);
    } else {
      for (const JsonValue& event : events->GetArray())
        all.root()["events"].PushBack(JsonValue(event, all.pool()), all.pool());
    }
  }
  if (!people) all.root()["next_after"].SetNull();
  print_out(people ? table.text(out_console()) : json_text(all.root(), out_console()));
  return kOk;
}

}  // namespace

void add_history(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("history", "Print the events of an execution");
  add_execution_id(*command, options->id);
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return history(*options); }; });
}

}  // namespace reprise::cli
