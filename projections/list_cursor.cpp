#include "projections/list_cursor.hpp"

#include "projections/list_keys.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6; held -= 6) text += kAlphabet[(bits >> (held - 6)) & 63];
  }
  if (held != 0) text += kAlphabet[(bits << (6 - held)) & 63];
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t value = kAlphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += static_cast<char>(bits >> held);
  }
  if (held >= 6 || (bits & ((1u << held) - 1)) != 0) return std::nullopt;  // one text for one cursor
  return bytes;
}

}  // namespace

std::string write_list_cursor(std::string_view place, std::uint64_t filter) {
  std::string bytes(place);
  storage::append_be64(bytes, filter);
  return to_base64url(bytes);
}

std::optional<std::string> read_list_cursor(std::string_view cursor, std::uint64_t filter) {
  constexpr std::size_t size = kPlaceSize + 8;
  if (cursor.size() != (size * 4 + 2) / 3) return std::nullopt;
  auto bytes = from_base64url(cursor);
  if (!bytes || bytes->size() != size) return std::nullopt;
  if (storage::read_be64(std::string_view(*bytes).substr(kPlaceSize)) != filter) return std::nullopt;
  bytes->resize(kPlaceSize);
  return bytes;
}

std::uint64_t filter_hash(std::string_view list, std::uint32_t statuses) {
  std::uint64_t hash = 0xcbf2'9ce4'8422'2325u;  // FNV-1a
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x0000'0100'0000'01b3u; };
  for (const char c : list) add(static_cast<unsigned char>(c));
  for (unsigned shift = 0; shift < 32; shift += 8) add(static_cast<unsigned char>(statuses >> shift));
  return hash;
}

}  // namespace reprise::projections
