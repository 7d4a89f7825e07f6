// FN: text.
#include <algorithm>
#include <string>

#include "workflow/functions.hpp"
#include "workflow/text_format.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool concat(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "concat", a};
  std::string result;
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::string_view text;
    if (!arguments.text(i, text) || !e.fits(result.size() + text.size())) return false;
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
  if (!e.spend_search(text.size() * 2, characters.size() * 8)) return false;
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

// text[start : start + length] in characters.
bool slice(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "slice", a};
  std::string_view text;
  std::int64_t start = 0, length = 0;
  if (!arguments.text(0, text) || !arguments.integer(1, start) || !arguments.integer(2, length)) return false;
  const auto size = static_cast<std::int64_t>(count_characters(text));
  std::int64_t end = 0;
  if (__builtin_add_overflow(start, length, &end)) end = length < 0 ? -size - 1 : size;
  const auto bound = [size](std::int64_t i) { return std::clamp<std::int64_t>(i < 0 ? i + size : i, 0, size); };
  start = bound(start);
  end = bound(end);
  if (end <= start || !e.spend(text.size() / 64)) return e.text("", out);
  const std::size_t first = offset_of(text, start);
  return e.text(text.substr(first, offset_of(text.substr(first), end - start)), out);
}

bool format(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "format", a}.text(0, text)) return false;
  std::string result;
  return append_formatted(e, text, a.subspan(1), result) && e.text(result, out);
}

// `affix` before or after a text, or each element of a list, whatever its type.
bool affixed(Evaluation& e, std::string_view name, Arguments a, bool before, Value& out) {
  std::string_view affix;
  Value given;
  if (!ArgumentReader{e, name, a}.text(1, affix) || !e.expand(a[0], given)) return false;
  const auto one = [&](const Value& value, Value& into) {
    std::string text;
    if (before) text += affix;
    if (!e.stringify(text, value)) return false;
    if (!before) text += affix;
    return e.text(text, into);
  };
  if (!given.is(Type::list)) return one(given, out);
  ListBuilder list(e, given.json().Size());
  for (const auto& element : given.json().GetArray()) {
    Value value;
    if (!one(Value::of(element), value) || !list.add(value)) return false;
  }
  return list.finish(out);
}

bool prefix(Evaluation& e, Arguments a, Value& out) { return affixed(e, "prefix", a, true, out); }
bool suffix(Evaluation& e, Arguments a, Value& out) { return affixed(e, "suffix", a, false, out); }

constexpr Function kTextFunctions[] = {
    {"concat", 1, kAnyNumber, concat},
    {"endswith", 2, 2, endswith},
    {"format", 1, kAnyNumber, format},
    {"join", 2, 2, join},
    {"prefix", 2, 2, prefix},
    {"replace", 3, 3, replace},
    {"slice", 3, 3, slice},
    {"split", 2, 2, split},
    {"startswith", 2, 2, startswith},
    {"strip", 2, 2, strip},
    {"suffix", 2, 2, suffix},
};

}  // namespace

std::span<const Function> text_functions() { return kTextFunctions; }

}  // namespace reprise::workflow
