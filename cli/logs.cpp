// `reprise logs ID [-f]`: the log of a run, and what comes while it goes on.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/follow.hpp"
#include "cli/json_fields.hpp"
#include "cli/options.hpp"
#include "projections/log_lines.hpp"

namespace reprise::cli {
namespace {

constexpr std::size_t kPage = 10'000;

struct Options {
  Remote remote;
  FormFlags flags;
  std::string id, level, node;
  bool follow = false;
};

int follow_logs(Client& client, const Options& options) {
  const bool people = options.flags.form() == Form::people;
  const auto take = [&](std::string_view event, const JsonValue& line) {
    if (event != "log") return;
    if (!options.level.empty() && text_member(line, "level") != options.level) return;
    if (!options.node.empty() && !projections::is_line_of(options.node, text_member(line, "node_id"))) return;
    print_out(people ? log_line_text(line, out_console()) : to_json(line) + "\n");
  };
  const auto followed = follow(client, options.id, take, {});
  return followed ? static_cast<int>(kOk) : report(followed.error());
}

// All pages as one answer of the server's own form.
int print_logs(Client& client, const Options& options) {
  const bool people = options.flags.form() == Form::people;
  std::string path = "/api/executions/" + Client::escape(options.id) + "/logs?limit=" + std::to_string(kPage);
  if (!options.level.empty()) path += "&level=" + Client::escape(options.level);
  if (!options.node.empty()) path += "&node_id=" + Client::escape(options.node);

  JsonDocument all;
  for (std::size_t offset = 0;;) {
    auto page = client.get(path + "&offset=" + std::to_string(offset));
    if (!page) return report(page.error());
    const JsonValue* lines = find(page->root(), "logs");
    if (!lines || !lines->IsArray()) return report({errc::malformed, "the server's answer holds no logs", {}});
    const std::size_t count = lines->Size();
    if (people) {
      for (const JsonValue& line : lines->GetArray()) print_out(log_line_text(line, out_console()));
    } else if (offset == 0) {
      all = std::move(*page);
    } else {
      JsonValue& into = all.root()["logs"];
      for (const JsonValue& line : lines->GetArray()) into.PushBack(JsonValue(line, all.pool()), all.pool());
    }
    offset += count;
    if (count < kPage) break;
  }
  if (!people) {
    all.root()["limit"].SetUint64(all.root()["logs"].Size());
    print_out(json_text(all.root(), out_console()));
  }
  return kOk;
}

int logs(Options options) {
  for (char& c : options.level) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  Client client(options.remote);
  return options.follow ? follow_logs(client, options) : print_logs(client, options);
}

}  // namespace

void add_logs(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("logs", "Print the log of an execution");
  add_execution_id(*command, options->id);
  command->add_flag("-f,--follow", options->follow, "go on until the execution ends");
  command->add_option("--level", options->level, "only lines of this level: DEBUG, INFO, WARNING or ERROR");
  command->add_option("--node", options->node, "only lines of this node, and of a loop's iterations");
  add_form_options(*command, options->flags);
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return logs(*options); }; });
}

}  // namespace reprise::cli
