#include "workflow/pure_action.hpp"

#include "workflow/definition_builtin.hpp"
#include "workflow/evaluation.hpp"
#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

const JsonValue kNull;
const JsonValue kTrue(true);
const JsonValue kFalse(false);

PureOutcome success(const JsonValue& result) {
  PureOutcome out;
  out.ok = true;
  out.result = &result;
  return out;
}

PureOutcome failure(std::string type, std::string message) {
  PureOutcome out;
  out.error_type = std::move(type);
  out.error_message = std::move(message);
  return out;
}

PureOutcome wrong(std::string_view argument, std::string_view expected, const JsonValue& found) {
  return failure("ValueError", "'" + std::string(argument) + "' must be " + std::string(expected) + ", found " +
                                   describe(Value::of(found)));
}

// An argument, or null when it is absent.
const JsonValue& argument(const JsonValue& args, std::string_view name) {
  const JsonValue* value = find(args, name);
  return value == nullptr ? kNull : *value;
}

// True or False, or what is given when the argument is absent.
bool flag(const JsonValue& args, std::string_view name, bool absent) {
  const JsonValue& value = argument(args, name);
  return value.IsNull() ? absent : truthy(value);
}

PureOutcome log(const JsonValue& args) {
  const JsonValue& message = argument(args, "message");
  const JsonValue& level = argument(args, "level");
  auto parsed = std::optional(events::LogLevel::info);
  if (!level.IsNull()) {
    std::string upper = level.IsString() ? std::string(text_of(level)) : std::string();
    for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    parsed = events::parse_log_level(upper);
  }
  if (!parsed) return wrong("level", "DEBUG, INFO, WARNING or ERROR", level);
  PureOutcome out = success(message);
  out.log.emplace(*parsed, to_text(message));
  return out;
}

PureOutcome fail_on_purpose(const JsonValue& args) {
  const JsonValue& message = argument(args, "message");
  PureOutcome out = failure("ApplicationError", message.IsNull() ? "core.fail" : to_text(message));
  out.retryable = flag(args, "retryable", true);
  return out;
}

PureOutcome require(const JsonValue& args) {
  const JsonValue& conditions = argument(args, "conditions");
  const bool all = flag(args, "require_all", true);
  bool holds = truthy(conditions);
  std::size_t failing = 0;
  if (conditions.IsArray()) {
    holds = all;
    for (rapidjson::SizeType i = conditions.Size(); i-- > 0;) {
      const bool one = truthy(conditions[i]);
      holds = all ? holds && one : holds || one;
      if (!one) failing = i;
    }
  } else if (!conditions.IsBool()) {
    return wrong("conditions", "a boolean or a list of them", conditions);
  }
  if (holds || !flag(args, "raise_error", true)) return success(holds ? kTrue : kFalse);
  if (!conditions.IsArray()) return failure("RequirementError", "the condition does not hold");
  return failure("RequirementError", all ? "condition " + std::to_string(failing + 1) + " of " +
                                               std::to_string(conditions.Size()) + " does not hold"
                                         : "none of the conditions holds");
}

// An evaluation without names: for the comparisons of actions, within the limits of expressions.
class Comparing {
 public:
  explicit Comparing(JsonPool& pool) : evaluation_(nullptr, pool, limits_) { limits_.max_steps = 10'000'000; }
  Evaluation& evaluation() { return evaluation_; }
  PureOutcome give_up() const { return failure("ValueError", evaluation_.error()); }

 private:
  EvaluationLimits limits_;
  Evaluation evaluation_;
};

PureOutcome finish(Comparing& comparing, ListBuilder& list) {
  Value result;
  if (!list.finish(result)) return comparing.give_up();
  return success(result.json());
}

PureOutcome select_members(const JsonValue& args, bool wanted, JsonPool& pool) {
  const JsonValue& items = argument(args, "items");
  const JsonValue& collection = argument(args, "collection");
  if (!items.IsArray()) return wrong("items", "a list", items);
  if (!collection.IsArray()) return wrong("collection", "a list", collection);
  Comparing comparing(pool);
  ListBuilder list(comparing.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    bool in = false;
    if (!contains(comparing.evaluation(), Value::of(collection), Value::of(item), in)) return comparing.give_up();
    if (in == wanted && !list.add(item)) return comparing.give_up();
  }
  return finish(comparing, list);
}

PureOutcome compact(const JsonValue& args, JsonPool& pool) {
  const JsonValue& items = argument(args, "items");
  if (!items.IsArray()) return wrong("items", "a list", items);
  Comparing comparing(pool);
  ListBuilder list(comparing.evaluation(), items.Size());
  for (const auto& item : items.GetArray()) {
    if (!hollow(item) && !list.add(item)) return comparing.give_up();
  }
  return finish(comparing, list);
}

// The value at a dotted key; null when there is none.
const JsonValue& at_key(const JsonValue& item, std::string_view key) {
  const JsonValue* value = &item;
  for (;;) {
    const auto dot = key.find('.');
    value = value->IsObject() ? find(*value, key.substr(0, dot)) : nullptr;
    if (value == nullptr) return kNull;
    if (dot == key.npos) return *value;
    key.remove_prefix(dot + 1);
  }
}

// Members of `later` are set in `first`, one level deep.
bool merge(Comparing& comparing, const JsonValue& first, const JsonValue& later, Value& out) {
  DictBuilder dict(comparing.evaluation());
  for (const JsonValue* part : {&first, &later}) {
    for (const auto& m : part->GetObject()) {
      if (!dict.set(text_of(m.name), Value::of(m.value))) return false;
    }
  }
  return dict.finish(out);
}

PureOutcome deduplicate(const JsonValue& args, JsonPool& pool) {
  const JsonValue& items = argument(args, "items");
  const JsonValue& keys = argument(args, "keys");
  if (!items.IsArray()) return wrong("items", "a list of objects", items);
  if (!keys.IsArray() || keys.Empty()) return wrong("keys", "a list of one or more names", keys);
  for (const auto& key : keys.GetArray()) {
    if (!key.IsString()) return wrong("keys", "a list of names", key);
  }
  Comparing comparing(pool);
  std::vector<Value> kept;
  for (const auto& item : items.GetArray()) {
    if (!item.IsObject()) return wrong("items", "a list of objects", item);
    bool alike = false;
    for (Value& earlier : kept) {
      alike = true;
      for (const auto& key : keys.GetArray()) {
        if (!equal(comparing.evaluation(), Value::of(at_key(earlier.json(), text_of(key))),
                   Value::of(at_key(item, text_of(key))), alike)) {
          return comparing.give_up();
        }
        if (!alike) break;
      }
      if (!alike) continue;
      if (!merge(comparing, earlier.json(), item, earlier)) return comparing.give_up();
      break;
    }
    if (!alike) kept.push_back(Value::of(item));
  }
  ListBuilder list(comparing.evaluation(), kept.size());
  for (const Value& item : kept) {
    if (!list.add(item)) return comparing.give_up();
  }
  return finish(comparing, list);
}

}  // namespace

bool is_pure_action(std::string_view action) {
  const BuiltIn* built_in = find_built_in(action);
  return built_in != nullptr && built_in->supported && built_in->kind == ActionKind::inline_pure;
}

PureOutcome run_pure_action(std::string_view action, const JsonValue& args, JsonPool& pool) {
  static const JsonValue kNoArguments(rapidjson::kObjectType);
  const JsonValue& given = args.IsObject() ? args : kNoArguments;
  if (action == "core.noop") return success(kNull);
  if (action == "core.transform.reshape") return success(argument(given, "value"));
  if (action == "core.log") return log(given);
  if (action == "core.fail") return fail_on_purpose(given);
  if (action == "core.require") return require(given);
  if (action == "core.transform.is_in") return select_members(given, true, pool);
  if (action == "core.transform.not_in") return select_members(given, false, pool);
  if (action == "core.transform.compact") return compact(given, pool);
  if (action == "core.transform.deduplicate") return deduplicate(given, pool);
  return failure("ValueError", "there is no action '" + std::string(action) + "' that runs inside a decision");
}

}  // namespace reprise::workflow
