// How far the server's own consumers of the feed have come (the publisher to Kafka, webhooks out): rows that are not
// derived from events, so a rebuild leaves them as they are. docs/formats.md, Consumers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "projections/feed.hpp"
#include "storage/row_batch.hpp"
#include "storage/store.hpp"

namespace reprise::actors {

// The key of a consumer's position in one partition. `consumer` names it, without a zero byte: "kafka/<topic>/<cluster>".
std::string consumer_key(std::string_view consumer, std::uint16_t partition);

// Where the consumer stands: the begin of the feed where it has no rows. Errors: corrupt, io.
Expected<projections::FeedCursor> consumer_position(const storage::Store& store, std::string_view consumer);
bool has_consumer_position(const storage::Store& store, std::string_view consumer);

// The rows that move it from `from` to `to`: those of the partitions that differ.
void put_consumer_position(storage::RowBatch& rows, std::string_view consumer, const projections::FeedCursor& from,
                           const projections::FeedCursor& to);
void delete_consumer_position(storage::RowBatch& rows, std::string_view consumer, std::uint16_t partitions);

}  // namespace reprise::actors
