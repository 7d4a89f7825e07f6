// FN: lists and dicts.
#include <algorithm>
#include <string>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

bool empty(Evaluation& e, std::string_view name, const Value& value, bool& out) {
  switch (value.type()) {
    case Type::string:
    case Type::list:
    case Type::dict: out = !truthy(value); return true;
    default: break;
  }
  return e.fail("FN." + std::string(name) + ": argument 1 must be a str, a list or a dict, found " + describe(value));
}

bool is_empty(Evaluation& e, Arguments a, Value& out) {
  bool result = false;
  if (!empty(e, "is_empty", a[0], result)) return false;
  out = Value::of(result);
  return true;
}

bool not_empty(Evaluation& e, Arguments a, Value& out) {
  bool result = false;
  if (!empty(e, "not_empty", a[0], result)) return false;
  out = Value::of(!result);
  return true;
}

bool length(Evaluation& e, Arguments a, Value& out) {
  if (a[0].is(Type::string)) {
    const auto text = a[0].text();
    out = Value::of(static_cast<std::int64_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; })));
    return e.spend(text.size() / 64);
  }
  if (a[0].is(Type::list)) {
    out = Value::of(static_cast<std::int64_t>(a[0].json().Size()));
    return true;
  }
  if (!a[0].is(Type::dict)) return ArgumentReader{e, "length", a}.refuse(0, "a str, a list or a dict");
  out = Value::of(static_cast<std::int64_t>(a[0].json().MemberCount()));
  return true;
}

bool holds(Evaluation& e, Arguments a, bool wanted, Value& out) {
  bool result = false;
  if (!contains(e, a[1], a[0], result)) return false;
  out = Value::of(result == wanted);
  return true;
}
bool is_in(Evaluation& e, Arguments a, Value& out) { return holds(e, a, true, out); }
bool not_in(Evaluation& e, Arguments a, Value& out) { return holds(e, a, false, out); }

bool compact(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (!ArgumentReader{e, "compact", a}.list(0, list)) return false;
  ListBuilder result(e, list->Size());
  for (const auto& element : list->GetArray()) {
    if (!hollow(element) && !result.add(element)) return false;
  }
  return result.finish(out);
}

bool flatten_into(Evaluation& e, const JsonValue& list, ListBuilder& result) {
  for (const auto& element : list.GetArray()) {
    if (!e.spend(1)) return false;
    if (!(element.IsArray() ? flatten_into(e, element, result) : result.add(element))) return false;
  }
  return true;
}

bool flatten(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (!ArgumentReader{e, "flatten", a}.list(0, list)) return false;
  ListBuilder result(e, list->Size());
  return flatten_into(e, *list, result) && result.finish(out);
}

bool unique(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (!ArgumentReader{e, "unique", a}.list(0, list)) return false;
  ListBuilder result(e, 0);
  for (const auto* element = list->Begin(); element != list->End(); ++element) {
    bool seen = false;
    for (const auto* earlier = list->Begin(); earlier != element && !seen; ++earlier) {
      if (!equal(e, Value::of(*earlier), Value::of(*element), seen)) return false;
    }
    if (!seen && !result.add(*element)) return false;
  }
  return result.finish(out);
}

bool range(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "range", a};
  std::int64_t start = 0, end = 0, step = 1;
  if (!arguments.integer(0, start) || !arguments.integer(1, end)) return false;
  if (arguments.has(2) && !arguments.integer(2, step)) return false;
  if (step == 0) return e.fail("FN.range: the step must not be 0");
  ListBuilder result(e, 0);
  while (step > 0 ? start < end : start > end) {
    if (!result.add(Value::of(start))) return false;
    if (__builtin_add_overflow(start, step, &start)) break;
  }
  return result.finish(out);
}

bool zip(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "zip", a};
  std::vector<const JsonValue*> lists(a.size());
  rapidjson::SizeType shortest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!arguments.list(i, lists[i])) return false;
    shortest = i == 0 ? lists[i]->Size() : std::min(shortest, lists[i]->Size());
  }
  ListBuilder result(e, shortest);
  for (rapidjson::SizeType i = 0; i < shortest; ++i) {
    ListBuilder row(e, lists.size());
    for (const auto* list : lists) {
      if (!row.add((*list)[i])) return false;
    }
    Value value;
    if (!row.finish(value) || !result.add(value)) return false;
  }
  return result.finish(out);
}

bool lookup(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "lookup", a};
  const JsonValue* dict = nullptr;
  std::string_view key;
  if (!arguments.dict(0, dict) || !arguments.text(1, key)) return false;
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

constexpr Function kTable[] = {
    {"compact", 1, 1, compact},        {"contains", 2, 2, is_in},    {"does_not_contain", 2, 2, not_in},
    {"flatten", 1, 1, flatten},        {"is_empty", 1, 1, is_empty}, {"is_in", 2, 2, is_in},
    {"is_not_empty", 1, 1, not_empty}, {"is_not_in", 2, 2, not_in},  {"length", 1, 1, length},
    {"lookup", 2, 2, lookup},          {"merge", 1, 1, merge},       {"not_empty", 1, 1, not_empty},
    {"not_in", 2, 2, not_in},          {"range", 2, 3, range},       {"to_keys", 1, 1, to_keys},
    {"to_values", 1, 1, to_values},    {"unique", 1, 1, unique},     {"zip", 1, kAnyNumber, zip},
};

}  // namespace

std::span<const Function> list_functions() { return kTable; }

}  // namespace reprise::workflow
