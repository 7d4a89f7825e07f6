// The read model of one source (a Kafka topic whose records start runs or answer interactions): folded from its own
// stream, one row in the family `sources`, written in the batch of the events. How far it has read is not here: that
// moves without events (actors/source_positions.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "projections/page_by_name.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

inline constexpr std::size_t kRefusalsKept = 10;  // the newest refused records that the row shows
inline constexpr std::size_t kMovesKept = 10;     // the newest jumps over what the topic did not hold any more

struct SourceRow {
  std::string workspace;
  std::string user;  // who put it: its runs are for this user
  events::SourcePut put;
  bool deleted = false, paused = false;
  std::string pause_reason;
  Time made_at{}, put_at{};  // since when it is there, and as it is
  // The event since which it reads this topic of these brokers: positions of an earlier one mean nothing.
  std::uint64_t epoch = 0;
  std::uint64_t next_event_id = 1;
  std::uint64_t refused = 0;  // records, since it was made
  std::uint64_t lost = 0;     // offsets that were gone before they were read

  struct Refusal {
    events::SourceRefused refused;
    Time at{};
    std::uint64_t event_id = 0;
  };
  std::vector<Refusal> refusals;  // the newest last
  struct Move {
    events::SourceMoved moved;
    Time at{};
    std::uint64_t event_id = 0;
  };
  std::vector<Move> moves;  // the newest last

  // Folds the chunks of its stream, in order.
  void fold(const events::Chunk& chunk);
};

// The id of a source's stream: it follows from its workspace and name.
Uuid source_uuid(std::string_view workspace, std::string_view name);
// Whether a stream that begins so is a source's.
bool begins_source(const events::Event& first);

std::string source_key(std::string_view workspace, std::string_view name);
std::string source_value(const SourceRow& row);
// Errors: corrupt, unsupported_version.
Expected<SourceRow> parse_source_row(std::string_view value);
void write_source_row(const SourceRow& row, storage::RowBatch& rows);

// The row of a source that is not deleted. Errors: not_found, corrupt.
Expected<SourceRow> read_source(const storage::Store& store, std::string_view workspace, std::string_view name);
// Those of a workspace after a name, by name, deleted ones left out.
Expected<PageByName<SourceRow>> read_sources(const storage::Store& store, std::string_view workspace,
                                             std::string_view after, std::size_t limit);

}  // namespace reprise::projections
