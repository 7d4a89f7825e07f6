// The text form of values: Python's str() and repr().
#include <charconv>
#include <cmath>

#include "workflow/expression.hpp"
#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

void append_hex_escape(std::string& out, unsigned char c) {
  constexpr char digits[] = "0123456789abcdef";
  out += "\\x";
  out += digits[c >> 4];
  out += digits[c & 15];
}

void append_repr(std::string& out, std::string_view text) {
  const bool double_quoted = text.find('\'') != text.npos && text.find('"') == text.npos;
  const char quote = double_quoted ? '"' : '\'';
  out += quote;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\\' || c == static_cast<unsigned char>(quote)) {
      out += '\\';
      out += text[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      append_hex_escape(out, c);
    } else if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) <= 0xa0) {
      append_hex_escape(out, static_cast<unsigned char>(text[++i]));  // U+0080 to U+00A0 are not printable
    } else {
      out += text[i];
    }
  }
  out += quote;
}

void append_integer(std::string& out, auto integer) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, integer).ptr;
  out.append(buffer, end);
}

bool append_repr(std::string& out, const JsonValue& value, std::size_t limit);

bool append_list(std::string& out, const JsonValue& list, std::size_t limit) {
  out += '[';
  bool first = true;
  for (const auto& element : list.GetArray()) {
    if (!first) out += ", ";
    first = false;
    if (!append_repr(out, element, limit)) return false;
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
    if (!append_repr(out, member.value, limit)) return false;
  }
  out += '}';
  return out.size() <= limit;
}

bool append_repr(std::string& out, const JsonValue& value, std::size_t limit) {
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

}  // namespace

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
  return append_repr(out, value, limit);
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
