// A message in the outbox: what its row holds.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "storage/keys.hpp"
#include "storage/row_batch.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

struct OutboxEntry {
  storage::OutboxKey key;
  std::shared_ptr<const std::string> value;  // the row's bytes (docs/formats.md, Outbox)
};

// The entry of a message of `sender` about `item`. `principal`: for whom a run is started; its workspace is where.
OutboxEntry outbox_entry(const Uuid& sender, std::uint64_t item, const workflow::OwedMessage& message,
                         const events::Principal& principal);
// What a run owes: the item is its task and attempt.
OutboxEntry outbox_entry(const ExecutionId& sender, const workflow::Owed& owed, const events::Principal& principal);

void put_row(storage::RowBatch& rows, const OutboxEntry& entry);

struct OutboxMessage {
  events::Principal principal;
  workflow::OwedMessage message;
  std::optional<workflow::StopRun> stop;  // of a start: the run is not wanted any more
};
// Nothing: the row is damaged, or of a newer format.
std::optional<OutboxMessage> parse_outbox_row(const storage::OutboxKey& key, std::string_view value);

}  // namespace reprise::actors
