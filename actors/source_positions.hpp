// How far each source has read each partition of its topic: rows of the family `consumers`, written in the batch that
// owes what the records want. Not derived from events, so a rebuild leaves them as they are. docs/formats.md,
// Consumers.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/time.hpp"
#include "events/uuid.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::actors {

struct SourcePosition {
  std::uint64_t next = 0;     // the offset that is read next
  std::uint64_t records = 0;  // dealt with, refused ones among them
  std::uint64_t refused = 0;  // of these
  Time last_record{};         // when the newest was dealt with; epoch: none was
  bool operator==(const SourcePosition&) const = default;
};

struct SourcePositions {
  std::uint64_t next_item = 1;  // of the source's next outbox message: none is used twice, also not after a deletion
  std::map<std::uint32_t, SourcePosition> partitions;  // by Kafka partition
  bool operator==(const SourcePositions&) const = default;
};

// Those of a source since `epoch` (projections::SourceRow); rows of an earlier one are not read. Errors: corrupt, io.
Expected<SourcePositions> read_source_positions(const storage::Store& store, const Uuid& source, std::uint64_t epoch);

void put_source_position(storage::RowBatch& rows, const Uuid& source, std::uint64_t epoch, std::uint32_t partition,
                         const SourcePosition& position);
void put_source_next_item(storage::RowBatch& rows, const Uuid& source, std::uint64_t next_item);
// All partitions'; the number of the next item stays.
Expected<void> delete_source_positions(const storage::Store& store, storage::RowBatch& rows, const Uuid& source);

}  // namespace reprise::actors
