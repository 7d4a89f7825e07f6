#include "workflow/definition_members.hpp"

#include <algorithm>
#include <cmath>

namespace reprise::workflow {

std::string_view kind_of(const JsonValue& value) {
  switch (value.GetType()) {
    case rapidjson::kNullType: return "null";
    case rapidjson::kFalseType:
    case rapidjson::kTrueType: return "a boolean";
    case rapidjson::kNumberType: return value.IsDouble() ? "a number" : "an integer";
    case rapidjson::kStringType: return "a string";
    case rapidjson::kArrayType: return "a list";
    case rapidjson::kObjectType: return "an object";
  }
  return "";
}

std::string shown(const JsonValue& value) {
  constexpr std::size_t kMost = 60;
  if (value.IsString() && value.GetStringLength() <= kMost) return "'" + std::string(text_of(value)) + "'";
  return value.IsNumber() ? to_json(value) : std::string(kind_of(value));
}

Members::Members(const JsonValue& object, std::string pointer, std::initializer_list<std::string_view> allowed,
                 FaultList& faults)
    : object_(object), pointer_(std::move(pointer)), faults_(faults) {
  for (const auto& m : object.GetObject()) {
    const auto name = text_of(m.name);
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    if (faults.full()) return;
    std::string message = "unknown member '" + std::string(name.substr(0, 100)) + "'; allowed are";
    bool first = true;
    for (const auto known : allowed) {
      message += first ? " " : ", ";
      message += known;
      first = false;
    }
    faults.add_at_key(append_pointer(pointer_, name), std::move(message));
  }
}

const JsonValue* Members::get(std::string_view name) const {
  const auto* value = find(object_, name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

void Members::wrong(std::string_view name, std::string_view expected, std::string_view found) const {
  fault(name, "'" + std::string(name) + "' must be " + std::string(expected) + ", found " + std::string(found));
}

const JsonValue* Members::object(std::string_view name) const {
  const auto* value = get(name);
  if (value == nullptr || value->IsObject()) return value;
  wrong(name, "an object", kind_of(*value));
  return nullptr;
}

const JsonValue* Members::list(std::string_view name) const {
  const auto* value = get(name);
  if (value == nullptr || value->IsArray()) return value;
  wrong(name, "a list", kind_of(*value));
  return nullptr;
}

std::optional<std::string_view> Members::text(std::string_view name) const {
  const auto* value = get(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsString()) return text_of(*value);
  wrong(name, "a string", kind_of(*value));
  return std::nullopt;
}

std::optional<bool> Members::boolean(std::string_view name) const {
  const auto* value = get(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsBool()) return value->GetBool();
  wrong(name, "a boolean", kind_of(*value));
  return std::nullopt;
}

std::optional<std::uint32_t> Members::count(std::string_view name, std::uint32_t least, std::uint32_t most) const {
  const auto* value = get(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsUint() && value->GetUint() >= least && value->GetUint() <= most) return value->GetUint();
  wrong(name, "an integer from " + std::to_string(least) + " to " + std::to_string(most), shown(*value));
  return std::nullopt;
}

std::optional<double> Members::number(std::string_view name, double least) const {
  const auto* value = get(name);
  if (value == nullptr) return std::nullopt;
  if (value->IsNumber() && value->GetDouble() >= least) return value->GetDouble();
  std::string expected = "a number of ";
  append_number_text(expected, least);
  expected.resize(expected.size() - 2);  // bounds are whole numbers
  wrong(name, expected + " or more", shown(*value));
  return std::nullopt;
}

std::optional<std::int64_t> Members::milliseconds(std::string_view name) const {
  constexpr double kMostSeconds = 1e10;  // three centuries
  const auto seconds = number(name, 0);
  if (!seconds) return std::nullopt;
  if (*seconds <= kMostSeconds) return std::llround(*seconds * 1000);
  fault(name, "'" + std::string(name) + "' must be at most 10000000000 seconds, found " + shown(*get(name)));
  return std::nullopt;
}

}  // namespace reprise::workflow
