#include "actors/task_token.hpp"

#include <openssl/crypto.h>

#include <array>

#include "events/sha256.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kBody = 16 + 4 + 4 + 4;
constexpr std::size_t kTag = 8;
constexpr std::size_t kBytes = kBody + kTag;   // 36
constexpr std::size_t kText = kBytes / 3 * 4;  // 48, no padding needed
constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::array<std::int8_t, 256> reverse_digits() {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 64; ++i) table[static_cast<unsigned char>(kDigits[i])] = static_cast<std::int8_t>(i);
  return table;
}

// Secret first and a body of fixed length: no extension attack applies.
events::Sha256 tag_of(std::string_view secret, std::string_view body) {
  return events::sha256(secret.substr(0, 32), body);
}

}  // namespace

void TokenSigner::append(std::string& out, const TaskToken& token) const {
  std::string bytes;
  bytes.reserve(kBytes);
  bytes += token.id.view();
  storage::append_be32(bytes, token.task);
  storage::append_be32(bytes, token.attempt);
  storage::append_be32(bytes, token.delivery);
  const auto tag = tag_of(secret_, bytes);
  bytes.append(reinterpret_cast<const char*>(tag.data()), kTag);
  for (std::size_t i = 0; i < kBytes; i += 3) {
    const auto at = [&](std::size_t k) { return static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i + k])); };
    const std::uint32_t v = at(0) << 16 | at(1) << 8 | at(2);
    out += kDigits[v >> 18];
    out += kDigits[v >> 12 & 63];
    out += kDigits[v >> 6 & 63];
    out += kDigits[v & 63];
  }
}

std::optional<TaskToken> TokenSigner::parse(std::string_view text) const {
  static const auto reverse = reverse_digits();
  if (text.size() != kText) return std::nullopt;
  std::string bytes;
  bytes.reserve(kBytes);
  for (std::size_t i = 0; i < kText; i += 4) {
    std::uint32_t v = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const auto digit = reverse[static_cast<unsigned char>(text[i + k])];
      if (digit < 0) return std::nullopt;
      v = v << 6 | static_cast<std::uint32_t>(digit);
    }
    bytes += static_cast<char>(v >> 16);
    bytes += static_cast<char>(v >> 8);
    bytes += static_cast<char>(v);
  }
  const std::string_view body(bytes.data(), kBody);
  const auto tag = tag_of(secret_, body);
  if (CRYPTO_memcmp(tag.data(), bytes.data() + kBody, kTag) != 0) return std::nullopt;
  TaskToken token;
  token.id = Uuid::from_view(body.substr(0, 16));
  token.task = storage::read_be32(body.substr(16));
  token.attempt = storage::read_be32(body.substr(20));
  token.delivery = storage::read_be32(body.substr(24));
  return token;
}

}  // namespace reprise::actors
