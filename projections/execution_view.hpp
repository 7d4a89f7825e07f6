// The read model of one execution: folded from its events and from nothing else, written as rows in the same batch.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "projections/interactions.hpp"
#include "projections/status.hpp"
#include "storage/journal.hpp"
#include "storage/row_batch.hpp"

namespace reprise::projections {

// The statuses that a view can have, as a bit set: lists look for no others.
inline constexpr std::uint32_t kStatusesFolded = [] {
  std::uint32_t set = 0;
  for (const Status status :
       {Status::running, Status::paused, Status::completed, Status::failed, Status::cancelled_by_user,
        Status::terminated, Status::timed_out, Status::continued_as_new}) {
    set |= 1u << static_cast<unsigned>(status);
  }
  return set;
}();

// What is kept in memory of a live execution for its rows (small: no payload but error and result).
class ExecutionView {
 public:
  explicit ExecutionView(const ExecutionId& execution) : id(execution) {}

  ExecutionId id;
  std::string workflow_id;
  std::uint32_t workflow_version = 0;
  std::string user, workspace;
  Status status = Status::received;
  std::string current_node;           // ref of the open node that was scheduled last; empty: none
  Json result;                        // empty: null
  std::string error;                  // empty: null
  Time started_at{}, completed_at{};  // epoch: null
  std::uint64_t last_event_id = 0;
  std::uint64_t log_lines = 0, log_bytes = 0;  // of all lines ever, rendered (log_lines.hpp)
  Interactions interactions;
  InteractionOwner owner() const { return {id, workspace, workflow_id}; }

  // Folds one chunk's events. Precondition: first_event_id == last_event_id + 1.
  void fold(const events::Chunk& chunk);

  // The rows that differ from what `before` wrote (null: nothing is written yet), and the counters' changes.
  // The status row is always written; index rows only when they change. The idempotency row is not among them: it is
  // written by who takes the start in, and must be the one that idempotency_row() shows.
  void write_rows(const ExecutionView* before, storage::RowBatch& rows,
                  std::vector<storage::CounterDelta>& counters) const;

  // What write_rows needs of the state before a turn, cheap to copy.
  struct Written {
    bool any = false;
    Status status = Status::received;
  };
  // The rows so far are written, or about to be: what write_rows gives next is what differs from them.
  Written written() {
    interactions.written();
    return {last_event_id != 0, status};
  }
  void write_rows(const Written& before, storage::RowBatch& rows, std::vector<storage::CounterDelta>& counters) const;

  // Of a run that was started with an idempotency key; else null.
  struct IdempotencyRow {
    std::string key, value;
  };
  const IdempotencyRow* idempotency_row() const { return idempotency_.get(); }

  // {"execution_id", "workflow_id", "status", "current_node", "result", "error", "started_at", "completed_at"}: the
  // body of the Workflow API without `logs`, ending in '}'.
  void append_status_json(std::string& out) const;

 private:
  friend struct Folding;
  std::vector<std::string> open_;                      // refs of the open nodes, in order of scheduling
  Duration timeout_{0};                                // of the whole run, for the sentence in `error`
  std::shared_ptr<const IdempotencyRow> idempotency_;  // of a run that was started with a key
};

// The value of a status row: a small header, then the final JSON bytes.
struct StatusRow {
  Status status = Status::received;
  bool final = false;
  std::uint64_t last_event_id = 0;
  std::uint64_t log_lines = 0, log_bytes = 0;
  std::uint32_t workflow_version = 0;
  Time started_at{}, completed_at{};
  std::string_view user, workspace, workflow_id;
  std::string_view json;  // the final bytes
};
void append_status_row(std::string& out, const ExecutionView& view);
Expected<StatusRow> parse_status_row(std::string_view bytes);  // views into bytes
bool is_final_status_row(std::string_view bytes);              // without parsing it all

// Every row of an execution as (family, key, value), in the order of families and keys: what rebuild writes and replay
// compares. Counters are no execution's own.
struct Row {
  storage::Family family;
  std::string key, value;
  bool operator==(const Row&) const = default;
};
std::vector<Row> rows_of(const ExecutionView& view);

}  // namespace reprise::projections
