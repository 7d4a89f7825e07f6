// Equality, order and containment, as Python has them.
#include <algorithm>
#include <cmath>
#include <string>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {
namespace {

// Exact, also where an int64 has no double of its own.
int compare_numbers(const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral()) {
    return left.integer() < right.integer() ? -1 : left.integer() > right.integer() ? 1 : 0;
  }
  const long double a = left.is_integral() ? static_cast<long double>(left.integer()) : left.number();
  const long double b = right.is_integral() ? static_cast<long double>(right.integer()) : right.number();
  return a < b ? -1 : a > b ? 1 : 0;
}

const JsonValue* member(const JsonValue& object, const JsonValue& name) {
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

bool equal_lists(Evaluation& evaluation, const JsonValue& left, const JsonValue& right, bool& out) {
  out = left.Size() == right.Size();
  for (rapidjson::SizeType i = 0; out && i < left.Size(); ++i) {
    if (!equal(evaluation, Value::of(left[i]), Value::of(right[i]), out)) return false;
  }
  return true;
}

bool equal_dicts(Evaluation& evaluation, const JsonValue& left, const JsonValue& right, bool& out) {
  out = left.MemberCount() == right.MemberCount();
  if (!out) return true;
  for (const auto& m : left.GetObject()) {
    if (!evaluation.spend(right.MemberCount() / 8)) return false;
    const JsonValue* other = member(right, m.name);
    out = other != nullptr;
    if (!out) return true;
    if (!equal(evaluation, Value::of(m.value), Value::of(*other), out)) return false;
    if (!out) return true;
  }
  return true;
}

bool order_lists(Evaluation& evaluation, std::string_view relation, const JsonValue& left, const JsonValue& right,
                 int& out) {
  const auto shared = std::min(left.Size(), right.Size());
  for (rapidjson::SizeType i = 0; i < shared; ++i) {
    const Value a = Value::of(left[i]);
    const Value b = Value::of(right[i]);
    bool alike = false;
    if (!equal(evaluation, a, b, alike)) return false;
    if (!alike) return order(evaluation, relation, a, b, out);
  }
  out = left.Size() < right.Size() ? -1 : left.Size() > right.Size() ? 1 : 0;
  return true;
}

}  // namespace

bool equal(Evaluation& evaluation, const Value& left, const Value& right, bool& out) {
  if (!evaluation.spend(1)) return false;
  if (left.is_numeric() && right.is_numeric()) {
    out = compare_numbers(left, right) == 0;
    return true;
  }
  out = false;
  if (left.is(Type::range) != right.is(Type::range) && (left.is(Type::list) || right.is(Type::list))) {
    Value a, b;
    return evaluation.expand(left, a) && evaluation.expand(right, b) && equal(evaluation, a, b, out);
  }
  if (left.type() != right.type()) return true;
  switch (left.type()) {
    case Type::null: out = true; return true;
    case Type::string: out = left.text() == right.text(); return evaluation.spend(out ? left.text().size() / 64 : 0);
    case Type::list: return equal_lists(evaluation, left.json(), right.json(), out);
    case Type::dict: return equal_dicts(evaluation, left.json(), right.json(), out);
    case Type::moment:
      out = left.integer() == right.integer() && left.moment().naive == right.moment().naive;
      return true;
    case Type::span:
    case Type::date:
    case Type::clock: out = left.integer() == right.integer(); return true;
    case Type::range: out = left.range() == right.range() || (!truthy(left) && !truthy(right)); return true;
    case Type::boolean:
    case Type::integer:
    case Type::number: break;
  }
  return true;
}

bool order(Evaluation& evaluation, std::string_view relation, const Value& left, const Value& right, int& out) {
  if (!evaluation.spend(1)) return false;
  if (left.is_numeric() && right.is_numeric()) {
    out = compare_numbers(left, right);
    return true;
  }
  if (left.type() == right.type()) {
    if (left.is(Type::string)) {  // UTF-8 sorts as its code points do
      const int sign = left.text().compare(right.text());
      out = sign < 0 ? -1 : sign > 0 ? 1 : 0;
      return true;
    }
    if (left.is(Type::list)) return order_lists(evaluation, relation, left.json(), right.json(), out);
    if (left.is(Type::moment) && left.moment().naive != right.moment().naive) {
      return evaluation.fail("'" + std::string(relation) +
                             "' cannot compare a date-time that has a time zone with one " +
                             "that has none: " + describe(left) + " and " + describe(right));
    }
    if (left.is(Type::range)) {
      Value a, b;
      return evaluation.expand(left, a) && evaluation.expand(right, b) && order(evaluation, relation, a, b, out);
    }
    if (left.is(Type::moment) || left.is(Type::span) || left.is(Type::date) || left.is(Type::clock)) {
      out = left.integer() < right.integer() ? -1 : left.integer() > right.integer() ? 1 : 0;
      return true;
    }
  }
  return evaluation.fail("'" + std::string(relation) + "' cannot compare " + describe(left) + " and " +
                         describe(right));
}

bool contains(Evaluation& evaluation, const Value& container, const Value& item, bool& out) {
  out = false;
  switch (container.type()) {
    case Type::string:
      if (!item.is(Type::string)) {
        return evaluation.fail("only a str can be in a str, found " + describe(item));
      }
      if (!evaluation.spend_search(container.text().size(), item.text().size())) return false;
      out = container.text().find(item.text()) != std::string_view::npos;
      return true;
    case Type::list:
      for (const auto& element : container.json().GetArray()) {
        if (!equal(evaluation, Value::of(element), item, out)) return false;
        if (out) return true;
      }
      return true;
    case Type::dict:
      if (item.is(Type::string)) out = container.json().FindMember(item.json()) != container.json().MemberEnd();
      return evaluation.spend(container.json().MemberCount() / 8);
    case Type::range:
      if (item.is_numeric() && item.number() == std::floor(item.number()) && std::fabs(item.number()) < 9e18) {
        const auto number = item.is_integral() ? item.integer() : static_cast<std::int64_t>(item.number());
        out = container.range().holds(number);
      } else if (item.is_integral()) {
        out = container.range().holds(item.integer());
      }
      return true;
    default: return evaluation.fail("'in' needs a list, a dict or a str, found " + describe(container));
  }
}

}  // namespace reprise::workflow
