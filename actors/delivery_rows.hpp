// What is stored of a subscription's deliveries beside its events: secrets, how far it has come, and how it went. Rows
// of the family `consumers`, which a rebuild leaves as they are. docs/formats.md, Consumers.
//
// A lane is one partition of one subscription. Only a lane that is behind, or has a delivery under way, has a row: all
// others stand where the shared reader stands, whose position is that of the consumer `webhook`. So thousands of
// subscriptions that nothing happens for cost no writes.
//
// The epoch (projections::SubscriptionRow) is part of a lane's key: what a deliverer still writes for an earlier one
// cannot undo a replay.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/signing_secret.hpp"
#include "projections/feed.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::actors {

inline constexpr std::string_view kSharedReader = "webhook";

struct LaneRow {
  std::uint64_t done = 0;      // every event up to here is delivered, or not for this subscription
  Time failing_since{};        // the next one that is for it; epoch: it has not failed
  std::uint32_t attempts = 0;  // of that event, all of them failed
  bool operator==(const LaneRow&) const = default;
};
using LaneRows = std::map<std::uint16_t, LaneRow>;

struct DeliveryRecord {
  std::uint64_t delivered = 0, failed = 0;  // attempts, since the subscription was made
  Time last_success{};                      // epoch: never
  Time last_error{};                        // epoch: never
  int last_status = 0;                      // of that error's answer; 0: there was none
  std::string last_message;
  bool operator==(const DeliveryRecord&) const = default;
};

void put_lane(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partition,
              const LaneRow& lane);
void delete_lane(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partition);
// A row for every lane, at a cursor.
void put_lanes(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, const projections::FeedCursor& at);
void put_record(storage::RowBatch& rows, const Uuid& id, const DeliveryRecord& record);
void put_secrets(storage::RowBatch& rows, const Uuid& id, const std::vector<SigningSecret>& secrets);
// Everything that is stored of it.
void delete_deliveries(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partitions);

// Errors: corrupt, io.
Expected<LaneRows> read_lanes(const storage::Store& store, const Uuid& id, std::uint64_t epoch);
Expected<DeliveryRecord> read_record(const storage::Store& store, const Uuid& id);
Expected<std::vector<SigningSecret>> read_secrets(const storage::Store& store, const Uuid& id);

// Deletes lanes of epochs that are over, which a deliverer wrote too late. `current`: the epoch of each subscription.
std::size_t delete_stale_lanes(const storage::Store& store, storage::RowBatch& rows,
                               const std::map<Uuid, std::uint64_t>& current);

}  // namespace reprise::actors
