// What must hold when the dust has settled.
#include <algorithm>
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
    if (row->status == projections::Status::completed) {
      auto json = parse_json(row->json);
      const auto* result = json ? find(json->root(), "result") : nullptr;
      if (result == nullptr || !result->IsInt() || result->GetInt() != run.n)
        broken(id, "a wrong result: " + std::string(row->json));
    } else if (row->status == projections::Status::failed && run.workflow == "broken") {
      const auto cure = uuid_derived(id, "error_handler");
      if (!queries.status_row(cure, "default", storage::Reach::disk)) broken(id, "failed, and its handler did not run");
    } else if (row->status == projections::Status::failed && run.workflow == "lost") {
      bool told = false;
      auto read = queries.events(
          uuid_derived(id, "error_handler"), 0, 10,
          [&, id = id](const events::Record& record) {
            if (told) broken(id, "it is told twice that its handler cannot start");
            told = std::holds_alternative<events::ExecutionRefused>(record.event);
          },
          storage::Reach::disk);
      if (!read || !told) broken(id, "failed, and nothing tells that its handler cannot start");
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
  check_stopped();
  std::map<std::string, ExecutionId> wanted;  // by who wanted it and why
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
      check_origin(id, wanted);
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
  for (const auto family : {storage::Family::queue, storage::Family::calls, storage::Family::outbox}) {
    auto rows = gateway.store().cursor(family);
    rows.seek({});
    if (rows.valid()) throw std::runtime_error("rows are left of runs that have ended");
  }
}

void World::check_stopped() {
  const auto status_of = [this](const ExecutionId& id) {
    auto bytes = engine_->gateway().queries().status_row(id, "default", storage::Reach::disk);
    if (!bytes) broken(id, "stopped and lost: " + bytes.error().detail);
    return projections::parse_status_row(*bytes)->status;
  };
  for (const auto& id : promises_.cancelled) {
    if (status_of(id) != projections::Status::cancelled_by_user) broken(id, "a cancel was acknowledged and lost");
  }
  for (const auto& id : promises_.terminated) {
    if (status_of(id) != projections::Status::terminated) broken(id, "a termination was acknowledged and lost");
  }
}

// A child whose end somebody waits for does not outlive its parent: when all messages had been taken after the parent's
// end, the child had ended.
void World::check_child(const ExecutionId& id, const ExecutionId& parent) {
  const auto& queries = engine_->gateway().queries();
  const auto bytes = queries.status_row(id, "default", storage::Reach::disk);
  const auto of_parent = queries.status_row(parent, "default", storage::Reach::disk);
  if (!bytes || !of_parent) broken(id, "it or its parent cannot be read");
  const auto child_row = projections::parse_status_row(*bytes), row = projections::parse_status_row(*of_parent);
  if (!child_row->final) broken(id, "a child has not ended");
  if (!row->final) broken(parent, "a parent has not ended");
  const auto reached = std::upper_bound(calm_.begin(), calm_.end(), row->completed_at);
  if (reached == calm_.end() || *reached >= child_row->completed_at) return;
  broken(id, "a child outlived its parent: " + std::string(row->json) + " and " + std::string(child_row->json));
}

// One run, at most, for each attempt of a task that wants a child, for each failure, and for each run that goes on.
void World::check_origin(const ExecutionId& id, std::map<std::string, ExecutionId>& wanted) {
  const auto& queries = engine_->gateway().queries();
  std::string why;
  auto read = queries.events(
      id, 1, 1,
      [&](const events::Record& record) {
        const auto* origin = std::get_if<events::ExecutionOrigin>(&record.event);
        if (origin == nullptr) return;
        why = std::string(events::name(origin->kind)) + ' ' + origin->execution_id + ' ' + origin->ref + ' ' +
              std::to_string(origin->attempt) + ' ' + origin->continues;
        const auto by = parse_uuid(origin->continues.empty() ? origin->execution_id : origin->continues);
        if (!by || !queries.status_row(*by, "default", storage::Reach::disk)) broken(id, "nobody wanted it: " + why);
        if (origin->kind == events::OriginKind::child && origin->reports) {
          check_child(id, parse_uuid(origin->execution_id).value_or(Uuid{}));
        }
      },
      storage::Reach::disk);
  if (!read) broken(id, "its events cannot be read: " + read.error().detail);
  if (why.empty()) return;
  const auto [first, fresh] = wanted.emplace(why, id);
  if (!fresh) broken(id, "wanted once and started twice, as " + to_string(first->second) + " too: " + why);
}

}  // namespace reprise::testing
