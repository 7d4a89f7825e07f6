#include "events/event_schema.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "events/event_fields.hpp"

namespace reprise::events {
namespace {

// Years beyond 9999 have no place in RFC 3339.
constexpr std::string_view kTime =
    R"("type": "string", "format": "date-time", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$")";
constexpr std::string_view kUuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

// The schema of a member's JSON, on one line; the same types as event_json.cpp writes.
template <class M>
std::string schema_of();

template <class S>
std::string object_schema(std::string_view indent);

template <class M>
std::string schema_of() {
  if constexpr (std::is_same_v<M, std::string>) {
    return R"({"type": "string"})";
  } else if constexpr (std::is_same_v<M, bool>) {
    return R"({"type": "boolean"})";
  } else if constexpr (std::is_same_v<M, std::uint32_t> || std::is_same_v<M, std::uint64_t>) {
    return R"({"type": "integer", "minimum": 0})";
  } else if constexpr (std::is_same_v<M, Json>) {
    return R"({"description": "any JSON; null when there is none"})";
  } else if constexpr (std::is_same_v<M, Time>) {
    return "{\"anyOf\": [{" + std::string(kTime) + R"(}, {"type": "null"}]})";
  } else if constexpr (std::is_same_v<M, Duration>) {
    return R"({"type": "number", "description": "seconds"})";
  } else if constexpr (std::is_same_v<M, Sha256>) {
    return R"({"type": "string", "pattern": "^[0-9a-f]{64}$"})";
  } else if constexpr (std::is_same_v<M, std::vector<LogLine>>) {
    return "{\"type\": \"array\", \"items\": " + object_schema<LogLine>({}) + "}";
  } else {
    static_assert(std::is_enum_v<M>, "a member type that has no schema yet");
    std::string out = "{\"enum\": [";
    for (const std::string_view value : Names<M>::list) {
      if (out.back() != '[') out += ", ";
      out.append("\"").append(value).append("\"");
    }
    return out + "]}";
  }
}

// With an indent each member has a line of its own; without, all of it is on one. The members of a released type never
// change, so that there are no others.
template <class S>
std::string object_schema(std::string_view indent) {
  const std::string line = indent.empty() ? std::string(" ") : "\n" + std::string(indent);
  const std::string start = indent.empty() ? std::string() : line + "  ";
  const std::string within = indent.empty() ? std::string() : line + "    ";
  std::string required, properties;
  S object{};
  each_field(object, [&](std::string_view name, const auto& member) {
    if (!required.empty()) {
      required += ", ";
      properties += indent.empty() ? ", " : ",";
    }
    required.append("\"").append(name).append("\"");
    properties.append(within).append("\"").append(name).append("\": ");
    properties += schema_of<std::remove_cvref_t<decltype(member)>>();
    return true;
  });
  std::string out = "{" + start + R"("type": "object",)" + (indent.empty() ? " " : start) + "\"required\": [" +
                    required + "]," + (indent.empty() ? " " : start) + "\"properties\": {" + properties;
  if (!indent.empty() && !properties.empty()) out += start;
  out += "}," + (indent.empty() ? std::string(" ") : start) + "\"additionalProperties\": false";
  return out + (indent.empty() ? std::string() : line) + "}";
}

template <class S>
std::string cloud_event_schema() {
  const TypeInfo& type = Described<S>::type;
  const std::string prefix(source_prefix(stream_kind(Event(S{}))));
  const std::string uuid(kUuid);
  std::string out = "{\n";
  const auto line = [&out](std::string_view text) { out.append(text).append("\n"); };
  line(R"(  "$schema": "https://json-schema.org/draft/2020-12/schema",)");
  line(R"(  "$id": "urn:reprise:event:)" + std::string(type.name) + "\",");
  line(R"(  "title": ")" + std::string(type.name) + "\",");
  line(R"(  "type": "object",)");
  line(R"(  "required": ["specversion", "id", "source", "type", "time", "datacontenttype", "subject", "partitionkey", )"
       R"("sequence", "data"],)");
  line(R"(  "properties": {)");
  line(R"(    "specversion": {"const": "1.0"},)");
  line(R"(    "id": {"type": "string", "pattern": "^)" + uuid + R"(/[1-9][0-9]*$"},)");
  line(R"(    "source": {"type": "string", "pattern": "^)" + prefix + uuid + R"($"},)");
  line(R"(    "type": {"const": ")" + std::string(type.name) + "\"},");
  line("    \"time\": {" + std::string(kTime) + "},");
  line(R"(    "datacontenttype": {"const": "application/json"},)");
  line(R"(    "subject": {"type": "string"},)");
  line(R"(    "partitionkey": {"type": "string", "pattern": "^)" + uuid + R"($"},)");
  line(R"(    "sequence": {"type": "string", "pattern": "^[0-9]+:[1-9][0-9]*$"},)");
  line("    \"data\": " + object_schema<S>("    "));
  line("  }");
  line("}");
  return out;
}

struct Maker {
  const TypeInfo* type;
  std::string (*schema)();
};

template <std::size_t... I>
std::vector<Maker> makers(std::index_sequence<I...>) {
  std::vector<Maker> all{{&Described<std::variant_alternative_t<I, Event>>::type,
                          &cloud_event_schema<std::variant_alternative_t<I, Event>>}...};
  std::sort(all.begin(), all.end(), [](const Maker& a, const Maker& b) { return a.type->number < b.type->number; });
  return all;
}

std::vector<Maker> makers() { return makers(std::make_index_sequence<std::variant_size_v<Event>>{}); }

}  // namespace

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  for (const Maker& maker : makers()) names.push_back(maker.type->name);
  return names;
}

std::string event_schema(std::string_view type_name) {
  for (const Maker& maker : makers()) {
    if (maker.type->name == type_name) return maker.schema();
  }
  return {};
}

}  // namespace reprise::events
