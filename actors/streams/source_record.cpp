#include "actors/streams/source_record.hpp"

#include <iterator>
#include <string_view>

#include "events/base64.hpp"
#include "events/json.hpp"
#include "events/utf8.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kMostUserBytes = 256;

tl::unexpected<Error> refused(std::string why) { return fail(errc::invalid, std::move(why)); }

// The value's bytes, when there are any and not too many.
Expected<std::string_view> value_of(const kafka::Record& record) {
  if (!record.value) return refused("the record has no value");
  if (record.value->size() > kMostRecordBytes) {
    return refused("the record's value has " + std::to_string(record.value->size()) + " bytes, at most " +
                   std::to_string(kMostRecordBytes) + " are taken");
  }
  return *record.value;
}

Error not_json(const Error& error) { return {errc::invalid, "the record's value is not JSON: " + error.detail, {}}; }

std::string_view trimmed(std::string_view json) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = json.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return json.substr(begin, json.find_last_not_of(kSpace) - begin + 1);
}

// A text, or {"base64": ...} of what is none.
void append_bytes(std::string& out, const std::optional<std::string>& bytes) {
  if (!bytes) {
    out += "null";
    return;
  }
  if (valid_utf8(*bytes)) return append_json_string(out, *bytes);
  out += "{\"base64\":\"";
  append_base64(out, *bytes);
  out += "\"}";
}

void append_headers(std::string& out, const kafka::Record& record) {
  out += '{';
  bool first = true;
  for (auto header = record.headers.begin(); header != record.headers.end(); ++header) {
    bool last = true;
    for (auto later = std::next(header); later != record.headers.end(); ++later) {
      last = last && later->first != header->first;
    }
    if (!last) continue;
    if (!valid_utf8(header->first)) continue;  // no name that an expression could ask for
    if (!first) out += ',';
    append_json_string(out, header->first);
    out += ':';
    append_bytes(out, header->second);
    first = false;
  }
  out += '}';
}

Expected<Json> whole_record(const kafka::Record& record) {
  std::string out = "{\"topic\":";
  append_json_string(out, record.topic);
  out.append(",\"partition\":").append(std::to_string(record.partition));
  out.append(",\"offset\":").append(std::to_string(record.offset));
  out += ",\"key\":";
  append_bytes(out, record.key);
  out += ",\"headers\":";
  append_headers(out, record);
  out += ",\"timestamp\":";
  if (record.timestamp) {
    out += '"';
    append_time(out, *record.timestamp);
    out += '"';
  } else {
    out += "null";
  }
  out += ",\"value\":";
  if (record.value) {
    const auto value = value_of(record);
    if (!value) return tl::unexpected(value.error());
    if (const auto checked = check_json(*value); !checked) return tl::unexpected(not_json(checked.error()));
    out += trimmed(*value);
  } else {
    out += "null";
  }
  out += '}';
  if (const auto checked = check_json(out); !checked) return tl::unexpected(not_json(checked.error()));
  return Json{std::move(out)};
}

// A text member, empty when it is absent or null.
Expected<std::string> text_member(const JsonValue& object, std::string_view name) {
  const JsonValue* member = find(object, name);
  if (member == nullptr || member->IsNull()) return std::string();
  if (!member->IsString()) return refused(std::string(name) + " must be a string");
  return std::string(text_of(*member));
}

}  // namespace

std::string place_of(const kafka::Record& record) {
  return record.topic + "/" + std::to_string(record.partition) + "/" + std::to_string(record.offset);
}

Expected<Json> inputs_of_record(const kafka::Record& record, events::SourceInputs form) {
  if (form == events::SourceInputs::record) return whole_record(record);
  const auto value = value_of(record);
  if (!value) return tl::unexpected(value.error());
  const auto checked = check_json(*value);
  if (!checked) return tl::unexpected(not_json(checked.error()));
  const std::string_view object = trimmed(*value);
  if (!object.starts_with('{')) return refused("the record's value must be a JSON object");
  return Json{std::string(object)};
}

Expected<RecordAnswer> answer_of_record(const kafka::Record& record) {
  const auto value = value_of(record);
  if (!value) return tl::unexpected(value.error());
  RecordAnswer answer;
  const auto document = parse_json_keeping(*value, "data", answer.data.bytes);
  if (!document) return tl::unexpected(not_json(document.error()));
  if (!document->root().IsObject()) return refused("the record's value must be a JSON object");
  for (const auto& member : document->root().GetObject()) {
    const std::string_view name = text_of(member.name);
    if (name != "interaction_id" && name != "execution_id" && name != "data" && name != "user") {
      return refused("'" + std::string(name) + "' is not a known member: interaction_id, execution_id, data, user are");
    }
  }
  const auto interaction = text_member(document->root(), "interaction_id");
  if (!interaction) return tl::unexpected(interaction.error());
  const auto execution = text_member(document->root(), "execution_id");
  if (!execution) return tl::unexpected(execution.error());
  auto user = text_member(document->root(), "user");
  if (!user) return tl::unexpected(user.error());
  const auto id = parse_uuid(*interaction);
  if (!id) return refused("interaction_id must be a UUID");
  answer.interaction_id = *id;
  if (!execution->empty()) {
    answer.execution_id = parse_uuid(*execution);
    if (!answer.execution_id) return refused("execution_id must be a UUID");
  }
  if (user->size() > kMostUserBytes) return refused("user must have at most 256 bytes");
  answer.user = std::move(*user);
  if (answer.data.bytes.empty()) return refused("data is missing");
  return answer;
}

}  // namespace reprise::actors
