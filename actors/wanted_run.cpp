#include "actors/wanted_run.hpp"

#include "actors/gateway.hpp"
#include "projections/execution_view.hpp"
#include "storage/keys.hpp"
#include "workflow/follow_up.hpp"

namespace reprise::actors {

namespace {

std::optional<WantedRun> wanted_by(const workflow::State& state) {
  WantedRun wanted;
  if (state.status == workflow::Status::continued_as_new) {
    const auto id = parse_uuid(state.successor);
    if (!id) return std::nullopt;
    wanted.kind = events::OriginKind::continued;
    wanted.id = *id;
    wanted.workflow_id = state.plan->workflow_id;
    return wanted;
  }
  if (state.status != workflow::Status::failed || !workflow::wants_error_handler(state)) return std::nullopt;
  wanted.id = workflow::error_handler_id(state.id);
  wanted.workflow_id = state.plan->error_handler;
  return wanted;
}

}  // namespace

std::string_view name(WantedRun::Fate fate) {
  switch (fate) {
    case WantedRun::Fate::owed: return "owed";
    case WantedRun::Fate::started: return "started";
    case WantedRun::Fate::refused: return "refused";
    case WantedRun::Fate::unknown: break;
  }
  return "unknown";
}

Expected<std::optional<WantedRun>> wanted_run(Gateway& gateway, const workflow::State& state,
                                              std::string_view workspace) {
  auto wanted = wanted_by(state);
  if (!wanted) return wanted;
  // The message first: once it is gone, what it came to is there.
  const storage::OutboxKey key{state.id, std::uint64_t{workflow::kWholeRun} << 32, 1};
  const auto owed = gateway.store().get(storage::Family::outbox, storage::outbox_key(key));
  if (!owed && owed.error().code != errc::not_found) return tl::unexpected(owed.error());
  const auto bytes = gateway.queries().status_row(wanted->id, workspace, storage::Reach::disk);
  if (bytes) {
    const auto row = projections::parse_status_row(*bytes);
    if (!row) return tl::unexpected(row.error());
    wanted->fate = WantedRun::Fate::started;
    wanted->status = projections::workflow_api_name(row->status);
    return wanted;
  }
  if (bytes.error().code != errc::not_found_execution) return tl::unexpected(bytes.error());
  if (owed) wanted->fate = WantedRun::Fate::owed;
  const auto read = gateway.queries().events(
      wanted->id, 0, 1,
      [&](const events::Record& record) {
        const auto* refused = std::get_if<events::ExecutionRefused>(&record.event);
        if (refused == nullptr || record.principal.workspace != workspace) return;
        wanted->fate = WantedRun::Fate::refused;
        wanted->message = refused->message;
        wanted->type = refused->type;
      },
      storage::Reach::disk);
  if (!read && read.error().code != errc::not_found_execution) return tl::unexpected(read.error());
  return wanted;
}

std::string sentence_of(const WantedRun& wanted) {
  const bool handler = wanted.kind == events::OriginKind::error_handler;
  std::string out = handler ? " Its error handler, workflow \"" + wanted.workflow_id + "\"," : " That execution";
  switch (wanted.fate) {
    case WantedRun::Fate::owed: return out + " is about to start.";
    case WantedRun::Fate::started:
      return out + (handler ? " runs as " + to_string(wanted.id) + ", which is " : " is ") + wanted.status + '.';
    case WantedRun::Fate::refused: return out + " could not start: " + wanted.message + '.';
    case WantedRun::Fate::unknown: break;
  }
  return out + " was not started.";
}

}  // namespace reprise::actors
