#include <algorithm>
#include <array>

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
  std::array<char, 64> text;
  for (std::size_t i = 0; i < hash.size(); ++i) {
    text[2 * i] = kDigits[hash[i] >> 4];
    text[2 * i + 1] = kDigits[hash[i] & 15];
  }
  out.append(text.data(), text.size());
}

Sha256 genesis(const ExecutionId& id) {
  Sha256 hash{};
  std::copy(id.bytes.begin(), id.bytes.end(), hash.begin());
  return hash;
}

}  // namespace reprise::events
