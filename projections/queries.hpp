// The questions that the surfaces ask. Read from rows only; any thread; never through an actor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "projections/log_lines.hpp"
#include "projections/page_by_name.hpp"
#include "projections/status.hpp"
#include "storage/journal.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

struct ListFilter {
  std::string workspace = "default";
  std::optional<std::string> workflow_id;
  std::optional<std::string> user_id;
  std::uint32_t statuses = 0;  // bit set of canonical statuses; 0: all
  std::size_t limit = 50, offset = 0;
  std::string
      cursor;  // opaque, of a page with the same filter; empty: the first page. With a cursor `offset` is not used
};
struct ListPage {
  std::string rows;  // status JSON of each, separated by commas; newest started_at first
  std::size_t count = 0;
  std::int64_t total = 0;   // without scanning: a sum of counters
  std::string next_cursor;  // empty: no more
};

struct InteractionFilter {
  std::string workspace = "default";
  std::optional<std::string> workflow_id;
  std::uint32_t statuses = 0;  // bit set of InteractionStatus; 0: all
  std::size_t limit = 50;
  std::string cursor;  // as in ListFilter
};

struct WorkflowRow {
  std::string workflow_id;
  std::uint32_t version = 0;
  events::Sha256 hash{};
  Time registered_at{};
  std::string user;
  std::string media_type;
  std::string source;     // as it was sent
  std::string canonical;  // JSON
};

class Queries {
 public:
  Queries(const storage::Store& store, const storage::Journal* journal);
  ~Queries();

  // Appends the body of GET /api/executions/{id} to `out`: status JSON and the newest 1,000 log lines. Bodies of final
  // executions are kept in a bounded memory cache. Errors: not_found_execution (also when it belongs to another
  // workspace), would_block, corrupt.
  Expected<void> execution(const ExecutionId& id, std::string_view workspace, std::string& out,
                           storage::Reach reach) const;
  // The bytes of the status row; parse with parse_status_row.
  Expected<std::string> status_row(const ExecutionId& id, std::string_view workspace, storage::Reach reach) const;
  // A bad cursor, and one of another filter, is errc::invalid. The page is of one instant; a row that has left the
  // filter since is left out, so a page may have less than `limit` rows: only an empty next_cursor says that there is
  // no more.
  Expected<ListPage> list(const ListFilter& filter, storage::Reach reach) const;
  // The same page given row by row, for surfaces that render it otherwise; `rows` stays empty.
  using ListSink = std::function<void(const ExecutionId& id, const StatusRow& row)>;
  Expected<ListPage> list(const ListFilter& filter, storage::Reach reach, const ListSink& sink) const;

  // Events of one execution after `after`, at most `limit` of them, each given to `sink` as a record, with what follows
  // it in its chunk; returns the id to ask after next, 0 at the end. Error when it has none at all:
  // not_found_execution. Workflows' own streams can be read too.
  using RecordSink = std::function<void(const events::Record&, std::span<const events::Record> rest)>;
  Expected<std::uint64_t> events(const ExecutionId& id, std::uint64_t after, std::size_t limit, const RecordSink& sink,
                                 storage::Reach reach) const;
  Expected<std::uint64_t> events(const ExecutionId& id, std::uint64_t after, std::size_t limit,
                                 const std::function<void(const events::Record&)>& sink, storage::Reach reach) const {
    return events(
        id, after, limit, [&](const events::Record& record, std::span<const events::Record>) { sink(record); }, reach);
  }
  // Calls `sink` for each chunk of an execution, in order, until it returns false.
  Expected<void> chunks(const ExecutionId& id,
                        const std::function<bool(const events::Chunk&, std::string_view bytes)>& sink) const;

  // Executions of all workspaces that have not ended: a sum of stored counters.
  Expected<std::int64_t> open_executions() const;

  // Ids of all executions in key order after `after`, at most `limit` (for replay --all and rebuild).
  Expected<std::vector<ExecutionId>> executions_after(const ExecutionId& after, std::size_t limit) const;

  // The inbox: interactions (their JSON) newest first; `total` is not counted. Errors as of list().
  Expected<ListPage> interactions(const InteractionFilter& filter, storage::Reach reach) const;
  // The bytes of an interaction's row; parse with parse_interaction_row. Errors: not_found (also of another workspace),
  // would_block, corrupt.
  Expected<std::string> interaction_row(const Uuid& id, std::string_view workspace, storage::Reach reach) const;

  // Definitions. `version` 0: the newest, not_found_workflow once the workflow is deleted. Its versions stay readable
  // by number: running executions need them, and a later registration counts on from the newest.
  Expected<WorkflowRow> workflow(std::string_view workspace, std::string_view workflow_id, std::uint32_t version) const;
  Expected<std::vector<WorkflowRow>> versions(std::string_view workspace, std::string_view workflow_id,
                                              std::size_t limit,
                                              std::uint32_t before_version) const;  // newest first, without source
  // The workflow's name from a name, a UUID or wf_...; a text that leads to no stream is taken for a name. Errors:
  // would_block, corrupt.
  Expected<std::string> workflow_name(std::string_view workspace, std::string_view text, storage::Reach reach) const;
  // The newest version of each workflow, by id, after `after_id`; without source, deleted ones left out.
  Expected<PageByName<WorkflowRow>> workflows(std::string_view workspace, std::string_view after_id,
                                              std::size_t limit) const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

// The rows of a workflow's own events (workflow.registered, workflow.deleted).
void write_workflow_rows(const events::Chunk& chunk, storage::RowBatch& rows);

// Idempotency rows: key and value. Read and written by who takes a start in; rebuild makes the same from the events.
// The hash is SHA-256 over the workflow id, a zero byte and the bytes of execution.started's `inputs` (defaults filled
// in).
std::string idempotency_body_hash(std::string_view workflow_id, std::string_view inputs);
std::string idempotency_key(std::string_view workspace, std::string_view user, std::string_view key);
struct IdempotencyValue {
  std::string body_hash;  // 32 bytes
  ExecutionId id;
};
std::string idempotency_value(const IdempotencyValue& value);
std::optional<IdempotencyValue> parse_idempotency_value(std::string_view bytes);

// Drops every projection and counter and builds them again from the chunks, in pages. Offline: the journal must not
// run. A store that is damaged is left as it is. From the first row that goes to the last that is made again the store
// has storage::kRebuildMark; a rebuild that did not get so far is done again from the start, on a store that was opened
// with StoreOptions::unfinished_rebuild. `progress` hears of the executions done so far. Timers, queue, call and lease
// rows are the engine's own and are rebuilt by actors/ (rebuild_runtime_rows).
Expected<std::uint64_t> rebuild(storage::Store& store, const std::function<void(std::uint64_t)>& progress);

}  // namespace reprise::projections
