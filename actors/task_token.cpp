#include "actors/task_token.hpp"

#include <openssl/crypto.h>

#include "events/base64.hpp"
#include "events/sha256.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kBody = 16 + 4 + 4 + 4;
constexpr std::size_t kTag = 8;
constexpr std::size_t kBytes = kBody + kTag;   // 36
constexpr std::size_t kText = kBytes / 3 * 4;  // 48, no padding needed

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
  append_base64url(out, bytes);
}

std::optional<TaskToken> TokenSigner::parse(std::string_view text) const {
  if (text.size() != kText) return std::nullopt;
  const auto bytes = parse_base64url(text);
  if (!bytes) return std::nullopt;
  const std::string_view body(bytes->data(), kBody);
  const auto tag = tag_of(secret_, body);
  if (CRYPTO_memcmp(tag.data(), bytes->data() + kBody, kTag) != 0) return std::nullopt;
  TaskToken token;
  token.id = Uuid::from_view(body.substr(0, 16));
  token.task = storage::read_be32(body.substr(16));
  token.attempt = storage::read_be32(body.substr(20));
  token.delivery = storage::read_be32(body.substr(24));
  return token;
}

}  // namespace reprise::actors
