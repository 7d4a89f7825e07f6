#include "storage/log_end.hpp"

#include <algorithm>
#include <boost/crc.hpp>

namespace reprise::storage {
namespace {

// A file is a row of blocks, a block a row of fragments: checksum (4 bytes), length of the payload (2), type (1), payload.
constexpr std::size_t kBlock = 32'768, kHeader = 7;
enum Type : std::uint8_t { nothing = 0, full = 1, first = 2, middle = 3, last = 4 };

struct Fragment {
  std::uint32_t checksum = 0;
  std::size_t length = 0;
  std::uint8_t type = nothing;
  std::string_view checked;  // what the checksum is of
};

enum class Found : std::uint8_t { fragment, nonsense };

Found fragment_at(std::string_view bytes, std::size_t at, Fragment& out) {
  const std::size_t room = std::min(bytes.size() - at, kBlock - at % kBlock);
  if (room < kHeader) return Found::nonsense;
  const auto byte = [&](std::size_t i) { return std::uint32_t{static_cast<unsigned char>(bytes[at + i])}; };
  out.checksum = byte(0) | byte(1) << 8 | byte(2) << 16 | byte(3) << 24;
  out.length = byte(4) | byte(5) << 8;
  out.type = static_cast<std::uint8_t>(byte(6));
  if (out.length > room - kHeader) return Found::nonsense;
  out.checked = bytes.substr(at + kHeader - 1, out.length + 1);
  return Found::fragment;
}

bool sound(const Fragment& fragment) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;  // CRC-32C
  crc.process_bytes(fragment.checked.data(), fragment.checked.size());
  const std::uint32_t sum = crc.checksum();
  return fragment.checksum == ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
}

// Whether a record begins anywhere from `at` on.
bool record_after(std::string_view bytes, std::size_t at) {
  for (; at < bytes.size(); ++at) {
    if (bytes[at] == 0 && bytes.find_first_not_of('\0', at) == std::string_view::npos) return false;
    Fragment fragment;
    if (fragment_at(bytes, at, fragment) != Found::fragment) continue;
    if ((fragment.type == full || fragment.type == first) && sound(fragment)) return true;
  }
  return false;
}

}  // namespace

LogRead read_log(std::string_view bytes) {
  std::size_t at = 0, begin = 0;  // of the fragment, and of the record that it belongs to
  bool inside = false;
  for (;;) {
    if (kBlock - at % kBlock < kHeader) at += kBlock - at % kBlock;
    if (!inside) begin = at;
    if (at >= bytes.size()) return {inside ? LogEnd::torn : LogEnd::clean, std::min(begin, bytes.size())};
    Fragment fragment;
    if (fragment_at(bytes, at, fragment) != Found::fragment) break;
    if (fragment.type > last && sound(fragment)) return {LogEnd::unknown, begin};
    const bool begins = fragment.type == full || fragment.type == first;
    if (fragment.type == nothing || fragment.type > last || begins == inside || !sound(fragment)) break;
    inside = fragment.type == first || fragment.type == middle;
    at += kHeader + fragment.length;
  }
  if (!inside && bytes.find_first_not_of('\0', at) == std::string_view::npos) return {LogEnd::clean, begin};
  return {record_after(bytes, at) ? LogEnd::damaged : LogEnd::torn, begin};
}

}  // namespace reprise::storage
