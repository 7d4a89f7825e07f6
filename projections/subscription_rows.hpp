// The read model of one subscription: folded from its own stream, one row in the family `subscriptions`, written in the
// batch of the events. Its secrets and how far it has come are no events: actors/delivery_rows.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/record.hpp"
#include "events/type_set.hpp"
#include "projections/page_by_name.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

struct SubscriptionRow {
  std::string workspace;
  std::string user;  // who put it
  events::SubscriptionPut put;
  bool deleted = false, paused = false, disabled = false;
  std::string reason;        // of the pause, or why it is disabled
  Time failing_since{};      // disabled: by no delivery since then
  Time made_at{}, put_at{};  // since when it is there, and as it is
  std::uint64_t epoch = 0;   // the event that last said where it begins to read: it was made, or replayed
  std::uint64_t next_event_id = 1;

  bool active() const { return !deleted && !paused && !disabled; }
  // Folds the chunks of its stream, in order.
  void fold(const events::Chunk& chunk);
};

// The id of a subscription's stream: it follows from its workspace and name.
Uuid subscription_uuid(std::string_view workspace, std::string_view name);
inline Uuid subscription_uuid(const SubscriptionRow& row) { return subscription_uuid(row.workspace, row.put.name); }
// Whether a stream that begins so is a subscription's.
bool begins_subscription(const events::Event& first);

// The types that its patterns match in this build. Error: invalid.
Expected<events::TypeSet> types_of(const events::SubscriptionPut& put);

std::string subscription_key(std::string_view workspace, std::string_view name);
std::string subscription_value(const SubscriptionRow& row);
// Errors: corrupt, unsupported_version.
Expected<SubscriptionRow> parse_subscription_row(std::string_view value);

// The row as it is after a chunk.
void write_subscription_row(const SubscriptionRow& row, storage::RowBatch& rows);

// The row of a subscription that is not deleted. Errors: not_found, corrupt.
Expected<SubscriptionRow> read_subscription(const storage::Store& store, std::string_view workspace,
                                            std::string_view name);
// Those of a workspace after a name, by name, deleted ones left out.
Expected<PageByName<SubscriptionRow>> read_subscriptions(const storage::Store& store, std::string_view workspace,
                                                         std::string_view after, std::size_t limit);
// All that are not deleted, of every workspace; damaged rows are left out.
std::vector<SubscriptionRow> read_all_subscriptions(const storage::Store& store);

}  // namespace reprise::projections
