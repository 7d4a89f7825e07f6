// FN: text.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

// Letters beyond ASCII keep their case.
bool mapped(Evaluation& e, std::string_view name, Arguments a, Value& out, char (*map)(char)) {
  std::string_view text;
  if (!ArgumentReader{e, name, a}.text(0, text)) return false;
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), map);
  return e.text(result, out);
}

bool lowercase(Evaluation& e, Arguments a, Value& out) { return mapped(e, "lowercase", a, out, lower); }
bool uppercase(Evaluation& e, Arguments a, Value& out) { return mapped(e, "uppercase", a, out, upper); }

bool capitalize(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "capitalize", a}.text(0, text)) return false;
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  if (!result.empty()) result[0] = upper(result[0]);
  return e.text(result, out);
}

bool titleize(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "titleize", a}.text(0, text)) return false;
  std::string result(text);
  bool inside = false;
  for (char& c : result) {
    c = inside ? lower(c) : upper(c);
    inside = letter(c) || static_cast<unsigned char>(c) >= 0x80;
  }
  return e.text(result, out);
}

bool concat(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "concat", a};
  std::string result;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::string_view text;
    if (!arguments.text(i, text)) return false;
    result += text;
  }
  return e.text(result, out);
}

bool endswith(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "endswith", a};
  std::string_view text, suffix;
  if (!arguments.text(0, text) || !arguments.text(1, suffix)) return false;
  out = Value::of(text.ends_with(suffix));
  return true;
}

bool startswith(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "startswith", a};
  std::string_view text, prefix;
  if (!arguments.text(0, text) || !arguments.text(1, prefix)) return false;
  out = Value::of(text.starts_with(prefix));
  return true;
}

// The separator of join is the one place where escapes count.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      constexpr std::string_view letters = "ntr\\";
      constexpr std::string_view characters = "\n\t\r\\";
      if (const auto at = letters.find(text[i + 1]); at != letters.npos) {
        out += characters[at];
        ++i;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

bool join(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "join", a};
  const JsonValue* list = nullptr;
  std::string_view given;
  if (!arguments.list(0, list) || !arguments.text(1, given)) return false;
  const std::string separator = unescaped(given);
  std::string result;
  for (const auto& element : list->GetArray()) {
    if (!element.IsString()) {
      return e.fail("FN.join: every element must be a str, found " + describe(Value::of(element)));
    }
    if (&element != list->Begin()) result += separator;
    result.append(element.GetString(), element.GetStringLength());
    if (result.size() > e.room()) return e.reserve(result.size());
  }
  return e.text(result, out);
}

bool split(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "split", a};
  std::string_view text, separator;
  if (!arguments.text(0, text) || !arguments.text(1, separator)) return false;
  if (separator.empty()) return e.fail("FN.split: the separator must not be empty");
  if (!e.spend_search(text.size(), separator.size())) return false;
  ListBuilder list(e, 0);
  for (;;) {
    const auto at = text.find(separator);
    Value part;
    if (!e.text(text.substr(0, at), part) || !list.add(part)) return false;
    if (at == text.npos) return list.finish(out);
    text.remove_prefix(at + separator.size());
  }
}

// str.replace: an empty `old` stands between all characters.
bool replace(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "replace", a};
  std::string_view text, old, fresh;
  if (!arguments.text(0, text) || !arguments.text(1, old) || !arguments.text(2, fresh)) return false;
  if (!e.spend_search(text.size(), old.size())) return false;
  std::string result;
  if (old.empty()) {
    for (const char c : text) {
      if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) result += fresh;
      result += c;
      if (result.size() > e.room()) return e.reserve(result.size());
    }
    result += fresh;
    return e.text(result, out);
  }
  for (;;) {
    const auto at = text.find(old);
    result += text.substr(0, at);
    if (at == text.npos) return e.text(result, out);
    result += fresh;
    if (result.size() > e.room()) return e.reserve(result.size());
    text.remove_prefix(at + old.size());
  }
}

// Byte offset of the character `count`, or the end.
std::size_t offset_of(std::string_view text, std::int64_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80) ++at;
    --count;
  }
  return at;
}

std::string_view last_of(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xc0) == 0x80) {
  }
  return text.substr(at);
}

bool strip(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "strip", a};
  std::string_view text, characters;
  if (!arguments.text(0, text) || !arguments.text(1, characters)) return false;
  if (!e.spend_search(text.size() * 8, characters.size() * 8)) return false;
  // Whole characters: one that merely shares a byte with `characters` stays.
  const auto stripped = [characters](std::string_view c) {
    return !c.empty() && characters.find(c) != characters.npos;
  };
  for (auto first = text.substr(0, offset_of(text, 1)); stripped(first); first = text.substr(0, offset_of(text, 1))) {
    text.remove_prefix(first.size());
  }
  for (auto last = last_of(text); stripped(last); last = last_of(text)) text.remove_suffix(last.size());
  return e.text(text, out);
}

std::int64_t characters_in(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
}

// text[start : start + length] in characters.
bool slice(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "slice", a};
  std::string_view text;
  std::int64_t start = 0, length = 0;
  if (!arguments.text(0, text) || !arguments.integer(1, start) || !arguments.integer(2, length)) return false;
  const std::int64_t size = characters_in(text);
  std::int64_t end = 0;
  if (__builtin_add_overflow(start, length, &end)) end = length < 0 ? -size - 1 : size;
  const auto bound = [size](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size); };
  start = bound(start);
  end = bound(end);
  if (end <= start || !e.spend(text.size() / 64)) return e.text("", out);
  const std::size_t first = offset_of(text, start);
  return e.text(text.substr(first, offset_of(text.substr(first), end - start)), out);
}

// {} {0} {name}, {{ and }}: what a str.format template of plain values needs. Names are looked up in a dict that is the
// one argument after the template.
class Format {
 public:
  Format(Evaluation& evaluation, std::string_view text, Arguments values)
      : evaluation_(evaluation), text_(text), values_(values) {}

  bool run(std::string& out) {
    std::size_t at = 0;
    while (at < text_.size()) {
      const char c = text_[at++];
      if (c != '{' && c != '}') {
        out += c;
        continue;
      }
      if (at < text_.size() && text_[at] == c) {
        out += c;
        ++at;
        continue;
      }
      const auto end = text_.find('}', at);
      if (c == '}' || end == text_.npos) return evaluation_.fail("FN.format: a single '" + std::string(1, c) + "'");
      if (!field(text_.substr(at, end - at), out)) return false;
      if (out.size() > evaluation_.room()) return evaluation_.reserve(out.size());
      at = end + 1;
    }
    return true;
  }

 private:
  bool field(std::string_view name, std::string& out) {
    if (name.find_first_of(":![.{") != name.npos) {
      return evaluation_.fail("FN.format: '{" + std::string(name.substr(0, 40)) +
                              "}' is not supported; expected {}, {0} or {name}");
    }
    std::size_t index = next_;
    if (name.empty()) {
      ++next_;
    } else if (const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
               error != std::errc{} || end != name.data() + name.size()) {
      return named(name, out);
    }
    if (index >= values_.size()) {
      return evaluation_.fail("FN.format: the template asks for value " + std::to_string(index) + ", but there are " +
                              std::to_string(values_.size()));
    }
    return evaluation_.stringify(out, values_[index]);
  }

  bool named(std::string_view name, std::string& out) {
    if (values_.size() == 1 && values_[0].is(Type::dict)) {
      if (const auto* value = find(values_[0].json(), name)) return evaluation_.stringify(out, Value::of(*value));
    }
    return evaluation_.fail("FN.format: there is no value named '" + std::string(name.substr(0, 40)) + "'");
  }

  Evaluation& evaluation_;
  std::string_view text_;
  Arguments values_;
  std::size_t next_ = 0;
};

bool format(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "format", a}.text(0, text)) return false;
  std::string result;
  return Format(e, text, a.subspan(1)).run(result) && e.text(result, out);
}

constexpr Function kTable[] = {
    {"capitalize", 1, 1, capitalize},
    {"concat", 1, kAnyNumber, concat},
    {"endswith", 2, 2, endswith},
    {"format", 1, kAnyNumber, format},
    {"join", 2, 2, join},
    {"lowercase", 1, 1, lowercase},
    {"replace", 3, 3, replace},
    {"slice", 3, 3, slice},
    {"split", 2, 2, split},
    {"startswith", 2, 2, startswith},
    {"strip", 2, 2, strip},
    {"titleize", 1, 1, titleize},
    {"uppercase", 1, 1, uppercase},
};

}  // namespace

std::span<const Function> text_functions() { return kTable; }

}  // namespace reprise::workflow
