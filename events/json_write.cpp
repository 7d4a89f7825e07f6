#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "events/json.hpp"
#include "events/utf8.hpp"

namespace reprise {
namespace {

// What a byte is inside a string: written as it is, escaped, or the begin of a longer UTF-8 sequence.
enum : char { kPlain = 0, kEscape = 1, kWide = 2 };
constexpr auto kByteKind = [] {
  std::array<char, 256> kind{};
  for (std::size_t i = 0; i < 256; ++i)
    kind[i] = i < 0x20 || i == '"' || i == '\\' ? kEscape : i < 0x80 ? kPlain : kWide;
  return kind;
}();

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[static_cast<unsigned char>(c) >> 4];
  out += kDigits[static_cast<unsigned char>(c) & 15];
}

template <class Integer>
void append_integer(std::string& out, Integer value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {  // JSON has no word for these
    out += "null";
    return;
  }
  char text[40];
  const char* const end = std::to_chars(text, text + sizeof text - 2, value).ptr;
  const std::string_view shortest(text, static_cast<std::size_t>(end - text));
  out += shortest;
  if (shortest.find_first_of(".e") == std::string_view::npos) out += ".0";  // else it would come back as an integer
}

void append_scalar(std::string& out, const JsonValue& value) {
  if (value.IsString()) {
    append_json_string(out, text_of(value));
  } else if (value.IsUint64()) {
    append_integer(out, value.GetUint64());
  } else if (value.IsInt64()) {
    append_integer(out, value.GetInt64());
  } else if (value.IsDouble()) {
    append_double(out, value.GetDouble());
  } else {
    out += value.IsTrue() ? "true" : value.IsFalse() ? "false" : "null";
  }
}

// An array or object that is being written: what is left of it.
struct Level {
  const JsonValue* container;
  rapidjson::SizeType next;
  rapidjson::SizeType size;
};

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  std::size_t done = 0, at = 0;
  while (at < utf8.size()) {
    const char kind = kByteKind[static_cast<unsigned char>(utf8[at])];
    if (kind == kPlain) {
      ++at;
      continue;
    }
    const std::size_t length = kind == kWide ? utf8_length(utf8.substr(at)) : 0;
    if (length != 0) {
      at += length;
      continue;
    }
    out += utf8.substr(done, at - done);
    if (kind == kEscape) {
      append_escaped(out, utf8[at]);
    } else {
      out += "\xEF\xBF\xBD";  // U+FFFD for a byte that is no UTF-8: what we write is always JSON
    }
    done = ++at;
  }
  out += utf8.substr(done);
  out += '"';
}

void append_json(std::string& out, const JsonValue& value) {
  if (!value.IsArray() && !value.IsObject()) return append_scalar(out, value);
  // A stack of our own: a value that was built, not parsed, may be nested deeper than the thread's stack allows.
  std::vector<Level> levels;
  levels.reserve(16);
  const JsonValue* next = &value;
  while (true) {
    if (next->IsArray()) {
      out += '[';
      levels.push_back({next, 0, next->Size()});
    } else if (next->IsObject()) {
      out += '{';
      levels.push_back({next, 0, next->MemberCount()});
    } else {
      append_scalar(out, *next);
    }
    while (levels.back().next == levels.back().size) {
      out += levels.back().container->IsArray() ? ']' : '}';
      levels.pop_back();
      if (levels.empty()) return;
    }
    Level& level = levels.back();
    if (level.next != 0) out += ',';
    if (level.container->IsArray()) {
      next = level.container->Begin() + level.next++;
    } else {
      const auto& member = *(level.container->MemberBegin() + level.next++);
      append_json_string(out, text_of(member.name));
      out += ':';
      next = &member.value;
    }
  }
}

std::string to_json(const JsonValue& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace reprise
