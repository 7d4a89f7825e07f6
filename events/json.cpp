#include "events/json.hpp"

namespace reprise {
namespace {

// Without one given, each pool would allocate its own.
rapidjson::CrtAllocator& heap() {
  static rapidjson::CrtAllocator allocator;
  return allocator;
}

}  // namespace

JsonDocument::JsonDocument(std::size_t chunk)
    : pool_(std::make_unique<JsonPool>(chunk, &heap())), root_(std::make_unique<JsonValue>()) {}

const JsonValue* find(const JsonValue& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  for (auto member = object.MemberBegin(); member != object.MemberEnd(); ++member) {
    if (text_of(member->name) == name) return &member->value;
  }
  return nullptr;
}

std::string_view text_of(const JsonValue& string_value) {
  return {string_value.GetString(), string_value.GetStringLength()};
}

}  // namespace reprise
