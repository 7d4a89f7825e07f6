// FN: JSON text, regular expressions and identifiers.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "events/uuid.hpp"
#include "workflow/functions.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool serialize_json(Evaluation& e, Arguments a, Value& out) {
  JsonValue json;
  if (!e.json(a[0], json)) return false;
  // The text form is a bound for the size of what is about to be written, within a small factor.
  std::string measured;
  if (!append_text(measured, json, e.room())) return e.reserve(e.room() + 1);
  return e.text(to_json(json), out);
}

// json.dumps(value, indent=2): two spaces a level, characters beyond ASCII as \u escapes.
class Pretty {
 public:
  Pretty(Evaluation& evaluation, std::string& out) : evaluation_(evaluation), out_(out) {}

  bool run(const JsonValue& value, std::size_t indent) {
    if (!evaluation_.spend(1) || !evaluation_.fits(out_.size() + indent)) return false;
    if (value.IsString()) return string(text_of(value));
    if (value.IsArray() && !value.Empty()) {
      out_ += '[';
      for (const auto& element : value.GetArray()) {
        line(&element == value.Begin(), indent + 2);
        if (!run(element, indent + 2)) return false;
      }
      line(true, indent);
      out_ += ']';
      return true;
    }
    if (value.IsObject() && !value.ObjectEmpty()) {
      out_ += '{';
      for (auto m = value.MemberBegin(); m != value.MemberEnd(); ++m) {
        line(m == value.MemberBegin(), indent + 2);
        if (!string(text_of(m->name))) return false;
        out_ += ": ";
        if (!run(m->value, indent + 2)) return false;
      }
      line(true, indent);
      out_ += '}';
      return true;
    }
    if (value.IsNumber()) {
      append_text(out_, value);
    } else {
      append_json(out_, value);
    }
    return true;
  }

 private:
  void line(bool first, std::size_t indent) {
    out_ += first ? "\n" : ",\n";
    out_.append(indent, ' ');
  }

  bool string(std::string_view text) {
    std::string quoted;
    append_json_string(quoted, text);
    for (std::size_t at = 0; at < quoted.size();) {
      const char32_t c = next_character(quoted, at);
      if (c < 0x80) {
        out_ += static_cast<char>(c);
      } else if (c < 0x10000) {
        escape(c);
      } else {
        escape(0xd800 + ((c - 0x10000) >> 10));
        escape(0xdc00 + ((c - 0x10000) & 0x3ff));
      }
    }
    return evaluation_.spend(text.size() / 64) && evaluation_.fits(out_.size());
  }

  void escape(char32_t unit) {
    out_ += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out_ += "0123456789abcdef"[unit >> shift & 15];
  }

  Evaluation& evaluation_;
  std::string& out_;
};

bool prettify_json(Evaluation& e, Arguments a, Value& out) {
  JsonValue json;
  std::string text;
  return e.json(a[0], json) && Pretty(e, text).run(json, 0) && e.text(text, out);
}

bool deserialize_json(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "deserialize_json", a}.text(0, text)) return false;
  if (!e.spend(text.size() / 16) || !e.reserve(text.size())) return false;
  const auto document = parse_json(text);
  if (!document) return e.fail("FN.deserialize_json: " + document.error().detail);
  auto* value = e.container(rapidjson::kNullType);
  *value = deep_copy(document->root(), e.pool());
  out = Value::of(*value);
  return true;
}

// One JSON text a line.
bool deserialize_ndjson(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "deserialize_ndjson", a}.text(0, text)) return false;
  if (!e.spend(text.size() / 16) || !e.reserve(text.size())) return false;
  ListBuilder list(e, 0);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto document = parse_json(text.substr(0, end));
    if (!document) {
      return e.fail("FN.deserialize_ndjson: line " + std::to_string(number) + ": " + document.error().detail);
    }
    text.remove_prefix(std::min(text.size(), end + 1));
    if (!e.spend(1) || !list.add(deep_copy(document->root(), e.pool()))) return false;
  }
  return list.finish(out);
}

// A pattern and the text to look at. RE2 takes time linear in the text, whatever the pattern.
struct Search {
  Search(Evaluation& e, std::string_view name, Arguments a) {
    const ArgumentReader arguments{e, name, a};
    std::string_view source;
    if (!arguments.text(0, source) || !arguments.text(1, text)) return;
    pattern = e.pattern("FN." + std::string(name), source);
    ok = pattern != nullptr && e.spend_regex(text.size(), static_cast<std::size_t>(pattern->ProgramSize()));
  }
  bool match(RE2::Anchor anchor, re2::StringPiece* found) const {
    const re2::StringPiece piece(text.data(), text.size());
    return pattern->Match(piece, 0, piece.size(), anchor, found, found == nullptr ? 0 : 1);
  }
  std::string_view text;
  const RE2* pattern = nullptr;
  bool ok = false;
};

bool regex_extract(Evaluation& e, Arguments a, Value& out) {
  const Search search(e, "regex_extract", a);
  if (!search.ok) return false;
  re2::StringPiece found;
  if (!search.match(RE2::UNANCHORED, &found)) {
    out = Value();
    return true;
  }
  // \C matches one byte, also of a longer character.
  const auto inside = [&search](const char* p) {
    return p != search.text.data() + search.text.size() && (static_cast<unsigned char>(*p) & 0xc0) == 0x80;
  };
  if (inside(found.data()) || inside(found.data() + found.size())) {
    return e.fail("FN.regex_extract: the match cuts a character in two");
  }
  return e.text({found.data(), found.size()}, out);
}

bool regex_match(Evaluation& e, Arguments a, Value& out) {
  const Search search(e, "regex_match", a);
  if (!search.ok) return false;
  out = Value::of(search.match(RE2::ANCHOR_START, nullptr));
  return true;
}

bool regex_not_match(Evaluation& e, Arguments a, Value& out) {
  const Search search(e, "regex_not_match", a);
  if (!search.ok) return false;
  out = Value::of(!search.match(RE2::ANCHOR_START, nullptr));
  return true;
}

bool uuid4(Evaluation& e, Arguments, Value& out) {
  if (e.scope() == nullptr) return e.fail("FN.uuid4 has no value in a constant");
  const std::uint64_t a = e.scope()->random();
  const std::uint64_t b = e.scope()->random();
  return e.text(to_string(uuid_v4(a, b)), out);
}

// The interaction of the action that asks; null where there is none.
bool get_interaction(Evaluation& e, Arguments, Value& out) {
  if (e.scope() == nullptr) return e.fail("FN.get_interaction has no value in a constant");
  const JsonValue* interaction = e.scope()->interaction();
  out = interaction == nullptr ? Value() : Value::of(*interaction);
  return true;
}

constexpr Function kDataFunctions[] = {
    {"deserialize_json", 1, 1, deserialize_json},
    {"deserialize_ndjson", 1, 1, deserialize_ndjson},
    {"get_interaction", 0, 0, get_interaction},
    {"prettify_json", 1, 1, prettify_json},
    {"regex_extract", 2, 2, regex_extract},
    {"regex_match", 2, 2, regex_match},
    {"regex_not_match", 2, 2, regex_not_match},
    {"serialize_json", 1, 1, serialize_json},
    {"uuid4", 0, 0, uuid4},
};

}  // namespace

std::span<const Function> data_functions() { return kDataFunctions; }

}  // namespace reprise::workflow
