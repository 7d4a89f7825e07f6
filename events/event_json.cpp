#include <charconv>
#include <cstdint>

#include "events/event_fields.hpp"
#include "events/record.hpp"
#include "events/sha256.hpp"

namespace reprise::events {
namespace {

void append(std::string& out, std::uint64_t value) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, value).ptr;
  out.append(text, end);
}
void append(std::string& out, std::uint32_t value) { append(out, std::uint64_t{value}); }
void append(std::string& out, const std::string& text) { append_json_string(out, text); }
void append(std::string& out, bool value) { out += value ? "true" : "false"; }

// The bytes as they came, on one line: event streams separate their entries by line ends. In JSON a raw one can only be
// white space between tokens.
void append(std::string& out, const Json& json) {
  std::string_view rest = json.bytes;
  if (rest.empty()) out += "null";
  while (!rest.empty()) {
    const std::size_t line = rest.find_first_of("\r\n");
    out += rest.substr(0, line);
    rest.remove_prefix(line == std::string_view::npos ? rest.size() : line + 1);
  }
}

void append(std::string& out, Time t) {
  if (t == Time{}) {
    out += "null";
    return;
  }
  out += '"';
  append_time(out, t);
  out += '"';
}

// Seconds, with as many of three decimals as needed.
void append(std::string& out, Duration d) {
  const std::int64_t ms = d.count();
  if (ms < 0) out += '-';
  const std::uint64_t size =
      ms < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(ms) : static_cast<std::uint64_t>(ms);
  append(out, size / 1000);
  const auto fraction = static_cast<unsigned>(size % 1000);
  if (fraction == 0) return;
  const char digits[] = {'.', static_cast<char>('0' + fraction / 100), static_cast<char>('0' + fraction / 10 % 10),
                         static_cast<char>('0' + fraction % 10)};
  out.append(digits, fraction % 10 != 0 ? 4 : fraction % 100 != 0 ? 3 : 2);
}

template <class E>
requires std::is_enum_v<E>
void append(std::string& out, E value) {
  out += '"';
  out += name(value);
  out += '"';
}

void append(std::string& out, const Sha256& hash) {
  out += '"';
  append_hex(out, hash);
  out += '"';
}

template <class S>
requires requires { Described<S>::fields; }
void append(std::string& out, const S& object);

void append(std::string& out, const std::vector<LogLine>& lines) {
  out += '[';
  for (const LogLine& line : lines) {
    if (&line != lines.data()) out += ',';
    append(out, line);
  }
  out += ']';
}

template <class S>
requires requires { Described<S>::fields; }
void append(std::string& out, const S& object) {
  out += '{';
  bool first = true;
  each_field(object, [&](std::string_view name, const auto& member) {
    if (!first) out += ',';
    first = false;
    out += '"';
    out += name;
    out += "\":";
    append(out, member);
    return true;
  });
  out += '}';
}

}  // namespace

void append_json(std::string& out, const Event& event) {
  std::visit([&](const auto& e) { append(out, e); }, event);
}

void append_cloud_event(std::string& out, const Record& record, std::string_view subject) {
  std::string id;
  append_uuid(id, record.execution_id);
  out += R"({"specversion":"1.0","id":")";
  out += id;
  out += '/';
  append(out, record.event_id);
  out += R"(","source":")";
  out += source_prefix(stream_kind(record.event));
  out += id;
  out += R"(","type":")";
  out += type_of(record.event).name;
  out += R"(","time":")";
  append_time(out, record.time);
  out += R"(","datacontenttype":"application/json","subject":)";
  append_json_string(out, subject);
  out += R"(,"partitionkey":")";
  out += id;
  out += R"(","sequence":")";
  append(out, std::uint32_t{record.partition});
  out += ':';
  append(out, record.position);
  out += R"(","data":)";
  append_json(out, record.event);
  out += '}';
}

}  // namespace reprise::events
