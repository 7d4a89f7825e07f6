#include "workflow/pure_action.hpp"

#include "workflow/definition_builtin.hpp"
#include "workflow/evaluation.hpp"
#include "workflow/pure_transform.hpp"

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

// An argument, or null when it is absent.
const JsonValue& argument(const JsonValue& args, std::string_view name) {
  const JsonValue* value = find(args, name);
  return value == nullptr ? kNull : *value;
}

bool flag(const JsonValue& args, std::string_view name, bool absent) {
  const JsonValue& value = argument(args, name);
  return value.IsBool() ? value.GetBool() : absent;
}

PureOutcome log(const JsonValue& args) {
  const JsonValue& message = argument(args, "message");
  const JsonValue& level = argument(args, "level");
  std::string upper = level.IsString() ? std::string(text_of(level)) : "INFO";
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  PureOutcome out = success(message);
  out.log.emplace(events::parse_log_level(upper).value_or(events::LogLevel::info), to_text(message));
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
  }
  if (holds || !flag(args, "raise_error", true)) return success(holds ? kTrue : kFalse);
  if (!conditions.IsArray()) return failure("RequirementError", "the condition does not hold");
  return failure("RequirementError", all ? "condition " + std::to_string(failing + 1) + " of " +
                                               std::to_string(conditions.Size()) + " does not hold"
                                         : "none of the conditions holds");
}

PureOutcome transform(std::string_view name, const JsonValue& args, JsonPool& pool) {
  if (name == "reshape") return success(argument(args, "value"));
  if (name == "filter") return filter_items(args, pool);
  if (name == "map") return map_items(args, pool);
  if (name == "apply") return apply_to_value(args, pool);
  if (name == "is_in") return select_members(args, true, pool);
  if (name == "not_in") return select_members(args, false, pool);
  if (name == "deduplicate") return deduplicate(args, pool);
  return compact(args, pool);
}

}  // namespace

bool is_pure_action(std::string_view action) {
  const BuiltIn* built_in = find_built_in(action);
  return built_in != nullptr && built_in->kind == ActionKind::inline_pure;
}

PureOutcome run_pure_action(std::string_view action, const JsonValue& args, JsonPool& pool) {
  static const JsonValue kNoArguments(rapidjson::kObjectType);
  if (!is_pure_action(action)) {
    return failure("ValueError", "there is no action '" + std::string(action) + "' that runs inside a decision");
  }
  const JsonValue& given = args.IsObject() ? args : kNoArguments;
  if (std::string why = argument_refusal(*find_built_in(action), given); !why.empty()) {
    return failure("ValueError", std::string(action) + ": " + why);
  }
  if (action == "core.noop" || action == "core.interact.response") return success(kNull);
  if (action == "core.log") return log(given);
  if (action == "core.fail") return fail_on_purpose(given);
  if (action == "core.require") return require(given);
  constexpr std::string_view kTransform = "core.transform.";
  PureOutcome out = transform(action.substr(kTransform.size()), given, pool);
  if (!out.ok) out.error_message = std::string(action) + ": " + out.error_message;
  return out;
}

}  // namespace reprise::workflow
