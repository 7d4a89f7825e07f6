// What the thread that reads a topic hands over to be stored as one: how far it has come, and what follows from the
// records up to there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/source_positions.hpp"
#include "events/event.hpp"
#include "projections/source_rows.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

using SourceKey = std::pair<std::string, std::string>;  // workspace, name

struct SourceBatch {
  struct Step {
    std::uint32_t partition = 0;
    std::optional<std::uint64_t> from;  // where the reader took it to stand; none: it had no position yet
    std::uint64_t to = 0;
    std::uint64_t records = 0, refused = 0;
  };
  std::uint64_t epoch = 0;    // of the source when it was read
  std::uint64_t changes = 0;  // as SourceSetting has it
  std::vector<Step> steps;    // a partition once
  std::vector<workflow::StartRun> starts;
  std::vector<events::Event> happened;  // source.refused, source.moved
  std::string causation;                // of these events
};

enum class Stored : std::uint8_t {
  yes,
  no,       // the store does not take writes just now, or it is not known whether it did: read the positions again
  outdated  // the source has been paused, changed or deleted, or stands elsewhere than the reader took it to
};

// What a reader begins with.
struct SourceSetting {
  projections::SourceRow row;
  SourcePositions positions;
  std::uint64_t changes = 0;  // how often the source was changed since the server started: a batch of before is refused
};

}  // namespace reprise::actors
