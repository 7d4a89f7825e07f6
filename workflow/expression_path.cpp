// Paths at work: what the names of an expression stand for, and JSONPath below them.
#include <algorithm>
#include <cstring>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {
namespace {

const JsonValue* member(const JsonValue& object, std::string_view name) {
  for (const auto& m : object.GetObject()) {
    if (m.name.GetStringLength() == name.size() && std::memcmp(m.name.GetString(), name.data(), name.size()) == 0) {
      return &m.value;
    }
  }
  return nullptr;
}

const JsonValue* start(const Scope& scope, const Path& path) {
  switch (path.root) {
    case Root::action_result: return scope.action_result(path.task);
    case Root::action: return scope.action(path.task);
    case Root::trigger: return scope.trigger();
    case Root::inputs: return scope.inputs();
    case Root::env: return scope.env();
    case Root::var: return scope.var(path.name);
    case Root::secrets:
    case Root::element: break;
  }
  return nullptr;
}

using Matches = std::vector<const JsonValue*>;

bool matches(Evaluation& evaluation, const Filter& filter, const JsonValue& element, bool& out);

bool add_below(Evaluation& evaluation, const JsonValue& value, Matches& out) {
  if (!evaluation.spend(1)) return false;
  out.push_back(&value);
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!add_below(evaluation, element, out)) return false;
    }
  } else if (value.IsObject()) {
    for (const auto& m : value.GetObject()) {
      if (!add_below(evaluation, m.value, out)) return false;
    }
  }
  return true;
}

bool add_filtered(Evaluation& evaluation, const Filter& filter, const JsonValue& value, Matches& out) {
  bool hit = false;
  if (value.IsArray()) {
    for (const auto& element : value.GetArray()) {
      if (!matches(evaluation, filter, element, hit)) return false;
      if (hit) out.push_back(&element);
    }
  } else if (value.IsObject()) {
    for (const auto& m : value.GetObject()) {
      if (!matches(evaluation, filter, m.value, hit)) return false;
      if (hit) out.push_back(&m.value);
    }
  }
  return true;
}

// Python's slice of a list.
bool add_slice(Evaluation& evaluation, const Step& step, const JsonValue& value, Matches& out) {
  if (!value.IsArray()) return true;
  const auto size = static_cast<std::int64_t>(value.Size());
  const std::int64_t stride = step.stride.value_or(1);
  const std::int64_t lowest = stride > 0 ? 0 : -1;
  const std::int64_t highest = stride > 0 ? size : size - 1;
  const auto bound = [&](const std::optional<std::int64_t>& given, std::int64_t absent) {
    if (!given) return absent;
    return std::clamp(*given < 0 ? *given + size : *given, lowest, highest);
  };
  std::int64_t at = bound(step.from, stride > 0 ? lowest : highest);
  const std::int64_t end = bound(step.to, stride > 0 ? highest : lowest);
  while (stride > 0 ? at < end : at > end) {
    if (!evaluation.spend(1)) return false;
    out.push_back(&value[static_cast<rapidjson::SizeType>(at)]);
    if (stride > 0 ? stride >= end - at : stride <= end - at) break;
    at += stride;
  }
  return true;
}

bool take_step(Evaluation& evaluation, const Step& step, const JsonValue& value, Matches& out) {
  if (!evaluation.spend(1)) return false;
  switch (step.kind) {
    case Step::Kind::name:
    case Step::Kind::index:
      if (const auto* found = follow(&value, step)) out.push_back(found);
      return true;
    case Step::Kind::slice: return add_slice(evaluation, step, value, out);
    case Step::Kind::wildcard:
      if (value.IsArray()) {
        for (const auto& element : value.GetArray()) out.push_back(&element);
        return evaluation.spend(value.Size());
      }
      if (value.IsObject()) {
        for (const auto& m : value.GetObject()) out.push_back(&m.value);
        return evaluation.spend(value.MemberCount());
      }
      return true;
    case Step::Kind::descend: return add_below(evaluation, value, out);
    case Step::Kind::filter: return add_filtered(evaluation, *step.filter, value, out);
  }
  return true;
}

bool find_matches(Evaluation& evaluation, const JsonValue* from, const Path& path, Matches& out) {
  if (from == nullptr) return true;
  out.push_back(from);
  for (const Step& step : path.steps) {
    Matches next;
    for (const JsonValue* value : out) {
      if (!take_step(evaluation, step, *value, next)) return false;
    }
    out = std::move(next);
  }
  return true;
}

bool compare(Evaluation& evaluation, const Filter& filter, const JsonValue& value, bool& out) {
  const Value left = Value::of(value);
  if (filter.kind == Filter::Kind::matches) {
    out = false;
    if (!left.is(Type::string)) return true;
    if (!evaluation.spend_search(left.text().size(), 4 * static_cast<std::size_t>(filter.pattern->ProgramSize()))) {
      return false;
    }
    out = RE2::PartialMatch(re2::StringPiece(left.text().data(), left.text().size()), *filter.pattern);
    return true;
  }
  if (filter.op == Op::equal || filter.op == Op::not_equal) {
    if (!equal(evaluation, left, filter.literal, out)) return false;
    if (filter.op == Op::not_equal) out = !out;
    return true;
  }
  // What cannot be ordered does not match: a filter looks for elements, it does not judge them.
  out = false;
  const bool ordered =
      (left.is_numeric() && filter.literal.is_numeric()) || (left.is(Type::string) && filter.literal.is(Type::string));
  int sign = 0;
  if (!ordered) return true;
  if (!order(evaluation, "<", left, filter.literal, sign)) return false;
  out = filter.op == Op::less         ? sign < 0
        : filter.op == Op::greater    ? sign > 0
        : filter.op == Op::less_equal ? sign <= 0
                                      : sign >= 0;
  return true;
}

bool matches(Evaluation& evaluation, const Filter& filter, const JsonValue& element, bool& out) {
  if (!evaluation.spend(1)) return false;
  out = false;
  switch (filter.kind) {
    case Filter::Kind::both:
      for (const Filter& part : filter.parts) {
        if (!matches(evaluation, part, element, out)) return false;
        if (!out) return true;
      }
      return true;
    case Filter::Kind::either:
      for (const Filter& part : filter.parts) {
        if (!matches(evaluation, part, element, out)) return false;
        if (out) return true;
      }
      return true;
    case Filter::Kind::exists:
    case Filter::Kind::compare:
    case Filter::Kind::matches: break;
  }
  Matches found;
  if (!find_matches(evaluation, &element, filter.path, found)) return false;
  if (filter.kind == Filter::Kind::exists) {
    out = !found.empty();
    return true;
  }
  for (const JsonValue* value : found) {
    if (!compare(evaluation, filter, *value, out)) return false;
    if (out) return true;
  }
  return true;
}

}  // namespace

const JsonValue* follow(const JsonValue* from, const Step& step) {
  if (step.kind == Step::Kind::name) return from->IsObject() ? member(*from, step.name) : nullptr;
  if (!from->IsArray()) return nullptr;
  const auto size = static_cast<std::int64_t>(from->Size());
  const std::int64_t index = step.index < 0 ? step.index + size : step.index;
  if (index < 0 || index >= size) return nullptr;
  return &(*from)[static_cast<rapidjson::SizeType>(index)];
}

const JsonValue* resolve_simple(const Scope& scope, const Path& path) {
  const JsonValue* value = start(scope, path);
  for (const Step& step : path.steps) {
    if (value == nullptr) return nullptr;
    value = follow(value, step);
  }
  return value;
}

bool evaluate_path(Evaluation& evaluation, const Path& path, Value& out) {
  if (path.root == Root::secrets) {
    return evaluation.fail("no secret provider is configured, so SECRETS." + path.name + "." + path.steps.front().name +
                           " has no value");
  }
  if (evaluation.scope() == nullptr) return evaluation.fail("a constant is needed, found a path");
  if (path.simple) {
    const JsonValue* value = resolve_simple(*evaluation.scope(), path);
    out = value == nullptr ? Value() : Value::of(*value);
    return true;
  }
  Matches found;
  if (!find_matches(evaluation, start(*evaluation.scope(), path), path, found)) return false;
  if (!path.listed && found.size() < 2) {
    out = found.empty() ? Value() : Value::of(*found.front());
    return true;
  }
  ListBuilder list(evaluation, found.size());
  for (const JsonValue* value : found) {
    if (!list.add(*value)) return false;
  }
  return list.finish(out);
}

}  // namespace reprise::workflow
