// Idempotency rows: which execution a caller's key has started, and with which body.
#include "events/sha256.hpp"
#include "projections/queries.hpp"
#include "projections/row_bytes.hpp"

namespace reprise::projections {

namespace {

constexpr std::size_t kHashSize = 32, kIdSize = 16;

}  // namespace

std::string idempotency_key(std::string_view workspace, std::string_view user, std::string_view key) {
  std::string out;
  out.reserve(workspace.size() + user.size() + key.size() + 4);
  append_text(out, workspace);
  append_text(out, user);
  out += key;
  return out;
}

std::string idempotency_value(const IdempotencyValue& value) {
  std::string out = value.body_hash;
  out.resize(kHashSize);
  out += value.id.view();
  return out;
}

std::optional<IdempotencyValue> parse_idempotency_value(std::string_view bytes) {
  if (bytes.size() != kHashSize + kIdSize) return std::nullopt;
  IdempotencyValue value;
  value.body_hash = bytes.substr(0, kHashSize);
  value.id = Uuid::from_view(bytes.substr(kHashSize));
  return value;
}

std::string idempotency_body_hash(std::string_view workflow_id, std::string_view inputs) {
  std::string first(workflow_id);
  first += '\0';
  return std::string(events::view(events::sha256(first, inputs)));
}

}  // namespace reprise::projections
