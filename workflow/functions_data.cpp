// FN: JSON text, regular expressions and identifiers.
#include <re2/re2.h>

#include <string>

#include "events/uuid.hpp"
#include "workflow/functions.hpp"

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

// A pattern and the text to look at. RE2 takes time linear in the text, whatever the pattern.
struct Search {
  Search(Evaluation& e, std::string_view name, Arguments a) {
    const ArgumentReader arguments{e, name, a};
    std::string_view source;
    if (!arguments.text(0, source) || !arguments.text(1, text)) return;
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(1 << 20);
    pattern = std::make_unique<RE2>(re2::StringPiece(source.data(), source.size()), options);
    ok = pattern->ok() ? e.spend(16 + source.size()) &&
                             e.spend_search(text.size(), 4 * static_cast<std::size_t>(pattern->ProgramSize()))
                       : e.fail("FN." + std::string(name) + ": no RE2 pattern: " + pattern->error());
  }
  bool match(RE2::Anchor anchor, re2::StringPiece* found) const {
    const re2::StringPiece piece(text.data(), text.size());
    return pattern->Match(piece, 0, piece.size(), anchor, found, found == nullptr ? 0 : 1);
  }
  std::string_view text;
  std::unique_ptr<RE2> pattern;
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

constexpr Function kTable[] = {
    {"deserialize_json", 1, 1, deserialize_json}, {"regex_extract", 2, 2, regex_extract},
    {"regex_match", 2, 2, regex_match},           {"regex_not_match", 2, 2, regex_not_match},
    {"serialize_json", 1, 1, serialize_json},     {"uuid4", 0, 0, uuid4},
};

}  // namespace

std::span<const Function> data_functions() { return kTable; }

}  // namespace reprise::workflow
