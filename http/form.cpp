#include "http/form.hpp"

#include <cstddef>
#include <map>

#include "events/json.hpp"
#include "events/utf8.hpp"
#include "http/parser_text.hpp"

namespace reprise::http {

Decoding percent_decode(std::string_view text, Encoded where, std::string& out) {
  out.clear();
  bool beyond_ascii = where == Encoded::form;  // of a target all but the escapes is ASCII
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return Decoding::bad_escape;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return Decoding::bad_escape;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0' && where != Encoded::form) return Decoding::nul;
      beyond_ascii |= (high & 8) != 0;
      i += 2;
    } else if (c == '+' && where != Encoded::path) {
      c = ' ';
    }
    out += c;
  }
  return beyond_ascii && !valid_utf8(out) ? Decoding::no_utf8 : Decoding::done;
}

std::optional<Pairs> parse_form(std::string_view body) {
  Pairs pairs;
  const bool whole = each_encoded_pair(body, [&](std::string_view name, std::string_view value) {
    auto& [into_name, into_value] = pairs.emplace_back();
    return percent_decode(name, Encoded::form, into_name) == Decoding::done &&
           percent_decode(value, Encoded::form, into_value) == Decoding::done;
  });
  if (!whole) return std::nullopt;
  return pairs;
}

std::string json_of(const Pairs& pairs) {
  std::map<std::string_view, std::vector<std::string_view>> values;
  std::vector<std::string_view> order;
  for (const auto& [name, value] : pairs) {
    auto& list = values[name];
    if (list.empty()) order.push_back(name);
    list.push_back(value);
  }
  std::string out = "{";
  for (const std::string_view name : order) {
    out += out.size() == 1 ? "" : ",";
    append_json_string(out, name);
    out += ':';
    const auto& list = values[name];
    if (list.size() > 1) out += '[';
    for (std::size_t i = 0; i < list.size(); ++i) {
      out += i == 0 ? "" : ",";
      append_json_string(out, list[i]);
    }
    if (list.size() > 1) out += ']';
  }
  return out += '}';
}

}  // namespace reprise::http
