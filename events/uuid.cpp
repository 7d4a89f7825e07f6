#include "events/uuid.hpp"

#include <algorithm>

#include "events/digest.hpp"
#include "events/splitmix.hpp"

namespace reprise {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

void store(std::uint8_t* at, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = bytes; i-- > 0; value >>= 8) at[i] = static_cast<std::uint8_t>(value);
}

void set_version(Uuid& id, unsigned version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);
}

}  // namespace

Uuid Uuid::from_view(std::string_view sixteen_bytes) {
  Uuid id;
  std::memcpy(id.bytes.data(), sixteen_bytes.data(), std::min(sixteen_bytes.size(), id.bytes.size()));
  return id;
}

void append_uuid(std::string& out, const Uuid& id) {
  std::array<char, 36> text;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (dash_before(i)) text[at++] = '-';
    text[at++] = kHex[id.bytes[i] >> 4];
    text[at++] = kHex[id.bytes[i] & 15];
  }
  out.append(text.data(), text.size());
}

std::string to_string(const Uuid& id) {
  std::string out;
  append_uuid(out, id);
  return out;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t at = 0;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_value(text[at]), low = hex_value(text[at + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    at += 2;
  }
  return id;
}

Uuid uuid_v7(Time now, std::uint64_t random_a, std::uint64_t random_b) {
  Uuid id;
  store(id.bytes.data(), static_cast<std::uint64_t>(to_millis(now)), 6);
  store(id.bytes.data() + 6, random_a, 2);
  store(id.bytes.data() + 8, random_b, 8);
  set_version(id, 7);
  return id;
}

Uuid uuid_v4(std::uint64_t random_a, std::uint64_t random_b) {
  Uuid id;
  store(id.bytes.data(), random_a, 8);
  store(id.bytes.data() + 8, random_b, 8);
  set_version(id, 4);
  return id;
}

Uuid uuid_v5(const Uuid& name_space, std::string_view name) {
  static const Digest digest("SHA1");
  std::array<unsigned char, 20> hash;
  digest(hash.data(), name_space.view(), name);
  Uuid id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  set_version(id, 5);
  return id;
}

Uuid uuid_derived(const Uuid& from, std::string_view name) {
  static const Digest digest("SHA256");
  std::array<unsigned char, 32> hash;
  digest(hash.data(), from.view(), name);
  Uuid id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  set_version(id, 4);
  return id;
}

Uuid workflow_uuid(std::string_view workspace, std::string_view workflow_id) {
  if (const auto own = parse_uuid(workflow_id)) return *own;
  // RFC 9562 6.6: the name space of URLs, 6ba7b811-9dad-11d1-80b4-00c04fd430c8.
  static constexpr Uuid kUrl{
      {0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
  std::string name = "reprise:";
  name += workspace;
  return uuid_v5(uuid_v5(kUrl, name), workflow_id);
}

Uuid child_uuid(const Uuid& parent, std::string_view ref, std::uint32_t attempt) {
  std::string name = "child/";
  name.append(ref).append("/").append(std::to_string(attempt));
  return uuid_derived(parent, name);
}

Uuid run_uuid(std::uint64_t seed) {
  return uuid_v4(splitmix(seed ^ 0x72756E5F69645F61ull), splitmix(seed ^ 0x72756E5F69645F62ull));
}

Uuid interaction_uuid(const ExecutionId& execution, std::string_view ref) {
  Uuid id = uuid_v5(execution, "interaction:" + std::string(ref));
  set_version(id, 4);
  return id;
}

}  // namespace reprise
