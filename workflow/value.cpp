#include "workflow/value.hpp"

#include <cstring>

namespace reprise::workflow {

std::string_view python_name(Type type) {
  switch (type) {
    case Type::null: return "NoneType";
    case Type::boolean: return "bool";
    case Type::integer: return "int";
    case Type::number: return "float";
    case Type::string: return "str";
    case Type::list: return "list";
    case Type::dict: return "dict";
    case Type::moment: return "datetime";
    case Type::span: return "timedelta";
    case Type::date: return "date";
    case Type::clock: return "time";
    case Type::range: return "range";
  }
  return "";
}

std::uint64_t IntegerRange::size() const {
  if (step > 0 ? start >= end : start <= end) return 0;
  const auto from = static_cast<std::uint64_t>(start);
  const auto to = static_cast<std::uint64_t>(end);
  const std::uint64_t distance = step > 0 ? to - from : from - to;
  const std::uint64_t stride = step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step);
  return (distance - 1) / stride + 1;
}

bool IntegerRange::holds(std::int64_t number) const {
  if (step > 0 ? number < start || number >= end : number > start || number <= end) return false;
  const auto from = static_cast<std::uint64_t>(start);
  const auto to = static_cast<std::uint64_t>(number);
  const std::uint64_t distance = step > 0 ? to - from : from - to;
  return distance % (step > 0 ? static_cast<std::uint64_t>(step) : -static_cast<std::uint64_t>(step)) == 0;
}

Value Value::of(const JsonValue& json) {
  switch (json.GetType()) {
    case rapidjson::kNullType: return {};
    case rapidjson::kFalseType: return of(false);
    case rapidjson::kTrueType: return of(true);
    case rapidjson::kNumberType: return json.IsInt64() ? of(json.GetInt64()) : of(json.GetDouble());
    case rapidjson::kStringType:
    case rapidjson::kArrayType:
    case rapidjson::kObjectType: break;
  }
  Value v(json.IsString() ? Type::string : json.IsArray() ? Type::list : Type::dict);
  v.json_ = &json;
  return v;
}

bool truthy(const Value& value) {
  switch (value.type()) {
    case Type::null: return false;
    case Type::boolean:
    case Type::integer:
    case Type::span: return value.integer() != 0;
    case Type::number: return value.number() != 0.0;
    case Type::string: return value.json().GetStringLength() != 0;
    case Type::list: return !value.json().Empty();
    case Type::dict: return !value.json().ObjectEmpty();
    case Type::range: return value.range().size() != 0;
    case Type::moment:
    case Type::date:
    case Type::clock: return true;
  }
  return false;
}

bool hollow(const JsonValue& value) {
  return value.IsNull() || (!value.IsBool() && !value.IsNumber() && !truthy(Value::of(value)));
}

JsonValue alias(const JsonValue& value) {
  JsonValue copy;
  static_assert(!JsonPool::kNeedFree);
  std::memcpy(static_cast<void*>(&copy), static_cast<const void*>(&value), sizeof copy);
  return copy;
}

JsonValue json_string(std::string_view text, JsonPool& pool) {
  return {text.data() == nullptr ? "" : text.data(), static_cast<rapidjson::SizeType>(text.size()), pool};
}

JsonValue deep_copy(const JsonValue& value, JsonPool& pool) {
  if (value.IsString()) return {value.GetString(), value.GetStringLength(), pool};
  if (value.IsArray()) {
    JsonValue list(rapidjson::kArrayType);
    list.Reserve(value.Size(), pool);
    for (const auto& element : value.GetArray()) list.PushBack(deep_copy(element, pool), pool);
    return list;
  }
  if (value.IsObject()) {
    JsonValue dict(rapidjson::kObjectType);
    for (const auto& m : value.GetObject()) {
      JsonValue name(m.name.GetString(), m.name.GetStringLength(), pool);
      dict.AddMember(name, deep_copy(m.value, pool), pool);
    }
    return dict;
  }
  return alias(value);
}

}  // namespace reprise::workflow
