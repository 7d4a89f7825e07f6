// The read model of one schedule: folded from its own stream, one row of it and one of its inputs in the family
// `schedules`, written in the batch of the events.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "projections/page_by_name.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

inline constexpr std::size_t kFiringsKept = 10;  // the newest firings that the row shows
inline constexpr std::size_t kRunsKept = 10;     // the newest runs, which may still be open

struct ScheduleRow {
  std::string workspace;
  std::string user;         // who put it: its runs are for this user
  events::SchedulePut put;  // `inputs` is a row of its own: empty here
  bool deleted = false, paused = false;
  std::string pause_reason;
  Time made_at{}, put_at{};      // since when it is there, and as it is
  Time dealt_with{};             // every due time up to here has its event
  std::optional<Time> buffered;  // a due time that waits for the open run to end
  std::uint64_t next_event_id = 1;

  struct Firing {
    events::ScheduleFired fired;
    Time at{};
    std::uint64_t event_id = 0;
  };
  std::vector<Firing> firings;  // the newest last

  struct Run {
    ExecutionId id;
    std::uint64_t event_id = 0;  // of the firing that wants it
  };
  std::vector<Run> runs;                  // the newest last
  std::array<std::uint64_t, 5> counts{};  // firings by outcome, since the schedule was made

  // Folds the chunks of its stream, in order.
  void fold(const events::Chunk& chunk);
};

// The id of a schedule's stream: it follows from its workspace and name.
Uuid schedule_uuid(std::string_view workspace, std::string_view name);
// Whether a stream that begins so is a schedule's.
bool begins_schedule(const events::Event& first);

std::string schedule_key(std::string_view workspace, std::string_view name);
std::string schedule_inputs_key(std::string_view workspace, std::string_view name);
std::string schedule_value(const ScheduleRow& row);
// Errors: corrupt, unsupported_version.
Expected<ScheduleRow> parse_schedule_row(std::string_view value);

// The row as it is after a chunk, and that of the inputs, where the chunk puts them.
void write_schedule_row(const ScheduleRow& row, storage::RowBatch& rows);
void write_schedule_inputs(const events::Chunk& chunk, storage::RowBatch& rows);

// The row of a schedule that is not deleted. Errors: not_found, corrupt.
Expected<ScheduleRow> read_schedule(const storage::Store& store, std::string_view workspace, std::string_view name);
// Those of a workspace after a name, by name, deleted ones left out.
Expected<PageByName<ScheduleRow>> read_schedules(const storage::Store& store, std::string_view workspace,
                                                 std::string_view after, std::size_t limit);
Expected<Json> read_schedule_inputs(const storage::Store& store, std::string_view workspace, std::string_view name);

}  // namespace reprise::projections
