// Members of the server's answers as text.
#pragma once

#include <string>
#include <string_view>

#include "events/json.hpp"

namespace reprise::cli {

// Empty: absent, or no string.
inline std::string_view text_member(const JsonValue& object, std::string_view name) {
  const JsonValue* value = find(object, name);
  return value && value->IsString() ? text_of(*value) : std::string_view{};
}

// A string as it is, another value as JSON. Empty: absent or null.
inline std::string any_member(const JsonValue& object, std::string_view name) {
  const JsonValue* value = find(object, name);
  if (!value || value->IsNull()) return {};
  return value->IsString() ? std::string(text_of(*value)) : to_json(*value);
}

}  // namespace reprise::cli
