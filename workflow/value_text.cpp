// The text form of values: Python's str() and repr().
#include <charconv>
#include <cmath>

#include "workflow/expression.hpp"
#include "workflow/unicode.hpp"
#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

void append_hex(std::string& out, char32_t c, int digits) {
  constexpr char characters[] = "0123456789abcdef";
  for (int i = digits - 1; i >= 0; --i) out += characters[c >> (4 * i) & 15];
}

// \n, \x00, \u200b or \U000e0001.
void append_escape(std::string& out, char32_t c) {
  out += '\\';
  if (c == '\n' || c == '\r' || c == '\t') {
    out += c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
  } else if (c < 0x100) {
    out += 'x';
    append_hex(out, c, 2);
  } else if (c < 0x10000) {
    out += 'u';
    append_hex(out, c, 4);
  } else {
    out += 'U';
    append_hex(out, c, 8);
  }
}

void append_integer(std::string& out, auto integer) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, integer).ptr;
  out.append(buffer, end);
}

bool append_repr_of(std::string& out, const JsonValue& value, std::size_t limit);

bool append_list(std::string& out, const JsonValue& list, std::size_t limit) {
  out += '[';
  bool first = true;
  for (const auto& element : list.GetArray()) {
    if (!first) out += ", ";
    first = false;
    if (!append_repr_of(out, element, limit)) return false;
  }
  out += ']';
  return out.size() <= limit;
}

bool append_dict(std::string& out, const JsonValue& dict, std::size_t limit) {
  out += '{';
  bool first = true;
  for (const auto& member : dict.GetObject()) {
    if (!first) out += ", ";
    first = false;
    append_repr(out, {member.name.GetString(), member.name.GetStringLength()});
    out += ": ";
    if (!append_repr_of(out, member.value, limit)) return false;
  }
  out += '}';
  return out.size() <= limit;
}

bool append_repr_of(std::string& out, const JsonValue& value, std::size_t limit) {
  switch (value.GetType()) {
    case rapidjson::kNullType: out += "None"; break;
    case rapidjson::kFalseType: out += "False"; break;
    case rapidjson::kTrueType: out += "True"; break;
    case rapidjson::kNumberType:
      if (value.IsInt64()) {
        append_integer(out, value.GetInt64());
      } else if (value.IsUint64()) {
        append_integer(out, value.GetUint64());
      } else {
        append_number_text(out, value.GetDouble());
      }
      break;
    case rapidjson::kStringType: append_repr(out, {value.GetString(), value.GetStringLength()}); break;
    case rapidjson::kArrayType: return append_list(out, value, limit);
    case rapidjson::kObjectType: return append_dict(out, value, limit);
  }
  return out.size() <= limit;
}

// As the list of its numbers: nobody needs to see that there is none.
bool append_range(std::string& out, const IntegerRange& range, std::size_t limit) {
  out += '[';
  const std::uint64_t size = range.size();
  auto number = static_cast<std::uint64_t>(range.start);
  for (std::uint64_t i = 0; i < size && out.size() <= limit; ++i) {
    if (i > 0) out += ", ";
    append_integer(out, static_cast<std::int64_t>(number));
    number += static_cast<std::uint64_t>(range.step);
  }
  out += ']';
  return out.size() <= limit;
}

}  // namespace

void append_repr(std::string& out, std::string_view text, bool ascii) {
  const bool double_quoted = text.find('\'') != text.npos && text.find('"') == text.npos;
  const char quote = double_quoted ? '"' : '\'';
  out += quote;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const char32_t c = next_character(text, at);
    if (c == '\\' || c == static_cast<char32_t>(quote)) {
      out += '\\';
      out += static_cast<char>(c);
    } else if (!printable(c) || (ascii && c >= 0x80)) {
      append_escape(out, c);
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  out += quote;
}

void append_number_text(std::string& out, double number) {
  if (std::isnan(number)) {
    out += "nan";
    return;
  }
  if (std::isinf(number)) {
    out += number < 0 ? "-inf" : "inf";
    return;
  }
  // Shortest digits that read back as the same number, laid out as Python does: an exponent below -4 and from 16 on.
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const auto e = text.find('e');
  int exponent = 0;
  const char* digits_of_exponent = text.data() + e + (text[e + 1] == '+' ? 2 : 1);
  std::from_chars(digits_of_exponent, text.data() + text.size(), exponent);
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  if (exponent < -4 || exponent >= 16) {
    out += digits[0];
    if (digits.size() > 1) {
      out += '.';
      out.append(digits, 1);
    }
    out += exponent < 0 ? "e-" : "e+";
    const int magnitude = std::abs(exponent);
    if (magnitude < 10) out += '0';
    append_integer(out, magnitude);
  } else if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += digits;
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() < whole) digits.append(whole - digits.size(), '0');
    out.append(digits, 0, whole);
    out += '.';
    out += digits.size() > whole ? digits.substr(whole) : "0";
  }
}

bool append_text(std::string& out, const JsonValue& value, std::size_t limit) {
  if (value.IsString()) {
    out.append(value.GetString(), value.GetStringLength());
    return out.size() <= limit;
  }
  return append_repr_of(out, value, limit);
}

bool append_text(std::string& out, const Value& value, std::size_t limit) {
  switch (value.type()) {
    case Type::null: out += "None"; break;
    case Type::boolean: out += value.boolean() ? "True" : "False"; break;
    case Type::integer: append_integer(out, value.integer()); break;
    case Type::number: append_number_text(out, value.number()); break;
    case Type::string:
    case Type::list:
    case Type::dict: return append_text(out, value.json(), limit);
    case Type::moment: append_text(out, value.moment()); break;
    case Type::span: append_text(out, value.span()); break;
    case Type::date: append_date(out, value.integer()); break;
    case Type::clock: append_clock(out, value.integer()); break;
    case Type::range: return append_range(out, value.range(), limit);
  }
  return out.size() <= limit;
}

std::string to_text(const JsonValue& value) {
  std::string out;
  append_text(out, value);
  return out;
}

bool truthy(const JsonValue& value) { return truthy(Value::of(value)); }

}  // namespace reprise::workflow
