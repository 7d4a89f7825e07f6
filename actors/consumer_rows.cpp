#include "actors/consumer_rows.hpp"

#include "storage/keys.hpp"

namespace reprise::actors {

using storage::Family;

std::string consumer_key(std::string_view consumer, std::uint16_t partition) {
  std::string key(consumer);
  key += '\0';
  storage::append_be16(key, partition);
  return key;
}

Expected<projections::FeedCursor> consumer_position(const storage::Store& store, std::string_view consumer) {
  projections::FeedCursor cursor{std::vector<std::uint64_t>(store.partitions(), 0)};
  for (std::uint16_t partition = 0; partition < store.partitions(); ++partition) {
    std::string value;
    const auto found = store.get(Family::consumers, consumer_key(consumer, partition), value);
    if (!found) return tl::unexpected(found.error());
    if (!*found) continue;
    if (value.size() != 8) {
      return fail(errc::corrupt, "the position of " + std::string(consumer) + " is damaged");
    }
    cursor.seen[partition] = storage::read_be64(value);
  }
  return cursor;
}

bool has_consumer_position(const storage::Store& store, std::string_view consumer) {
  std::string prefix(consumer);
  prefix += '\0';
  auto cursor = store.cursor(Family::consumers);
  cursor.seek(prefix);
  return cursor.valid() && cursor.key().starts_with(prefix);
}

void put_consumer_position(storage::RowBatch& rows, std::string_view consumer, const projections::FeedCursor& from,
                           const projections::FeedCursor& to) {
  for (std::size_t partition = 0; partition < to.seen.size(); ++partition) {
    if (from.seen[partition] == to.seen[partition]) continue;
    std::string value;
    storage::append_be64(value, to.seen[partition]);
    rows.put(Family::consumers, consumer_key(consumer, static_cast<std::uint16_t>(partition)), value);
  }
}

void delete_consumer_position(storage::RowBatch& rows, std::string_view consumer, std::uint16_t partitions) {
  for (std::uint16_t partition = 0; partition < partitions; ++partition) {
    rows.del(Family::consumers, consumer_key(consumer, partition));
  }
}

}  // namespace reprise::actors
