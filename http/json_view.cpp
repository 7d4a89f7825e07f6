#include "http/json_view.hpp"

#include <charconv>

#include "events/utf8.hpp"

namespace reprise::http {
namespace {

constexpr bool space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t after_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

std::size_t after_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return text.size();
  if (text[at] == '"') return after_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    while (at < text.size() && text[at] != ',' && text[at] != ']' && text[at] != '}' && !space(text[at])) ++at;
    return at;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"': at = after_string(text, at); continue;
      case '{':
      case '[': ++depth; break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      default: break;
    }
    ++at;
  }
  return text.size();
}

unsigned hex4(std::string_view text, std::size_t at) {
  unsigned value = 0;
  if (at + 4 <= text.size()) std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  return value;
}

// The text between the quotes, decoded.
void append_decoded(std::string& out, std::string_view raw) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 >= raw.size()) {
      out += raw[i];
      continue;
    }
    switch (raw[++i]) {
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case 't': out += '\t'; break;
      case 'u': {
        unsigned code = hex4(raw, i + 1);
        i += 4;
        if (code >= 0xD800 && code < 0xDC00 &&
            i + 6 < raw.size()) {  // the low half follows: checked text has no lone one
          code = 0x10000 + ((code - 0xD800) << 10) + (hex4(raw, i + 3) - 0xDC00);
          i += 6;
        }
        append_character(out, code);
        break;
      }
      default: out += raw[i];
    }
  }
}

}  // namespace

JsonView::JsonView(std::string_view checked) : bytes_(checked) {
  while (!bytes_.empty() && space(bytes_.front())) bytes_.remove_prefix(1);
  while (!bytes_.empty() && space(bytes_.back())) bytes_.remove_suffix(1);
}

JsonView::Kind JsonView::kind() const {
  switch (bytes_.empty() ? 'n' : bytes_.front()) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case '"': return Kind::string;
    case 't':
    case 'f': return Kind::boolean;
    case 'n': return Kind::null;
    default: return Kind::number;
  }
}

std::string JsonView::text() const {
  std::string out;
  if (bytes_.size() < 2) return out;
  const std::string_view raw = bytes_.substr(1, bytes_.size() - 2);
  if (raw.find('\\') == std::string_view::npos) {
    out = raw;
  } else {
    append_decoded(out, raw);
  }
  return out;
}

std::optional<std::int64_t> JsonView::integer() const {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(bytes_.data(), bytes_.data() + bytes_.size(), value);
  if (error != std::errc{} || end != bytes_.data() + bytes_.size()) return std::nullopt;
  return value;
}

std::optional<double> JsonView::number() const {
  if (kind() != Kind::number) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(bytes_.data(), bytes_.data() + bytes_.size(), value);
  if (error != std::errc{} || end != bytes_.data() + bytes_.size()) return std::nullopt;
  return value;
}

bool JsonView::at_element(std::size_t& at) const {
  while (at < bytes_.size() && (space(bytes_[at]) || bytes_[at] == ',')) ++at;
  return at + 1 < bytes_.size();
}

std::string_view JsonView::take_key(std::size_t& at, std::string& scratch) const {
  const std::size_t end = after_string(bytes_, at);
  std::string_view key = bytes_.substr(at + 1, end - at - 2);
  at = end;
  while (at < bytes_.size() && (space(bytes_[at]) || bytes_[at] == ':')) ++at;
  if (key.find('\\') == std::string_view::npos) return key;
  scratch.clear();
  append_decoded(scratch, key);
  return scratch;
}

JsonView JsonView::take_value(std::size_t& at) const {
  const std::size_t begin = at;
  at = after_value(bytes_, at);
  return JsonView(bytes_.substr(begin, at - begin), Exact{});
}

std::string_view name(JsonView::Kind kind) {
  switch (kind) {
    case JsonView::Kind::null: return "null";
    case JsonView::Kind::boolean: return "a boolean";
    case JsonView::Kind::number: return "a number";
    case JsonView::Kind::string: return "a string";
    case JsonView::Kind::array: return "a list";
    case JsonView::Kind::object: return "an object";
  }
  return {};
}

}  // namespace reprise::http
