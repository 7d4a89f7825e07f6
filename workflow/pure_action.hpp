// The built-in actions that need nothing from outside: they finish inside decide, in the commit that scheduled them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "events/event.hpp"
#include "events/json.hpp"

namespace reprise::workflow {

struct PureOutcome {
  bool ok = false;
  const JsonValue* result = nullptr;  // when ok: borrowed from `args`, built in the pool, or a constant; never null
  std::string error_message;          // when not ok
  std::string error_type;             // when not ok; one of the names below
  bool retryable = false;             // when not ok: whether the action's retry policy applies
  std::optional<std::pair<events::LogLevel, std::string>> log;  // a line that the action writes, ok or not
};

// Error types:
//   "ApplicationError"  core.fail: the definition wanted it
//   "RequirementError"  core.require: a condition does not hold
//   "ValueError"        an argument that the action cannot take, or a lambda that fails; the message names the action,
//                       the argument and what is expected

// Runs core.noop, core.log, core.fail, core.require or core.transform.*. `args` is the evaluated args value (an object,
// or null for none). Results: noop null, log its message, require a boolean, a transform what it makes.
PureOutcome run_pure_action(std::string_view action, const JsonValue& args, JsonPool& pool);

// Whether `action` is one of them.
bool is_pure_action(std::string_view action);

}  // namespace reprise::workflow
