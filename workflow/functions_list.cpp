// FN: lists.
#include <algorithm>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "workflow/functions.hpp"
#include "workflow/value_hash.hpp"

namespace reprise::workflow {
namespace {

bool empty(Evaluation& e, std::string_view name, const Value& value, bool& out) {
  switch (value.type()) {
    case Type::string:
    case Type::list:
    case Type::dict:
    case Type::range: out = !truthy(value); return true;
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
  if (a[0].is(Type::range)) {
    const std::uint64_t size = a[0].range().size();
    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return e.fail("FN.length: the length does not fit 64 bits");
    }
    out = Value::of(static_cast<std::int64_t>(size));
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

// The first of equal elements stays.
bool unique(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (!ArgumentReader{e, "unique", a}.list(0, list)) return false;
  ListBuilder result(e, 0);
  std::unordered_multimap<std::uint64_t, const JsonValue*> kept;
  for (const auto& element : list->GetArray()) {
    std::uint64_t hash = 0;
    if (!hash_value(e, element, hash)) return false;
    bool seen = false;
    const auto [first, last] = kept.equal_range(hash);
    for (auto other = first; other != last && !seen; ++other) {
      if (!equal(e, Value::of(*other->second), Value::of(element), seen)) return false;
    }
    if (seen) continue;
    kept.emplace(hash, &element);
    if (!result.add(element)) return false;
  }
  return result.finish(out);
}

bool range(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "range", a};
  IntegerRange range;
  if (!arguments.integer(0, range.start) || !arguments.integer(1, range.end)) return false;
  if (arguments.has(2) && !arguments.integer(2, range.step)) return false;
  if (range.step == 0) return e.fail("FN.range: the step must not be 0");
  if (!e.reserve(sizeof(IntegerRange))) return false;
  out = Value::of(new (e.pool().Malloc(sizeof(IntegerRange))) const IntegerRange(range));
  return true;
}

// Every combination with one element of each list; the last list runs fastest.
bool iter_product(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "iter_product", a};
  std::vector<const JsonValue*> lists(a.size());
  std::size_t count = 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!arguments.list(i, lists[i])) return false;
    if (__builtin_mul_overflow(count, std::size_t{lists[i]->Size()}, &count)) count = e.room() + 1;
  }
  // Without elements in one of them there are no combinations, however many the others give.
  for (const auto* list : lists) count = list->Empty() ? 0 : count;
  if (!e.fits(count)) return false;
  std::vector<rapidjson::SizeType> at(lists.size(), 0);
  ListBuilder result(e, count);
  for (std::size_t n = 0; n < count; ++n) {
    ListBuilder row(e, lists.size());
    Value value;
    for (std::size_t i = 0; i < lists.size(); ++i) {
      if (!row.add((*lists[i])[at[i]])) return false;
    }
    if (!e.spend(1) || !row.finish(value) || !result.add(value)) return false;
    for (std::size_t i = lists.size(); i > 0 && ++at[i - 1] == lists[i - 1]->Size(); --i) at[i - 1] = 0;
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

constexpr Function kListFunctions[] = {
    {"compact", 1, 1, compact},
    {"contains", 2, 2, is_in},
    {"does_not_contain", 2, 2, not_in},
    {"flatten", 1, 1, flatten},
    {"is_empty", 1, 1, is_empty},
    {"is_in", 2, 2, is_in},
    {"is_not_empty", 1, 1, not_empty},
    {"is_not_in", 2, 2, not_in},
    {"iter_product", 1, kAnyNumber, iter_product},
    {"length", 1, 1, length},
    {"not_empty", 1, 1, not_empty},
    {"not_in", 2, 2, not_in},
    {"range", 2, 3, range},
    {"unique", 1, 1, unique},
    {"zip", 1, kAnyNumber, zip},
};

}  // namespace

std::span<const Function> list_functions() { return kListFunctions; }

}  // namespace reprise::workflow
