#include "actors/source_positions.hpp"

#include "projections/row_bytes.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

using storage::Family;

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint32_t kItems = 0xFFFF'FFFF;  // in place of a partition: the row of the next item

std::string prefix_of(const Uuid& source) {
  std::string key = "source/" + to_string(source);
  key += '\0';
  return key;
}

std::string key_of(const Uuid& source, std::uint32_t partition) {
  std::string key = prefix_of(source);
  storage::append_be32(key, partition);
  return key;
}

// Every row of a source with its partition. False ends the walk.
template <class F>
Expected<void> each_row(const storage::Store& store, const Uuid& source, F&& f) {
  const std::string prefix = prefix_of(source);
  auto cursor = store.cursor(Family::consumers);
  for (cursor.seek(prefix); cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
    if (cursor.key().size() != prefix.size() + 4) return fail(errc::corrupt, "a damaged position of a source");
    if (!f(storage::read_be32(cursor.key().substr(prefix.size())), cursor.value())) {
      return fail(errc::corrupt, "a damaged position of a source");
    }
  }
  return cursor.status();
}

}  // namespace

Expected<SourcePositions> read_source_positions(const storage::Store& store, const Uuid& source, std::uint64_t epoch) {
  SourcePositions out;
  const auto read = each_row(store, source, [&](std::uint32_t partition, std::string_view value) {
    projections::RowReader in(value);
    if (in.byte() != kFormat) return false;
    if (partition == kItems) {
      out.next_item = in.varint();
      return in.ok() && in.rest().empty();
    }
    const std::uint64_t since = in.varint();
    SourcePosition position;
    position.next = in.varint();
    position.records = in.varint();
    position.refused = in.varint();
    position.last_record = from_millis(in.signed_number());
    if (since == epoch) out.partitions[partition] = position;
    return in.ok() && in.rest().empty();
  });
  if (!read) return tl::unexpected(read.error());
  return out;
}

void put_source_position(storage::RowBatch& rows, const Uuid& source, std::uint64_t epoch, std::uint32_t partition,
                         const SourcePosition& position) {
  std::string value(1, static_cast<char>(kFormat));
  projections::append_varint(value, epoch);
  projections::append_varint(value, position.next);
  projections::append_varint(value, position.records);
  projections::append_varint(value, position.refused);
  projections::append_signed(value, to_millis(position.last_record));
  rows.put(Family::consumers, key_of(source, partition), value);
}

void put_source_next_item(storage::RowBatch& rows, const Uuid& source, std::uint64_t next_item) {
  std::string value(1, static_cast<char>(kFormat));
  projections::append_varint(value, next_item);
  rows.put(Family::consumers, key_of(source, kItems), value);
}

Expected<void> delete_source_positions(const storage::Store& store, storage::RowBatch& rows, const Uuid& source) {
  return each_row(store, source, [&](std::uint32_t partition, std::string_view) {
    if (partition != kItems) rows.del(Family::consumers, key_of(source, partition));
    return true;
  });
}

}  // namespace reprise::actors
