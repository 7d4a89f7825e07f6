// 128-bit identifiers (RFC 9562). Pure: random bits come in as arguments.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"

namespace reprise {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;
  bool nil() const { return *this == Uuid{}; }
  // The 16 bytes as they are stored in keys.
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
  static Uuid from_view(std::string_view sixteen_bytes);  // precondition: size() == 16
};

using ExecutionId = Uuid;

struct UuidHash {
  std::size_t operator()(const Uuid& id) const {  // the random half is hash enough
    std::uint64_t h;
    std::memcpy(&h, id.bytes.data() + 8, sizeof h);
    return static_cast<std::size_t>(h * 0x9E3779B97F4A7C15ull);
  }
};

void append_uuid(std::string& out, const Uuid& id);  // 8-4-4-4-12, lower case
std::string to_string(const Uuid& id);
std::optional<Uuid> parse_uuid(std::string_view text);  // 8-4-4-4-12, either case; nothing else

Uuid uuid_v7(Time now, std::uint64_t random_a, std::uint64_t random_b);
Uuid uuid_v4(std::uint64_t random_a, std::uint64_t random_b);
Uuid uuid_v5(const Uuid& name_space, std::string_view name);  // SHA-1, RFC 9562 5.5

// An id that follows from another one and a name, in the form of version 4: for what must come out the same however
// often it is asked for (SHA-256 over both).
Uuid uuid_derived(const Uuid& from, std::string_view name);

// The UUID of a workflow: its id where that is one, else version 5 of workspace and id (contract README, Rules).
Uuid workflow_uuid(std::string_view workspace, std::string_view workflow_id);

// The run that carries out an attempt of a task of `parent`. `ref`: as events have it.
Uuid child_uuid(const Uuid& parent, std::string_view ref, std::uint32_t attempt);

// A run's second id, a version-4 UUID: drawn from its seed, so apart from the execution's id and the same in replay.
Uuid run_uuid(std::uint64_t seed);

// The interaction of an execution's action, a version-4 UUID: the same in every attempt, and in replay.
Uuid interaction_uuid(const ExecutionId& execution, std::string_view ref);

}  // namespace reprise
