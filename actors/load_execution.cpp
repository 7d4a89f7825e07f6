#include "actors/load_execution.hpp"

#include "storage/keys.hpp"

namespace reprise::actors {

Expected<std::shared_ptr<LiveExecution>> load_execution(const storage::Store& store,
                                                        const projections::Queries& queries, Definitions& definitions,
                                                        const ExecutionId& id) {
  std::shared_ptr<LiveExecution> live;
  std::optional<Error> failed;
  auto read = queries.chunks(id, [&](const events::Chunk& chunk, std::string_view bytes) {
    if (!live) {
      const auto* started =
          chunk.events.empty() ? nullptr : std::get_if<events::ExecutionStarted>(&chunk.events.front());
      if (started == nullptr) {
        failed = Error{errc::not_found_execution, "no execution " + to_string(id), {}};
        return false;
      }
      auto plan = definitions.load(chunk.principal.workspace, started->workflow_id, started->workflow_version);
      if (!plan) {
        failed = plan.error();
        return false;
      }
      live = std::make_shared<LiveExecution>(id, *plan);
    }
    if (auto folded = live->replay(chunk); !folded) {
      failed = folded.error();
      return false;
    }
    auto head = events::head_of(bytes);
    if (!head) {
      failed = head.error();
      return false;
    }
    live->head = *head;
    return true;
  });
  if (failed) return tl::unexpected(std::move(*failed));
  if (!read) return tl::unexpected(std::move(read.error()));
  if (!live) return fail(errc::not_found_execution, "no execution " + to_string(id));

  auto leases = store.cursor(storage::Family::leases);
  for (leases.seek(id.view()); leases.valid(); leases.next()) {
    const auto key = storage::parse_task_key(leases.key());
    if (!key || key->id != id) break;
    if (leases.value().size() != 8)
      return fail(errc::corrupt, "a lease row of execution " + to_string(id) + " is damaged");
    live->lease_ends[key->task] = from_millis(static_cast<std::int64_t>(storage::read_be64(leases.value())));
  }
  if (auto good = leases.status(); !good) return tl::unexpected(std::move(good.error()));
  return live;
}

}  // namespace reprise::actors
