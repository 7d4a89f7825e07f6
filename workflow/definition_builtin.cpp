#include "workflow/definition_builtin.hpp"

#include <array>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {
namespace {

using enum ArgumentType;

constexpr Argument kLog[] = {{"message", any, true}, {"level", log_level}};
constexpr Argument kFail[] = {{"message", any}, {"retryable", boolean}};
constexpr Argument kRequire[] = {{"conditions", conditions, true}, {"require_all", boolean}, {"raise_error", boolean}};
constexpr Argument kReshape[] = {{"value", any, true}};
constexpr Argument kOfItems[] = {{"items", list, true}, {"python_lambda", lambda, true}};
constexpr Argument kApply[] = {{"value", any, true}, {"python_lambda", lambda, true}};
constexpr Argument kMembership[] = {{"items", list, true}, {"collection", list, true}, {"python_lambda", lambda}};
constexpr Argument kDeduplicate[] = {{"items", objects, true}, {"keys", names, true}};
constexpr Argument kCompact[] = {{"items", list, true}};
constexpr std::array kRequest = {Argument{"url", url, true},
                                 Argument{"method", http_method, true},
                                 Argument{"headers", object},
                                 Argument{"params", object},
                                 Argument{"payload", any},
                                 Argument{"form_data", object},
                                 Argument{"auth", credentials},
                                 Argument{"timeout", http_timeout},
                                 Argument{"verify_ssl", boolean},
                                 Argument{"follow_redirects", boolean},
                                 Argument{"max_redirects", redirects}};
constexpr std::array kPollOnly = {Argument{"poll_interval", seconds}, Argument{"poll_max_attempts", count},
                                  Argument{"poll_retry_codes", status_codes}, Argument{"poll_condition", lambda}};
constexpr Argument kExecute[] = {{"workflow_id", text},
                                 {"workflow_alias", text},
                                 {"trigger_inputs", any},
                                 {"environment", text},
                                 {"timeout", seconds},
                                 {"version", count},
                                 {"loop_strategy", loop_strategy},
                                 {"batch_size", count},
                                 {"fail_strategy", fail_strategy},
                                 {"wait_strategy", wait_strategy}};

constexpr Argument kContinue[] = {{"trigger_inputs", any}, {"version", wanted_version}};

// A request's arguments and its own.
constexpr auto poll_arguments() {
  std::array<Argument, kRequest.size() + kPollOnly.size()> out{};
  std::size_t next = 0;
  for (const Argument& each : kRequest) out[next++] = each;
  for (const Argument& each : kPollOnly) out[next++] = each;
  return out;
}
constexpr auto kPoll = poll_arguments();

constexpr ActionKind kPure = ActionKind::inline_pure;
constexpr ActionKind kServer = ActionKind::in_server;

constexpr BuiltIn kBuiltIns[] = {
    {"core.noop", kPure, {}},
    {"core.log", kPure, kLog},
    {"core.fail", kPure, kFail},
    {"core.require", kPure, kRequire},
    {"core.transform.reshape", kPure, kReshape},
    {"core.transform.filter", kPure, kOfItems},
    {"core.transform.map", kPure, kOfItems},
    {"core.transform.apply", kPure, kApply},
    {"core.transform.is_in", kPure, kMembership},
    {"core.transform.not_in", kPure, kMembership},
    {"core.transform.deduplicate", kPure, kDeduplicate},
    {"core.transform.compact", kPure, kCompact},
    {"core.http_request", kServer, kRequest},
    {"core.http_poll", kServer, kPoll},
    {"core.workflow.execute", ActionKind::child, kExecute},
    {"core.workflow.continue_as_new", ActionKind::goes_on, kContinue},
    {"core.interact.response", kPure, {}},
};

}  // namespace

std::span<const BuiltIn> built_ins() { return kBuiltIns; }

const BuiltIn* find_built_in(std::string_view action) {
  for (const BuiltIn& built_in : kBuiltIns) {
    if (built_in.action == action) return &built_in;
  }
  return nullptr;
}

std::string argument_refusal(const BuiltIn& built_in, const JsonValue& args) {
  static const JsonValue kNull;
  for (const Argument& each : built_in.arguments) {
    const JsonValue* found = find(args, each.name);
    const JsonValue& value = found == nullptr ? kNull : *found;
    if (value.IsNull() && !each.required) continue;
    if (const JsonValue* wrong = misfit(each.type, value, false); wrong != nullptr) {
      return "'" + std::string(each.name) + "' must be " + std::string(expectation(each.type, *wrong)) + ", found " +
             describe(Value::of(*wrong));
    }
  }
  return {};
}

}  // namespace reprise::workflow
