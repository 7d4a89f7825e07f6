#include "storage/log_end.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <utility>

namespace reprise::storage {
namespace {

// A file is a row of blocks, a block a row of fragments: checksum (4 bytes), length of the payload (2), type (1), in
// files that are used again the log's number (4), payload. A record is one fragment, or some in a row.
constexpr std::size_t kBlock = 32'768, kHeader = 7, kNumber = 4, kSector = 512;
enum Type : std::uint8_t {
  nothing = 0,
  full = 1,
  first = 2,
  middle = 3,
  last = 4,
  recycled_full = 5,
  recycled_last = 8
};
// A record is a write batch: sequence number (8 bytes, little-endian), count (4), rows.
constexpr std::size_t kBatchHeader = 12;
constexpr std::uint64_t kFarAhead = std::uint64_t{1} << 40;  // writes that no log holds

struct Fragment {
  std::uint32_t checksum = 0;
  std::size_t size = 0;  // with its header
  std::uint8_t type = nothing;
  std::string_view checked;  // what the checksum is of: type and payload

  bool begins() const { return type == full || type == first; }
  bool ends() const { return type == full || type == last; }
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Behind what is too short for a header at the end of a block.
std::size_t next_header(std::size_t at) { return kBlock - at % kBlock < kHeader ? at + kBlock - at % kBlock : at; }

// False: no fragment fits there.
bool fragment_at(std::string_view bytes, std::size_t at, Fragment& out) {
  const std::size_t room = std::min(bytes.size() - at, kBlock - at % kBlock);
  if (room < kHeader) return false;
  out.checksum = static_cast<std::uint32_t>(little_endian(bytes.substr(at, 4)));
  out.type = static_cast<std::uint8_t>(bytes[at + 6]);
  out.size = kHeader + little_endian(bytes.substr(at + 4, 2));
  if (out.type >= recycled_full && out.type <= recycled_last) out.size += kNumber;
  if (out.size > room) return false;
  out.checked = bytes.substr(at + kHeader - 1, out.size - kHeader + 1);
  return true;
}

bool sound(const Fragment& fragment) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC-32C
  crc.process_bytes(fragment.checked.data(), fragment.checked.size());
  const std::uint32_t sum = crc.checksum();
  return fragment.checksum == ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
}

std::uint64_t sequence_of(const Fragment& fragment) { return little_endian(fragment.checked.substr(1, 8)); }

// Whether a record begins anywhere from `at` on that can have followed the one of number `before`. What is cheap to see
// is looked at first: a checksum at every byte would take minutes.
bool record_after(std::string_view bytes, std::size_t at, std::uint64_t before) {
  for (; at + kHeader <= bytes.size(); ++at) {
    Fragment fragment;
    if (const auto type = bytes[at + kHeader - 1]; type != full && type != first) continue;
    if (!fragment_at(bytes, at, fragment)) continue;
    if (fragment.type == first && at % kBlock + fragment.size != kBlock) continue;
    if (fragment.checked.size() <= (fragment.type == full ? kBatchHeader : 8)) continue;
    const auto sequence = sequence_of(fragment);
    if (sequence > before && sequence - before < kFarAhead && sound(fragment)) return true;
  }
  return false;
}

// Whether some of the record at `begin` never arrived: it goes on behind `stop`, after which all is zeros, or a
// sector's part of it is zeros.
bool misses_sectors(std::string_view bytes, std::size_t begin, std::size_t stop) {
  std::size_t end = stop;
  for (std::size_t at = begin;;) {
    at = next_header(at);
    if (at + kHeader > stop) return true;
    const std::size_t size = kHeader + little_endian(bytes.substr(at + 4, 2));
    const auto type = static_cast<std::uint8_t>(bytes[at + 6]);
    if (type == nothing || type > last || size > kBlock - at % kBlock) break;  // not even a header is left
    at += size;
    if (at > stop) return true;
    if (type == full || type == last) {
      end = at;
      break;
    }
  }
  for (std::size_t from = begin; from < end;) {
    const std::size_t to = std::min(end, (from / kSector + 1) * kSector);
    if (bytes.substr(from, to - from).find_first_not_of('\0') == std::string_view::npos) return true;
    from = to;
  }
  return false;
}

}  // namespace

LogRead read_log(std::string_view bytes) {
  const std::size_t stop = bytes.find_last_not_of('\0') + 1;  // nothing but zeros from there on
  std::size_t at = 0, begin = 0;                              // of the fragment, and of the record that it belongs to
  std::uint64_t sequence = 0;                                 // of the newest record
  bool inside = false;
  std::string ending, tail;  // of the newest whole record, and of the one that is being read
  for (;;) {
    at = next_header(at);
    if (!inside) begin = std::min(at, bytes.size());
    if (at >= bytes.size() || (!inside && at >= stop)) break;
    Fragment fragment;
    if (!fragment_at(bytes, at, fragment) || fragment.type == nothing || !sound(fragment)) break;
    if (fragment.type > last) return {LogEnd::unknown, begin, std::move(ending)};
    if (fragment.begins() == inside) break;
    if (fragment.begins() && fragment.checked.size() > 8) sequence = sequence_of(fragment);
    if (fragment.begins()) tail.clear();
    const std::string_view payload = fragment.checked.substr(1);
    tail += payload.substr(payload.size() - std::min(payload.size(), kRecordEnding));
    tail.erase(0, tail.size() - std::min(tail.size(), kRecordEnding));
    if (fragment.ends()) ending = tail;
    inside = !fragment.ends();
    at += fragment.size;
  }
  if (!inside && at >= stop) return {LogEnd::clean, begin, std::move(ending)};
  if (record_after(bytes.substr(0, stop), at, sequence)) return {LogEnd::damaged, begin, std::move(ending)};
  return {misses_sectors(bytes, begin, stop) ? LogEnd::torn : LogEnd::damaged, begin, std::move(ending)};
}

}  // namespace reprise::storage
