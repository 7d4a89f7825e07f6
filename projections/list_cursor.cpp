#include "projections/list_cursor.hpp"

#include "events/base64.hpp"
#include "projections/list_keys.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

std::string write_list_cursor(std::string_view place, std::uint64_t filter) {
  std::string bytes(place);
  storage::append_be64(bytes, filter);
  std::string text;
  append_base64url(text, bytes);
  return text;
}

Expected<std::string> read_list_cursor(std::string_view cursor, std::uint64_t filter) {
  if (cursor.empty()) return std::string();
  auto bytes = parse_base64url(cursor);
  if (!bytes || bytes->size() != kPlaceSize + 8 ||
      storage::read_be64(std::string_view(*bytes).substr(kPlaceSize)) != filter) {
    return fail(errc::invalid, "the cursor is not one of a list with this filter", "cursor");
  }
  bytes->resize(kPlaceSize);
  return std::move(*bytes);
}

std::uint64_t filter_hash(std::string_view list, std::uint32_t statuses) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325u;  // FNV-1a
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x0000'0100'0000'01b3u; };
  for (const char c : list) add(static_cast<unsigned char>(c));
  for (unsigned shift = 0; shift < 32; shift += 8) add(static_cast<unsigned char>(statuses >> shift));
  return hash;
}

}  // namespace reprise::projections
