#include <algorithm>

#include "events/digest.hpp"
#include "events/record.hpp"
#include "events/sha256.hpp"

namespace reprise::events {

Sha256 sha256(std::string_view first, std::string_view second) {
  static const Digest digest("SHA256");
  Sha256 hash;
  digest(hash.data(), first, second);
  return hash;
}

Sha256 sha256(std::string_view bytes) { return sha256(bytes, {}); }

std::string_view view(const Sha256& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

void append_hex(std::string& out, const Sha256& hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : hash) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

Sha256 genesis(const ExecutionId& id) {
  Sha256 hash{};
  std::copy(id.bytes.begin(), id.bytes.end(), hash.begin());
  return hash;
}

}  // namespace reprise::events
