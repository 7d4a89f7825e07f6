// Paths at work: what the names of an expression stand for, and JSONPath below them.
#include <algorithm>
#include <cstring>

#include "workflow/evaluation.hpp"
#include "workflow/unicode.hpp"

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

bool add_length(Evaluation& evaluation, const JsonValue& value, Matches& out) {
  std::int64_t length = 0;
  if (value.IsString()) {
    length = static_cast<std::int64_t>(count_characters(text_of(value)));
    if (!evaluation.spend(value.GetStringLength() / 64)) return false;
  } else if (value.IsArray()) {
    length = value.Size();
  } else if (value.IsObject()) {
    length = value.MemberCount();
  } else {
    return true;
  }
  if (!evaluation.reserve(sizeof(JsonValue))) return false;
  auto* number = evaluation.container(rapidjson::kNullType);
  number->SetInt64(length);
  out.push_back(number);
  return true;
}

bool add_text(Evaluation& evaluation, std::string_view text, Matches& out) {
  Value built;
  if (!evaluation.text(text, built)) return false;
  out.push_back(&built.json());
  return true;
}

// re.sub: every match by the replacement, with its \1.
bool add_replaced(Evaluation& evaluation, const Step& step, const JsonValue& value, Matches& out) {
  if (!value.IsString()) return true;
  const std::string_view text = text_of(value);
  const re2::StringPiece whole(text.data(), text.size());
  if (!evaluation.spend_regex(text.size(), static_cast<std::size_t>(step.pattern->ProgramSize()))) return false;
  std::string result;
  re2::StringPiece groups[10];
  const int count = std::min(10, 1 + step.pattern->NumberOfCapturingGroups());
  std::size_t at = 0;
  while (at <= text.size() && step.pattern->Match(whole, at, text.size(), RE2::UNANCHORED, groups, count)) {
    // A search may look at all that is left, to find a longer match.
    if (!evaluation.spend(1 + (text.size() - at) / 1024)) return false;
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    result += text.substr(at, begin - at);
    if (!step.pattern->Rewrite(&result, step.name, groups, count)) return evaluation.fail("a replacement failed");
    if (!evaluation.fits(result.size())) return false;
    at = begin + groups[0].size();
    if (!groups[0].empty()) continue;
    // After an empty match one character stays as it is.
    std::size_t next = at;
    if (next < text.size()) static_cast<void>(next_character(text, next));
    result += text.substr(at, next - at);
    at = std::max(next, at + 1);
  }
  if (at < text.size()) result += text.substr(at);
  if (!valid_utf8(result)) return evaluation.fail("a match cuts a character in two");
  return add_text(evaluation, result, out);
}

// str.split(name, to)[from].
bool add_split(Evaluation& evaluation, const Step& step, const JsonValue& value, Matches& out) {
  if (!value.IsString()) return true;
  std::string_view rest = text_of(value);
  if (!evaluation.spend_search(rest.size(), step.name.size())) return false;
  Matches segments;
  for (std::int64_t splits = 0;; ++splits) {
    const auto end = *step.to >= 0 && splits >= *step.to ? rest.npos : rest.find(step.name);
    if (!evaluation.spend(1) || !add_text(evaluation, rest.substr(0, end), segments)) return false;
    if (end == rest.npos) break;
    rest.remove_prefix(end + step.name.size());
  }
  if (step.from) {
    const auto size = static_cast<std::int64_t>(segments.size());
    const std::int64_t index = *step.from < 0 ? *step.from + size : *step.from;
    if (index >= 0 && index < size) out.push_back(segments[static_cast<std::size_t>(index)]);
    return true;
  }
  ListBuilder list(evaluation, segments.size());
  for (const JsonValue* segment : segments) {
    if (!list.add(*segment)) return false;
  }
  Value built;
  if (!list.finish(built)) return false;
  out.push_back(&built.json());
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
    case Step::Kind::either:
      for (const Step& part : step.parts) {
        if (!take_step(evaluation, part, value, out)) return false;
      }
      return true;
    case Step::Kind::length: return add_length(evaluation, value, out);
    case Step::Kind::replace: return add_replaced(evaluation, step, value, out);
    case Step::Kind::split: return add_split(evaluation, step, value, out);
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
    if (!evaluation.spend_regex(left.text().size(), static_cast<std::size_t>(filter.pattern->ProgramSize()))) {
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
    return evaluation.fail("SECRETS." + path.name + "." + path.steps.front().name +
                           " has no value here: values are put in when a task is handed out");
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
