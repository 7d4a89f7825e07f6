#include "workflow/evaluation.hpp"

#include <algorithm>
#include <array>

#include "workflow/functions.hpp"
#include "workflow/pattern_cache.hpp"

namespace reprise::workflow {
namespace {

bool evaluate_list(Evaluation& evaluation, const Node& node, Value& out) {
  ListBuilder list(evaluation, node.children.size());
  for (const Node& child : node.children) {
    Value value;
    if (!evaluate(evaluation, child, value) || !list.add(value)) return false;
  }
  return list.finish(out);
}

bool evaluate_dict(Evaluation& evaluation, const Node& node, Value& out) {
  DictBuilder dict(evaluation);
  for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
    Value key, value;
    if (!evaluate(evaluation, node.children[i], key) || !evaluate(evaluation, node.children[i + 1], value))
      return false;
    if (!key.is(Type::string) && !key.is(Type::integer)) {
      return evaluation.fail("the key of a dict must be a str or an int, found " + describe(key));
    }
    std::string text;
    if (!evaluation.stringify(text, key) || !dict.set(text, value)) return false;
  }
  return dict.finish(out);
}

bool evaluate_binary(Evaluation& evaluation, const Node& node, Value& out) {
  Value left;
  if (!evaluate(evaluation, node.children[0], left)) return false;
  if (node.op == Op::either || node.op == Op::both) {
    if (truthy(left) == (node.op == Op::either)) {
      out = left;
      return true;
    }
    return evaluate(evaluation, node.children[1], out);
  }
  Value right;
  return evaluate(evaluation, node.children[1], right) && apply_binary(evaluation, node.op, left, right, out);
}

bool evaluate_call(Evaluation& evaluation, const Node& node, Value& out) {
  constexpr std::size_t kInline = 6;
  std::array<Value, kInline> few;
  std::vector<Value> many;
  const std::size_t count = node.children.size();
  Value* arguments = few.data();
  if (count > kInline) {
    many.resize(count);
    arguments = many.data();
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!evaluate(evaluation, node.children[i], arguments[i])) return false;
  }
  if (node.kind == NodeKind::call_map) return call_map(evaluation, *node.function, {arguments, count}, out);
  return call(evaluation, *node.function, {arguments, count}, out);
}

}  // namespace

bool evaluate(Evaluation& evaluation, const Node& node, Value& out) {
  if (!evaluation.spend(1)) return false;
  if (node.depth > evaluation.limits().max_depth) {
    return evaluation.fail("nested deeper than " + std::to_string(evaluation.limits().max_depth));
  }
  switch (node.kind) {
    case NodeKind::literal: out = node.literal; return true;
    case NodeKind::path: return evaluate_path(evaluation, *node.path, out);
    case NodeKind::list: return evaluate_list(evaluation, node, out);
    case NodeKind::dict: return evaluate_dict(evaluation, node, out);
    case NodeKind::unary: {
      Value operand;
      return evaluate(evaluation, node.children[0], operand) && apply_unary(evaluation, node.op, operand, out);
    }
    case NodeKind::binary: return evaluate_binary(evaluation, node, out);
    case NodeKind::conditional: {
      Value condition;
      if (!evaluate(evaluation, node.children[1], condition)) return false;
      return evaluate(evaluation, node.children[truthy(condition) ? 0 : 2], out);
    }
    case NodeKind::cast: {
      Value operand;
      return evaluate(evaluation, node.children[0], operand) && apply_cast(evaluation, node.cast, operand, out);
    }
    case NodeKind::call:
    case NodeKind::call_map: return evaluate_call(evaluation, node, out);
  }
  return evaluation.fail("unknown kind of node");
}

bool Evaluation::fail_steps() {
  exhausted_ = true;
  return fail("it takes more than " + std::to_string(limits_.max_steps) + " steps");
}

bool Evaluation::fail_bytes() {
  exhausted_ = true;
  return fail("it builds more than " + std::to_string(limits_.max_result_bytes) + " bytes");
}

bool Evaluation::text(std::string_view bytes, Value& out) {
  if (!reserve(bytes.size() + sizeof(JsonValue)) || !spend(bytes.size() / 64)) return false;
  auto* value = new (pool_.Malloc(sizeof(JsonValue))) JsonValue(json_string(bytes, pool_));
  out = Value::of(*value);
  return true;
}

bool Evaluation::json(const Value& value, JsonValue& out) {
  switch (value.type()) {
    case Type::null: out.SetNull(); return true;
    case Type::boolean: out.SetBool(value.boolean()); return true;
    case Type::integer: out.SetInt64(value.integer()); return true;
    case Type::number: out.SetDouble(value.number()); return true;
    case Type::string:
    case Type::list:
    case Type::dict: out = alias(value.json()); return true;
    case Type::range: {
      Value list;
      return expand(value, list) && json(list, out);
    }
    case Type::moment:
    case Type::span:
    case Type::date:
    case Type::clock: break;
  }
  std::string iso;
  if (value.is(Type::moment)) {
    append_iso(iso, value.moment());
  } else if (value.is(Type::span)) {
    append_iso(iso, value.span());
  } else {
    append_text(iso, value);
  }
  Value string;
  return text(iso, string) && json(string, out);
}

bool Evaluation::expand(const Value& value, Value& out) {
  out = value;
  if (!value.is(Type::range)) return true;
  const IntegerRange range = value.range();
  const std::uint64_t size = range.size();
  if (size > room() / sizeof(JsonValue)) return fail_bytes();
  ListBuilder list(*this, size);
  auto number = static_cast<std::uint64_t>(range.start);
  for (std::uint64_t i = 0; i < size; ++i) {
    if (!list.add(Value::of(static_cast<std::int64_t>(number)))) return false;
    number += static_cast<std::uint64_t>(range.step);
  }
  return list.finish(out);
}

void Evaluation::blame(std::string_view function) {
  const std::string prefix = "FN." + std::string(function);
  if (!error_.starts_with(prefix)) error_ = prefix + ": " + error_;
}

const RE2* Evaluation::pattern(std::string_view what, std::string_view source) {
  const re2::StringPiece piece(source.data(), source.size());
  if (pattern_ && piece == pattern_->pattern()) return pattern_.get();
  if (!spend(16 + source.size())) return nullptr;
  pattern_ = compiled_pattern(source);
  if (!pattern_->ok()) {
    fail(std::string(what) + ": no RE2 pattern: " + pattern_->error());
    pattern_.reset();
    return nullptr;
  }
  // What compiling took.
  return spend(static_cast<std::size_t>(pattern_->ProgramSize()) / 8) ? pattern_.get() : nullptr;
}

bool Evaluation::stringify(std::string& out, const Value& value) {
  const std::size_t before = out.size();
  const std::size_t limit = before + room();
  if (!append_text(out, value, limit)) return fail_bytes();
  return spend((out.size() - before) / 64);
}

JsonValue* Evaluation::container(rapidjson::Type type) { return new (pool_.Malloc(sizeof(JsonValue))) JsonValue(type); }

ListBuilder::ListBuilder(Evaluation& evaluation, std::size_t capacity)
    : evaluation_(evaluation), list_(evaluation.container(rapidjson::kArrayType)) {
  // A capacity beyond what the result may take is never filled.
  const std::size_t most = evaluation.room() / sizeof(JsonValue);
  if (capacity != 0) list_->Reserve(static_cast<rapidjson::SizeType>(std::min(capacity, most)), evaluation.pool());
}

bool ListBuilder::add(const Value& value) {
  JsonValue element;
  if (!evaluation_.reserve(sizeof(JsonValue)) || !evaluation_.json(value, element)) return false;
  list_->PushBack(element, evaluation_.pool());
  return true;
}

bool ListBuilder::add(const JsonValue& value) {
  if (!evaluation_.reserve(sizeof(JsonValue))) return false;
  JsonValue element = alias(value);
  list_->PushBack(element, evaluation_.pool());
  return true;
}

bool ListBuilder::finish(Value& out) {
  out = Value::of(*list_);
  return evaluation_.spend(list_->Size() / 8);
}

DictBuilder::DictBuilder(Evaluation& evaluation)
    : evaluation_(evaluation), dict_(evaluation.container(rapidjson::kObjectType)) {}

void DictBuilder::index(rapidjson::SizeType member) {
  places_.emplace(text_of((dict_->MemberBegin() + static_cast<std::ptrdiff_t>(member))->name), member);
}

bool DictBuilder::set(std::string_view key, const Value& value) {
  JsonValue member;
  const rapidjson::SizeType count = dict_->MemberCount();
  // What the look-up takes: along the members, or down a tree.
  if (!evaluation_.json(value, member) || !evaluation_.spend(1 + std::min(count / 4, 4u) + key.size() / 64)) {
    return false;
  }
  if (count > kIndexed) {
    if (const auto place = places_.find(key); place != places_.end()) {
      (dict_->MemberBegin() + static_cast<std::ptrdiff_t>(place->second))->value = member;
      return true;
    }
  } else {
    for (auto existing = dict_->MemberBegin(); existing < dict_->MemberEnd(); ++existing) {
      if (text_of(existing->name) == key) {
        existing->value = member;
        return true;
      }
    }
  }
  if (!evaluation_.reserve(key.size() + 2 * sizeof(JsonValue))) return false;
  JsonValue name = json_string(key, evaluation_.pool());
  dict_->AddMember(name, member, evaluation_.pool());
  if (count == kIndexed) {
    for (rapidjson::SizeType i = 0; i <= count; ++i) index(i);
  } else if (count > kIndexed) {
    index(count);
  }
  return true;
}

bool DictBuilder::finish(Value& out) {
  out = Value::of(*dict_);
  return true;
}

std::string describe(const Value& value) {
  if (value.is(Type::null)) return "None";
  std::string out = "the ";
  out += python_name(value.type());
  if (value.is(Type::list) || value.is(Type::dict)) return out;
  out += ' ';
  std::string text;
  constexpr std::size_t kMost = 40;
  if (value.is(Type::string)) {
    text = value.text().substr(0, kMost + 4);
  } else {
    append_text(text, value, kMost);
  }
  const bool quoted = value.is(Type::string);
  if (quoted) out += '\'';
  if (text.size() > kMost) {
    std::size_t end = kMost;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text += "...";
  }
  out += text;
  if (quoted) out += '\'';
  return out;
}

}  // namespace reprise::workflow
