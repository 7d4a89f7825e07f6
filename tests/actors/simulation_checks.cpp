// What must hold when the dust has settled.
#include <stdexcept>

#include "actors/audit.hpp"
#include "events/json.hpp"
#include "projections/execution_view.hpp"
#include "tests/actors/simulation_world.hpp"

namespace reprise::testing {

namespace {

[[noreturn]] void broken(const ExecutionId& id, const std::string& what) {
  throw std::runtime_error(to_string(id) + ": " + what);
}

}  // namespace

void World::check() {
  auto& gateway = engine_->gateway();
  const auto& queries = gateway.queries();
  const actors::Audit audit(gateway);
  for (const auto& [id, run] : promises_.started) {
    if (id.nil()) throw std::runtime_error("one key or token served twice: " + run.workflow + " " + run.key);
    auto bytes = queries.status_row(id, "default", storage::Reach::disk);
    if (!bytes) broken(id, "acknowledged and lost: " + bytes.error().detail);
    const auto row = projections::parse_status_row(*bytes);
    if (!row || !row->final) broken(id, "has not ended");
    if (const auto shown = promises_.ended.find(id); shown != promises_.ended.end() && shown->second != row->json) {
      broken(id, "ended otherwise than was told: " + shown->second + " and now " + std::string(row->json));
    }
    if (promises_.cancelled.contains(id) && row->status != projections::Status::cancelled_by_user) {
      broken(id, "a cancel was acknowledged and lost");
    }
    if (row->status == projections::Status::completed) {
      auto json = parse_json(row->json);
      const auto* result = json ? find(json->root(), "result") : nullptr;
      if (result == nullptr || !result->IsInt() || result->GetInt() != run.n)
        broken(id, "a wrong result: " + std::string(row->json));
    } else if (row->status == projections::Status::failed && run.workflow != "short") {
      broken(id, "failed: " + std::string(row->json));
    }
    std::map<std::string, int> completed;
    auto read = queries.events(
        id, 0, 100'000,
        [&](const events::Record& record) {
          if (const auto* done = std::get_if<events::TaskCompleted>(&record.event)) ++completed[done->ref];
        },
        storage::Reach::disk);
    if (!read) broken(id, "its events cannot be read: " + read.error().detail);
    for (const auto& [ref, times] : completed) {
      if (times != 1) broken(id, "task " + ref + " completed " + std::to_string(times) + " times");
    }
  }
  for (const auto& [interaction, user] : promises_.answered) {
    const auto id = *parse_uuid(interaction);
    const auto bytes = queries.interaction_row(id, "default", storage::Reach::disk);
    if (!bytes) broken(id, "an answer was taken and its interaction lost: " + bytes.error().detail);
    if (bytes->find("\"user\":\"" + user) == std::string::npos) broken(id, "an answer was taken and lost: " + *bytes);
  }
  std::uint64_t stored = 0;
  for (ExecutionId after;;) {
    auto ids = queries.executions_after(after, 100);
    if (!ids) throw std::runtime_error(ids.error().detail);
    if (ids->empty()) break;
    for (const auto& id : *ids) {
      ++stored;
      auto report = audit.replay(id, "default");
      if (!report) broken(id, "cannot be replayed: " + report.error().detail);
      if (!report->matches) broken(id, "replay differs: " + report->first_difference);
    }
    after = ids->back();
  }
  projections::ListFilter all;
  auto page = queries.list(all, storage::Reach::disk);
  if (!page || page->total != static_cast<std::int64_t>(stored)) {
    throw std::runtime_error("the counters say " + std::to_string(page ? page->total : -1) + " of " +
                             std::to_string(stored));
  }
  projections::InteractionFilter asked;
  asked.statuses = 1u << static_cast<unsigned>(projections::InteractionStatus::idle) |
                   1u << static_cast<unsigned>(projections::InteractionStatus::pending);
  const auto inbox = queries.interactions(asked, storage::Reach::disk);
  if (!inbox || inbox->count != 0) throw std::runtime_error("questions are left of runs that have ended");
  for (const auto family : {storage::Family::queue, storage::Family::calls}) {
    auto rows = gateway.store().cursor(family);
    rows.seek({});
    if (rows.valid()) throw std::runtime_error("rows are left of runs that have ended");
  }
}

}  // namespace reprise::testing
