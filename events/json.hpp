// JSON in and out: RapidJSON with the limits that untrusted input needs (iterative parse, checked encoding, capped
// depth).
#pragma once

#include <rapidjson/document.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "events/error.hpp"

namespace reprise {

using JsonPool = rapidjson::MemoryPoolAllocator<>;
using JsonValue = rapidjson::GenericValue<rapidjson::UTF8<>, JsonPool>;

// A JSON text kept as its bytes, parsed only where somebody looks inside. Never empty when it stands for a value.
struct Json {
  std::string bytes;
  bool operator==(const Json&) const = default;
};

// A parsed document with a pool that starts small (RapidJSON's own takes 64 KiB at once). Movable, not copyable.
class JsonDocument {
 public:
  explicit JsonDocument(std::size_t chunk = 1024);
  JsonDocument(JsonDocument&&) noexcept = default;
  JsonDocument& operator=(JsonDocument&&) noexcept = default;
  const JsonValue& root() const { return *root_; }
  JsonValue& root() { return *root_; }
  JsonPool& pool() { return *pool_; }

 private:
  std::unique_ptr<JsonPool> pool_;
  std::unique_ptr<JsonValue> root_;
};

struct JsonLimits {
  std::size_t max_depth = 96;  // nested arrays and objects
};

// Strict RFC 8259: invalid UTF-8, depth beyond the limit, trailing bytes and lone surrogates are errors that name the
// byte offset; integers that fit neither int64 nor uint64 and numbers that overflow a double are errors. Duplicate
// keys: the error names the key.
Expected<JsonDocument> parse_json(std::string_view text, const JsonLimits& limits = {});
// The same checks without a document.
Expected<void> check_json(std::string_view text, const JsonLimits& limits = {});

// As parse_json, and gives the exact bytes of the value of the root's member `name` (empty when absent).
Expected<JsonDocument> parse_json_keeping(std::string_view text, std::string_view name, std::string& member_bytes,
                                          const JsonLimits& limits = {});

void append_json(std::string& out, const JsonValue& value);        // compact; doubles as shortest round-trip text
void append_json_string(std::string& out, std::string_view utf8);  // with quotes; escapes what RFC 8259 demands
std::string to_json(const JsonValue& value);

// Member access: null when `object` is no object or has no such member.
const JsonValue* find(const JsonValue& object, std::string_view name);
std::string_view text_of(const JsonValue& string_value);  // precondition: IsString()

}  // namespace reprise
