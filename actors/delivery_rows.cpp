#include "actors/delivery_rows.hpp"

#include <charconv>

#include "actors/consumer_rows.hpp"
#include "projections/row_bytes.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

using projections::append_signed;
using projections::append_text;
using projections::append_varint;
using projections::RowReader;
using storage::Family;

namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr std::size_t kUuidText = 36;
constexpr std::size_t kMostStale = 100'000;      // at one start
constexpr char kRecord = '\1', kSecrets = '\2';  // where a lane's key has a slash

std::string of_subscription(const Uuid& id) { return std::string(kSharedReader) + "/" + to_string(id); }

std::string lanes_of(const Uuid& id, std::uint64_t epoch) { return of_subscription(id) + "/" + std::to_string(epoch); }

tl::unexpected<Error> damaged(const char* what, const Uuid& id) {
  return fail(errc::corrupt, std::string(what) + " of subscription " + to_string(id) + " is damaged");
}

std::string lane_value(const LaneRow& lane) {
  std::string out;
  storage::append_be64(out, lane.done);
  append_signed(out, to_millis(lane.failing_since));
  append_varint(out, lane.attempts);
  return out;
}

std::optional<LaneRow> parse_lane(std::string_view value) {
  if (value.size() < 8) return std::nullopt;
  LaneRow lane;
  lane.done = storage::read_be64(value);
  RowReader reader(value.substr(8));
  lane.failing_since = from_millis(reader.signed_number());
  lane.attempts = static_cast<std::uint32_t>(reader.varint());
  if (!reader.ok() || !reader.rest().empty()) return std::nullopt;
  return lane;
}

// The subscription and epoch of a lane's key.
std::optional<std::pair<Uuid, std::uint64_t>> lane_of(std::string_view key) {
  const std::size_t head = kSharedReader.size() + 1 + kUuidText;
  const std::size_t end = key.find('\0');
  if (end == std::string_view::npos || end < head + 2 || key[head] != '/') return std::nullopt;
  const auto id = parse_uuid(key.substr(kSharedReader.size() + 1, kUuidText));
  std::uint64_t epoch = 0;
  const auto [stop, error] = std::from_chars(key.data() + head + 1, key.data() + end, epoch);
  if (!id || error != std::errc{} || stop != key.data() + end) return std::nullopt;
  return std::pair{*id, epoch};
}

}  // namespace

void put_lane(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partition,
              const LaneRow& lane) {
  rows.put(Family::consumers, consumer_key(lanes_of(id, epoch), partition), lane_value(lane));
}

void delete_lane(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partition) {
  rows.del(Family::consumers, consumer_key(lanes_of(id, epoch), partition));
}

void put_lanes(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, const projections::FeedCursor& at) {
  for (std::size_t partition = 0; partition < at.seen.size(); ++partition) {
    put_lane(rows, id, epoch, static_cast<std::uint16_t>(partition), LaneRow{at.seen[partition], Time{}, 0});
  }
}

void put_record(storage::RowBatch& rows, const Uuid& id, const DeliveryRecord& record) {
  std::string out(1, static_cast<char>(kRowFormat));
  append_varint(out, record.delivered);
  append_varint(out, record.failed);
  append_signed(out, to_millis(record.last_success));
  append_signed(out, to_millis(record.last_error));
  append_varint(out, static_cast<std::uint64_t>(record.last_status));
  append_text(out, record.last_message);
  rows.put(Family::consumers, of_subscription(id) + kRecord, out);
}

void put_secrets(storage::RowBatch& rows, const Uuid& id, const std::vector<SigningSecret>& secrets) {
  std::string out(1, static_cast<char>(kRowFormat));
  append_varint(out, secrets.size());
  for (const SigningSecret& secret : secrets) {
    append_text(out, secret.bytes);
    append_signed(out, to_millis(secret.until));
  }
  rows.put(Family::consumers, of_subscription(id) + kSecrets, out);
}

void delete_deliveries(storage::RowBatch& rows, const Uuid& id, std::uint64_t epoch, std::uint16_t partitions) {
  for (std::uint16_t partition = 0; partition < partitions; ++partition) delete_lane(rows, id, epoch, partition);
  rows.del(Family::consumers, of_subscription(id) + kRecord);
  rows.del(Family::consumers, of_subscription(id) + kSecrets);
}

Expected<LaneRows> read_lanes(const storage::Store& store, const Uuid& id, std::uint64_t epoch) {
  const std::string prefix = lanes_of(id, epoch) + '\0';
  LaneRows out;
  auto cursor = store.cursor(Family::consumers);
  for (cursor.seek(prefix); cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    const auto lane = parse_lane(cursor.value());
    if (!lane || cursor.key().size() != prefix.size() + 2) return damaged("a position", id);
    out[storage::read_be16(cursor.key().substr(prefix.size()))] = *lane;
  }
  if (const auto read = cursor.status(); !read) return tl::unexpected(read.error());
  return out;
}

Expected<DeliveryRecord> read_record(const storage::Store& store, const Uuid& id) {
  DeliveryRecord record;
  std::string value;
  const auto found = store.get(Family::consumers, of_subscription(id) + kRecord, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return record;
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  record.delivered = reader.varint();
  record.failed = reader.varint();
  record.last_success = from_millis(reader.signed_number());
  record.last_error = from_millis(reader.signed_number());
  record.last_status = static_cast<int>(reader.varint());
  record.last_message = reader.text();
  if (format != kRowFormat || !reader.ok() || !reader.rest().empty()) return damaged("the record", id);
  return record;
}

Expected<std::vector<SigningSecret>> read_secrets(const storage::Store& store, const Uuid& id) {
  std::vector<SigningSecret> secrets;
  std::string value;
  const auto found = store.get(Family::consumers, of_subscription(id) + kSecrets, value);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return secrets;
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  const std::uint64_t count = reader.varint();
  for (std::uint64_t i = 0; i < count && i < kMostSecrets && reader.ok(); ++i) {
    SigningSecret secret;
    secret.bytes = reader.text();
    secret.until = from_millis(reader.signed_number());
    secrets.push_back(std::move(secret));
  }
  if (format != kRowFormat || count > kMostSecrets || !reader.ok() || !reader.rest().empty()) {
    return damaged("the secret", id);
  }
  return secrets;
}

std::size_t delete_stale_lanes(const storage::Store& store, storage::RowBatch& rows,
                               const std::map<Uuid, std::uint64_t>& current) {
  const std::string prefix = std::string(kSharedReader) + "/";
  std::size_t stale = 0;
  auto cursor = store.cursor(Family::consumers);
  for (cursor.seek(prefix); cursor.valid() && cursor.key().starts_with(prefix) && stale < kMostStale; cursor.next()) {
    const auto lane = lane_of(cursor.key());
    if (!lane) continue;
    const auto known = current.find(lane->first);
    if (known != current.end() && known->second == lane->second) continue;
    rows.del(Family::consumers, cursor.key());
    ++stale;
  }
  return stale;
}

}  // namespace reprise::actors
