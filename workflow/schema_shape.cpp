#include "workflow/schema_shape.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string>
#include <utility>

#include "workflow/template.hpp"

namespace reprise::workflow {

namespace {

constexpr std::size_t kMostParts = 2'000;
constexpr std::size_t kMostDeep = 64;
constexpr std::size_t kMostPatternBytes = 1'000;

constexpr std::array<std::string_view, 8> kOneSchema{
    "additionalItems", "additionalProperties", "contains", "else", "if", "not", "propertyNames", "then"};
constexpr std::array<std::string_view, 3> kSchemaLists{"allOf", "anyOf", "oneOf"};
constexpr std::array<std::string_view, 3> kSchemasByName{"definitions", "patternProperties", "properties"};
constexpr std::array<std::string_view, 7> kTypes{"array", "boolean", "integer", "null", "number", "object", "string"};

class Shape {
 public:
  explicit Shape(const JsonValue& root) : root_(root) {}

  // How many parts the schema has with every $ref written out. Throws nothing; the first fault is kept.
  std::size_t parts(const JsonValue& schema, const std::string& pointer, std::size_t depth) {
    if (error_) return 0;
    if (schema.IsBool()) return 1;
    if (!schema.IsObject()) return refuse(pointer, "a schema must be an object or a truth value");
    if (depth > kMostDeep) return refuse(pointer, "the schema is more than 64 deep");
    if (const auto known = known_.find(&schema); known != known_.end()) {
      if (known->second.parts == 0) return refuse(pointer, "the schema refers to itself");
      if (depth + known->second.height > kMostDeep) return refuse(pointer, "the schema is more than 64 deep");
      heights_ = std::max(heights_, known->second.height);
      return known->second.parts;
    }
    known_.emplace(&schema, Known{});
    const std::size_t outer = std::exchange(heights_, 0);
    const std::size_t count = 1 + inside(schema, pointer, depth);
    const std::size_t height = heights_ + 1;
    heights_ = std::max(outer, height);
    if (count > kMostParts) return refuse(pointer, "the schema has more than 2,000 parts");
    known_[&schema] = {count, height};
    return count;
  }

  std::optional<Error> take() { return std::move(error_); }

 private:
  struct Known {
    std::size_t parts = 0;  // 0: it is being looked at
    std::size_t height = 0;
  };

  std::size_t refuse(const std::string& pointer, std::string why) {
    if (!error_) error_ = Error{errc::invalid, std::move(why), pointer};
    return 0;
  }

  std::size_t inside(const JsonValue& schema, const std::string& pointer, std::size_t depth) {
    if (const JsonValue* ref = find(schema, "$ref")) return referred(*ref, append_pointer(pointer, "$ref"), depth);
    std::size_t count = 0;
    for (const auto& member : schema.GetObject()) {
      const std::string_view name = text_of(member.name);
      const std::string place = append_pointer(pointer, name);
      const auto is = [&](const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
      if (name == "$id") return refuse(place, "'$id' is not supported: the schema stands alone");
      if (name == "$schema") dialect(member.value, place);
      if (name == "type") types(member.value, place);
      if (name == "pattern") pattern(member.value, place);
      if (name == "enum" && member.value.IsArray()) count += member.value.Size();
      if (is(kOneSchema) || (name == "items" && !member.value.IsArray())) {
        count += parts(member.value, place, depth + 1);
      } else if (is(kSchemaLists) || name == "items") {
        count += list(member.value, place, depth);
      } else if (is(kSchemasByName)) {
        count += by_name(member.value, place, depth, name);
      } else if (name == "dependencies" && member.value.IsObject()) {
        for (const auto& each : member.value.GetObject()) {
          const std::string at = append_pointer(place, text_of(each.name));
          count += each.value.IsArray() ? each.value.Size() : parts(each.value, at, depth + 1);
        }
      }
      if (error_ || count > kMostParts) return count;
    }
    return count;
  }

  std::size_t referred(const JsonValue& ref, const std::string& pointer, std::size_t depth) {
    const std::string_view text = ref.IsString() ? text_of(ref) : std::string_view();
    if (text.empty() || text[0] != '#' || text.find('%') != std::string_view::npos) {
      return refuse(pointer, "'$ref' must lead into the schema itself, as in '#/definitions/name'");
    }
    const JsonValue* target = at_pointer(root_, text.substr(1));
    if (target == nullptr) return refuse(pointer, "'$ref' leads nowhere");
    return parts(*target, std::string(text.substr(1)), depth + 1);
  }

  std::size_t list(const JsonValue& schemas, const std::string& pointer, std::size_t depth) {
    if (!schemas.IsArray()) return refuse(pointer, "must be a list of schemas");
    std::size_t count = 0;
    for (rapidjson::SizeType i = 0; i < schemas.Size() && !error_; ++i) {
      count += parts(schemas[i], pointer + "/" + std::to_string(i), depth + 1);
    }
    return count;
  }

  std::size_t by_name(const JsonValue& schemas, const std::string& pointer, std::size_t depth, std::string_view name) {
    if (!schemas.IsObject()) return refuse(pointer, "must be an object of schemas");
    std::size_t count = 0;
    for (const auto& each : schemas.GetObject()) {
      const std::string place = append_pointer(pointer, text_of(each.name));
      if (name == "patternProperties") pattern(each.name, place);
      const std::size_t of_this = parts(each.value, place, depth + 1);
      if (name != "definitions") count += of_this;  // those count where they are referred to
      if (error_ || count > kMostParts) break;
    }
    return count;
  }

  void dialect(const JsonValue& value, const std::string& pointer) {
    if (!value.IsString() || text_of(value).find("draft-07") == std::string_view::npos) {
      refuse(pointer, "a schema must be of draft 7: 'http://json-schema.org/draft-07/schema#'");
    }
  }

  void types(const JsonValue& value, const std::string& pointer) {
    const auto one = [](const JsonValue& name) {
      return name.IsString() && std::find(kTypes.begin(), kTypes.end(), text_of(name)) != kTypes.end();
    };
    const bool fine = value.IsArray() ? !value.Empty() && std::all_of(value.Begin(), value.End(), one) : one(value);
    if (fine) return;
    refuse(pointer, "'type' must be one or a list of array, boolean, integer, null, number, object and string");
  }

  void pattern(const JsonValue& value, const std::string& pointer) {
    if (!value.IsString()) {
      refuse(pointer, "a pattern must be a string");
      return;
    }
    if (value.GetStringLength() > kMostPatternBytes) {
      refuse(pointer, "a pattern may have 1,000 bytes");
      return;
    }
    const re2::RE2 compiled(re2::StringPiece(value.GetString(), value.GetStringLength()), re2::RE2::Quiet);
    if (!compiled.ok()) refuse(pointer, "the pattern is no regular expression (RE2): " + compiled.error());
  }

  const JsonValue& root_;
  std::map<const JsonValue*, Known> known_;
  std::size_t heights_ = 0;  // of what was looked at inside of the present one
  std::optional<Error> error_;
};

}  // namespace

const JsonValue* at_pointer(const JsonValue& root, std::string_view pointer) {
  const JsonValue* value = &root;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    std::string name;
    for (std::size_t i = 0; i < step.size(); ++i) {
      const bool escaped = step[i] == '~' && i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1');
      name += escaped ? (step[++i] == '0' ? '~' : '/') : step[i];
    }
    if (value->IsObject()) {
      value = find(*value, name);
    } else if (value->IsArray()) {
      rapidjson::SizeType index = 0;
      const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
      const bool fine = read.ec == std::errc() && read.ptr == name.data() + name.size() && index < value->Size();
      value = fine ? &(*value)[index] : nullptr;
    } else {
      value = nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

Expected<void> check_schema_shape(const JsonValue& schema) {
  Shape shape(schema);
  shape.parts(schema, {}, 1);
  if (auto error = shape.take()) return tl::unexpected(std::move(*error));
  return {};
}

}  // namespace reprise::workflow
