// The keys of the store: how they are built and read. Integers in keys are big-endian so that bytes sort as numbers.
// The values' layouts are with the code that owns them; docs/formats.md shows all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"
#include "events/uuid.hpp"

namespace reprise::storage {

void append_be16(std::string& out, std::uint16_t v);
void append_be32(std::string& out, std::uint32_t v);
void append_be64(std::string& out, std::uint64_t v);
std::uint16_t read_be16(std::string_view at);  // precondition: long enough
std::uint32_t read_be32(std::string_view at);
std::uint64_t read_be64(std::string_view at);

// chunks: id(16) | first event id (be32... as be64 low 5 bytes)
std::string chunk_key(const ExecutionId& id, std::uint64_t first_event_id);
std::uint64_t event_id_of_chunk_key(std::string_view key);

// feed: partition(be16) | position(be64)
std::string feed_key(std::uint16_t partition, std::uint64_t position);
struct FeedValue {
  ExecutionId id;
  std::uint64_t first_event_id = 0;
  std::uint32_t count = 0;
};
std::string feed_value(const FeedValue& value);
std::optional<FeedValue> parse_feed_value(std::string_view bytes);

// timers: due(be64 ms) | id(16) | kind(1) | task(be32) | attempt(be32) | delivery(be32)
struct TimerKey {
  Time due;
  ExecutionId id;
  std::uint8_t kind = 0;
  std::uint32_t task = 0;
  std::uint32_t attempt = 0;
  std::uint32_t delivery = 0;
  auto operator<=>(const TimerKey&) const = default;
};
std::string timer_key(const TimerKey& key);
std::optional<TimerKey> parse_timer_key(std::string_view bytes);

// queue: queue name | 0 | offered at(be64 ms) | id(16) | task(be32)
struct QueueKey {
  std::string queue;
  Time offered_at;
  ExecutionId id;
  std::uint32_t task = 0;
  bool operator==(const QueueKey&) const = default;
};
std::string queue_key(const QueueKey& key);
std::optional<QueueKey> parse_queue_key(std::string_view bytes);

// leases and calls: id(16) | task(be32)
std::string task_key(const ExecutionId& id, std::uint32_t task);
struct TaskKey {
  ExecutionId id;
  std::uint32_t task = 0;
};
std::optional<TaskKey> parse_task_key(std::string_view bytes);

// outbox: sender(16) | item(be64) | kind(1). An item is what its messages are about: they go out in the order of their
// kinds. Of an execution: be32 task, be32 attempt.
struct OutboxKey {
  Uuid sender;
  std::uint64_t item = 0;
  std::uint8_t kind = 0;
  auto operator<=>(const OutboxKey&) const = default;
};
std::string outbox_key(const OutboxKey& key);
std::optional<OutboxKey> parse_outbox_key(std::string_view bytes);

// The value of a counter row: 8 bytes, big-endian two's complement. Anything that is not 8 bytes reads as 0.
std::string counter_value(std::int64_t value);
std::int64_t parse_counter_value(std::string_view bytes);

// The partition of an execution: for ever the same for a store with that many partitions.
std::uint16_t partition_of(const ExecutionId& id, std::uint16_t partitions);

}  // namespace reprise::storage
