#include "projections/feed_cursor.hpp"

#include <optional>

#include "events/base64.hpp"
#include "projections/row_bytes.hpp"

namespace reprise::projections {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kLongest = 16 << 10;
constexpr auto kNotOurs = "the cursor is not one that this server has given";

}  // namespace

bool FeedCursor::covers(const FeedCursor& other) const {
  for (std::size_t i = 0; i < seen.size() && i < other.seen.size(); ++i) {
    if (other.seen[i] > seen[i]) return false;
  }
  return true;
}

std::string write_feed_cursor(const FeedCursor& cursor, std::string_view mark) {
  std::string bytes(1, static_cast<char>(kFormat));
  bytes += mark;
  for (const std::uint64_t position : cursor.seen) append_varint(bytes, position);
  std::string text;
  append_base64url(text, bytes);
  return text;
}

Expected<FeedCursor> read_feed_cursor(std::string_view text, std::string_view mark, std::size_t partitions) {
  const auto bytes = text.size() > kLongest ? std::nullopt : parse_base64url(text);
  if (!bytes) return fail(errc::invalid, kNotOurs);
  RowReader reader(*bytes);
  const std::uint8_t format = reader.byte();
  const std::string_view given_by = reader.raw(mark.size());
  if (!reader.ok() || format != kFormat) return fail(errc::invalid, kNotOurs);
  if (given_by != mark) return fail(errc::invalid, "the cursor belongs to another store");
  FeedCursor cursor{std::vector<std::uint64_t>(partitions)};
  for (std::uint64_t& position : cursor.seen) position = reader.varint();
  if (!reader.ok() || !reader.rest().empty()) return fail(errc::invalid, kNotOurs);
  return cursor;
}

}  // namespace reprise::projections
