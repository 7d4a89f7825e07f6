// FN: dicts.
#include <algorithm>
#include <string>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

// A key as a dict of JSON has it: an integer becomes text.
bool key_text(Evaluation& e, std::string_view function, const JsonValue& key, std::string& out) {
  if (!key.IsString() && !key.IsInt64()) {
    return e.fail("FN." + std::string(function) + ": a key must be a str or an int, found " + describe(Value::of(key)));
  }
  return e.stringify(out, Value::of(key));
}

bool lookup(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "lookup", a};
  const JsonValue* dict = nullptr;
  std::string_view key;
  if (!arguments.dict(0, dict) || !arguments.text(1, key)) return false;
  if (!e.spend(dict->MemberCount() / 32)) return false;
  const auto* value = find(*dict, key);
  out = value == nullptr ? Value() : Value::of(*value);
  return true;
}

bool merge(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (!ArgumentReader{e, "merge", a}.list(0, list)) return false;
  DictBuilder result(e);
  for (const auto& element : list->GetArray()) {
    if (!element.IsObject())
      return e.fail("FN.merge: every element must be a dict, found " + describe(Value::of(element)));
    for (const auto& m : element.GetObject()) {
      if (!result.set({m.name.GetString(), m.name.GetStringLength()}, Value::of(m.value))) return false;
    }
  }
  return result.finish(out);
}

bool to_keys(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* dict = nullptr;
  if (!ArgumentReader{e, "to_keys", a}.dict(0, dict)) return false;
  ListBuilder result(e, dict->MemberCount());
  for (const auto& m : dict->GetObject()) {
    if (!result.add(m.name)) return false;
  }
  return result.finish(out);
}

bool to_values(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* dict = nullptr;
  if (!ArgumentReader{e, "to_values", a}.dict(0, dict)) return false;
  ListBuilder result(e, dict->MemberCount());
  for (const auto& m : dict->GetObject()) {
    if (!result.add(m.value)) return false;
  }
  return result.finish(out);
}

// keys and values side by side; the shorter list decides.
bool zip_map(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "zip_map", a};
  const JsonValue* keys = nullptr;
  const JsonValue* values = nullptr;
  if (!arguments.list(0, keys) || !arguments.list(1, values)) return false;
  DictBuilder result(e);
  const auto shortest = std::min(keys->Size(), values->Size());
  for (rapidjson::SizeType i = 0; i < shortest; ++i) {
    std::string key;
    if (!key_text(e, "zip_map", (*keys)[i], key) || !result.set(key, Value::of((*values)[i]))) return false;
  }
  return result.finish(out);
}

// Every key by the name that `mapping` has for it.
bool map_keys(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "map_keys", a};
  const JsonValue* dict = nullptr;
  const JsonValue* mapping = nullptr;
  if (!arguments.dict(0, dict) || !arguments.dict(1, mapping)) return false;
  DictBuilder result(e);
  for (const auto& m : dict->GetObject()) {
    if (!e.spend(1 + mapping->MemberCount() / 32)) return false;
    const JsonValue* renamed = find(*mapping, text_of(m.name));
    if (renamed == nullptr) {
      return e.fail("FN.map_keys: argument 2 must have every key of argument 1, found none for '" +
                    std::string(text_of(m.name).substr(0, 60)) + "'");
    }
    std::string key;
    if (!key_text(e, "map_keys", *renamed, key) || !result.set(key, Value::of(m.value))) return false;
  }
  return result.finish(out);
}

// The dicts of a list by the value of `key` in each; with `value_key` only that member of each.
bool index_by_key(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "index_by_key", a};
  const JsonValue* list = nullptr;
  std::string_view field, wanted;
  if (!arguments.list(0, list) || !arguments.text(1, field)) return false;
  if (arguments.has(2) && !a[2].is(Type::null) && !arguments.text(2, wanted)) return false;
  DictBuilder result(e);
  for (const auto& element : list->GetArray()) {
    if (!element.IsObject()) {
      return e.fail("FN.index_by_key: every element must be a dict, found " + describe(Value::of(element)));
    }
    if (!e.spend(1 + element.MemberCount() / 16)) return false;
    const JsonValue* value = &element;
    std::string key;
    for (const auto name : {wanted, field}) {
      if (name.empty()) continue;
      const JsonValue* member = find(element, name);
      if (member == nullptr) {
        return e.fail("FN.index_by_key: every element must have the key '" + std::string(name.substr(0, 60)) + "'");
      }
      if (name.data() == field.data()) {
        if (!key_text(e, "index_by_key", *member, key)) return false;
      } else {
        value = member;
      }
    }
    if (!result.set(key, Value::of(*value))) return false;
  }
  return result.finish(out);
}

constexpr Function kDictFunctions[] = {
    {"index_by_key", 2, 3, index_by_key}, {"lookup", 2, 2, lookup},
    {"map_keys", 2, 2, map_keys},         {"merge", 1, 1, merge},
    {"to_keys", 1, 1, to_keys},           {"to_values", 1, 1, to_values},
    {"zip_map", 2, 2, zip_map},
};

}  // namespace

std::span<const Function> dict_functions() { return kDictFunctions; }

}  // namespace reprise::workflow
