// `reprise replay ID|--all`: folds runs again from their events and compares with what is stored, by asking a server
// or, with
// --data, on the store itself.
#include <CLI/CLI.hpp>
#include <memory>

#include "actors/audit.hpp"
#include "actors/offline.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/json_fields.hpp"
#include "cli/offline_store.hpp"
#include "cli/options.hpp"

namespace reprise::cli {
namespace {

struct Options {
  Remote remote;
  std::string id, data;
  bool all = false, json = false;
};

// What replaying many came to.
class Tally {
 public:
  explicit Tally(bool json) : json_(json) {}

  void add(const std::string& id, std::uint64_t events, bool matches, const std::string& difference) {
    ++executions_;
    events_ += events;
    if (matches) return;
    if (!json_) print_out(id + ": MISMATCH: " + printable(difference) + "\n");
    if (mismatches_++ != 0) mismatches_json_ += ',';
    mismatches_json_ += "{\"execution_id\":";
    append_json_string(mismatches_json_, id);
    mismatches_json_ += ",\"first_difference\":";
    append_json_string(mismatches_json_, difference);
    mismatches_json_ += '}';
  }

  int conclude() const {
    if (json_) {
      print_out("{\"executions\":" + std::to_string(executions_) + ",\"events\":" + std::to_string(events_) +
                ",\"matches\":" + (mismatches_ == 0 ? "true" : "false") + ",\"mismatches\":[" + mismatches_json_ +
                "]}\n");
    } else {
      print_out("replayed " + std::to_string(executions_) + (executions_ == 1 ? " execution, " : " executions, ") +
                std::to_string(events_) +
                " events: " + (mismatches_ == 0 ? "all match" : std::to_string(mismatches_) + " do not match") + "\n");
    }
    return mismatches_ == 0 ? kOk : kFailed;
  }

 private:
  bool json_;
  std::uint64_t executions_ = 0, events_ = 0, mismatches_ = 0;
  std::string mismatches_json_;
};

// ---- on the store

void replay_stored(const actors::Audit& audit, const StoredExecution& stored, Tally& tally) {
  const std::string id = to_string(stored.id);
  if (!stored.chunk) return tally.add(id, 0, false, stored.chunk.error().detail);
  const auto report = audit.replay(stored.id, stored.chunk->principal.workspace);
  if (!report) return tally.add(id, 0, false, report.error().detail);
  tally.add(id, report->events, report->matches, report->first_difference);
}

int replay_offline(const Options& options) {
  const auto store = open_offline_store(options.data);
  if (!store) return report(store.error());
  const auto gateway = actors::open_offline(**store);
  const actors::Audit audit(*gateway);
  Tally tally(options.json);
  if (options.all) {
    const auto visited =
        for_each_execution(**store, [&](const StoredExecution& stored) { replay_stored(audit, stored, tally); });
    if (!visited) return report(visited.error());
    return tally.conclude();
  }
  const auto id = parse_uuid(options.id);
  if (!id) return report({errc::invalid, "\"" + options.id + "\" is no execution id", {}});
  const auto stored = find_execution(**store, *id);
  if (!stored) return report(stored.error());
  replay_stored(audit, *stored, tally);
  return tally.conclude();
}

// ---- by a server

Expected<void> replay_remote(Client& client, const std::string& id, Tally& tally) {
  const auto body = client.post("/api/executions/" + Client::escape(id) + "/replay");
  if (!body) return tl::unexpected(body.error());
  const JsonValue* events = find(body->root(), "events");
  const JsonValue* matches = find(body->root(), "matches");
  tally.add(id, events && events->IsUint64() ? events->GetUint64() : 0, matches && matches->IsTrue(),
            any_member(body->root(), "first_difference"));
  return {};
}

Expected<void> replay_all_remote(Client& client, Tally& tally) {
  std::string path = "/api/executions?limit=100";
  while (true) {
    const auto page = client.get(path);
    if (!page) return tl::unexpected(page.error());
    const JsonValue* executions = find(page->root(), "executions");
    if (!executions || !executions->IsArray()) return fail(errc::malformed, "the server's answer holds no executions");
    for (const JsonValue& execution : executions->GetArray()) {
      if (auto done = replay_remote(client, any_member(execution, "execution_id"), tally); !done) return done;
    }
    const std::string_view next = text_member(page->root(), "next_cursor");
    if (next.empty()) return {};
    path = "/api/executions?limit=100&cursor=" + Client::escape(next);
  }
}

int replay(const Options& options) {
  if (options.all == !options.id.empty()) return report({errc::invalid, "replay what? give one ID, or --all", {}});
  if (!options.data.empty()) return replay_offline(options);
  Client client(options.remote);
  Tally tally(options.json);
  const auto done = options.all ? replay_all_remote(client, tally) : replay_remote(client, options.id, tally);
  return done ? tally.conclude() : report(done.error());
}

}  // namespace

void add_replay(CLI::App& app, Command& chosen) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("replay", "Fold executions again from their events and compare with what is stored");
  command->add_option("id", options->id, "id of the execution")->type_name("ID");
  command->add_flag("--all", options->all, "every execution");
  command->add_option("--data", options->data, "replay on this store, whose server must not run")->type_name("DIR");
  command->add_flag("--json", options->json, "print JSON");
  add_remote_options(*command, options->remote);
  command->callback([options, &chosen] { chosen = [options] { return replay(*options); }; });
}

}  // namespace reprise::cli
