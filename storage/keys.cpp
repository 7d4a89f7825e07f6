#include "storage/keys.hpp"

namespace reprise::storage {
namespace {

template <class T>
void append_be(std::string& out, T v) {
  char bytes[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes[i] = static_cast<char>(v >> (8 * (sizeof(T) - 1 - i)));
  out.append(bytes, sizeof bytes);
}

template <class T>
T read_be(std::string_view at) {
  T v = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) v = static_cast<T>((v << 8) | static_cast<unsigned char>(at[i]));
  return v;
}

constexpr std::size_t kId = 16;

// Times before 1970 sort before the others: the sign bit is turned over.
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
void append_time_key(std::string& out, Time t) { append_be64(out, static_cast<std::uint64_t>(to_millis(t)) ^ kSign); }
Time read_time_key(std::string_view at) { return from_millis(static_cast<std::int64_t>(read_be64(at) ^ kSign)); }

}  // namespace

void append_be16(std::string& out, std::uint16_t v) { append_be(out, v); }
void append_be32(std::string& out, std::uint32_t v) { append_be(out, v); }
void append_be64(std::string& out, std::uint64_t v) { append_be(out, v); }
std::uint16_t read_be16(std::string_view at) { return read_be<std::uint16_t>(at); }
std::uint32_t read_be32(std::string_view at) { return read_be<std::uint32_t>(at); }
std::uint64_t read_be64(std::string_view at) { return read_be<std::uint64_t>(at); }

std::string chunk_key(const ExecutionId& id, std::uint64_t first_event_id) {
  std::string key;
  key.reserve(kId + 8);
  key.append(id.view());
  append_be64(key, first_event_id);
  return key;
}

std::uint64_t event_id_of_chunk_key(std::string_view key) {
  return key.size() == kId + 8 ? read_be64(key.substr(kId)) : 0;
}

std::string feed_key(std::uint16_t partition, std::uint64_t position) {
  std::string key;
  append_be16(key, partition);
  append_be64(key, position);
  return key;
}

std::string feed_value(const FeedValue& value) {
  std::string bytes;
  bytes.reserve(kId + 12);
  bytes.append(value.id.view());
  append_be64(bytes, value.first_event_id);
  append_be32(bytes, value.count);
  return bytes;
}

std::optional<FeedValue> parse_feed_value(std::string_view bytes) {
  if (bytes.size() != kId + 12) return std::nullopt;
  return FeedValue{Uuid::from_view(bytes.substr(0, kId)), read_be64(bytes.substr(kId)),
                   read_be32(bytes.substr(kId + 8))};
}

std::string timer_key(const TimerKey& key) {
  std::string bytes;
  bytes.reserve(37);
  append_time_key(bytes, key.due);
  bytes.append(key.id.view());
  bytes.push_back(static_cast<char>(key.kind));
  append_be32(bytes, key.task);
  append_be32(bytes, key.attempt);
  append_be32(bytes, key.delivery);
  return bytes;
}

std::optional<TimerKey> parse_timer_key(std::string_view bytes) {
  if (bytes.size() != 8 + kId + 1 + 12) return std::nullopt;
  TimerKey key;
  key.due = read_time_key(bytes);
  key.id = Uuid::from_view(bytes.substr(8, kId));
  key.kind = static_cast<std::uint8_t>(bytes[24]);
  key.task = read_be32(bytes.substr(25));
  key.attempt = read_be32(bytes.substr(29));
  key.delivery = read_be32(bytes.substr(33));
  return key;
}

std::string queue_key(const QueueKey& key) {
  std::string bytes;
  bytes.reserve(key.queue.size() + 29);
  bytes.append(key.queue);
  bytes.push_back('\0');
  append_time_key(bytes, key.offered_at);
  bytes.append(key.id.view());
  append_be32(bytes, key.task);
  return bytes;
}

std::optional<QueueKey> parse_queue_key(std::string_view bytes) {
  constexpr std::size_t fixed = 1 + 8 + kId + 4;
  if (bytes.size() < fixed) return std::nullopt;
  const std::size_t name = bytes.size() - fixed;
  if (bytes.find('\0') != name) return std::nullopt;
  const std::string_view rest = bytes.substr(name + 1);
  return QueueKey{std::string(bytes.substr(0, name)), read_time_key(rest), Uuid::from_view(rest.substr(8, kId)),
                  read_be32(rest.substr(8 + kId))};
}

std::string task_key(const ExecutionId& id, std::uint32_t task) {
  std::string bytes;
  bytes.reserve(kId + 4);
  bytes.append(id.view());
  append_be32(bytes, task);
  return bytes;
}

std::optional<TaskKey> parse_task_key(std::string_view bytes) {
  if (bytes.size() != kId + 4) return std::nullopt;
  return TaskKey{Uuid::from_view(bytes.substr(0, kId)), read_be32(bytes.substr(kId))};
}

std::string outbox_key(const OutboxKey& key) {
  std::string bytes;
  bytes.reserve(kId + 9);
  bytes.append(key.sender.view());
  append_be64(bytes, key.item);
  bytes.push_back(static_cast<char>(key.kind));
  return bytes;
}

std::optional<OutboxKey> parse_outbox_key(std::string_view bytes) {
  if (bytes.size() != kId + 9) return std::nullopt;
  return OutboxKey{Uuid::from_view(bytes.substr(0, kId)), read_be64(bytes.substr(kId)),
                   static_cast<std::uint8_t>(bytes[kId + 8])};
}

std::string counter_value(std::int64_t value) {
  std::string bytes;
  append_be64(bytes, static_cast<std::uint64_t>(value));
  return bytes;
}

std::int64_t parse_counter_value(std::string_view bytes) {
  return bytes.size() == 8 ? static_cast<std::int64_t>(read_be64(bytes)) : 0;
}

std::uint16_t partition_of(const ExecutionId& id, std::uint16_t partitions) {
  if (partitions == 0) return 0;
  // SplitMix64's finish over the random half: unlike UuidHash, so that a hash table inside a partition is still filled
  // evenly. Stored data depends on it: never change it.
  std::uint64_t h = read_be64(id.view().substr(8));
  h ^= h >> 30;
  h *= 0xBF58476D1CE4E5B9ull;
  h ^= h >> 27;
  h *= 0x94D049BB133111EBull;
  h ^= h >> 31;
  return static_cast<std::uint16_t>(h % partitions);
}

}  // namespace reprise::storage
