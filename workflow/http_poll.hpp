// The polling half of core.http_poll (contract language.md): whether an answer is good enough, and when to ask again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "events/json.hpp"
#include "events/time.hpp"

namespace reprise::workflow {

struct PollRules {
  std::vector<int> retry_codes;      // ask again on these, whether they are failures or not
  std::string condition;             // python_lambda over {status_code, headers, data}: truthy asks again; empty: none
  std::uint32_t max_attempts = 10;   // requests in all
  std::optional<Duration> interval;  // between two of them; none: 1 s, doubling, at most 100 s
};

// `args` have passed argument_refusal. Error: invalid, when nothing says what is asked again for.
Expected<PollRules> read_poll_rules(const JsonValue& args);

// `response` is {status_code, headers, data}. Error: invalid, when the condition fails over it.
Expected<bool> asks_again(const PollRules& rules, int status_code, const JsonValue& response);

// Before request number `next`, 2 or more.
Duration pause_before(const PollRules& rules, std::uint32_t next);

}  // namespace reprise::workflow
