#include "workflow/http_poll.hpp"

#include <algorithm>

#include "workflow/decide.hpp"
#include "workflow/evaluation.hpp"
#include "workflow/lambda.hpp"

namespace reprise::workflow {

namespace {

const JsonValue* given(const JsonValue& args, std::string_view name) {
  const auto* value = find(args, name);
  return value == nullptr || value->IsNull() ? nullptr : value;
}

}  // namespace

Expected<PollRules> read_poll_rules(const JsonValue& args) {
  PollRules rules;
  if (const auto* codes = given(args, "poll_retry_codes")) {
    if (codes->IsInt()) rules.retry_codes.push_back(codes->GetInt());
    if (codes->IsArray()) {
      for (const auto& code : codes->GetArray()) {
        if (code.IsInt()) rules.retry_codes.push_back(code.GetInt());
      }
    }
  }
  if (const auto* condition = given(args, "poll_condition"); condition != nullptr && condition->IsString()) {
    rules.condition = text_of(*condition);
    JsonPool pool(512);
    if (auto compiled = Lambda::compile(rules.condition, pool); !compiled) {
      return fail(errc::invalid, "core.http_poll: `poll_condition` " + to_string(compiled.error(), rules.condition),
                  "/poll_condition");
    }
  }
  if (rules.retry_codes.empty() && rules.condition.empty()) {
    return fail(errc::invalid,
                "core.http_poll: `poll_retry_codes` or `poll_condition` must say when the request is made again",
                "/poll_condition");
  }
  if (const auto* attempts = given(args, "poll_max_attempts"); attempts != nullptr && attempts->IsUint())
    rules.max_attempts = std::max(1u, attempts->GetUint());
  if (const auto* interval = given(args, "poll_interval"); interval != nullptr && interval->IsNumber())
    rules.interval = Duration(static_cast<std::int64_t>(interval->GetDouble() * 1000));
  return rules;
}

Expected<bool> asks_again(const PollRules& rules, int status_code, const JsonValue& response) {
  if (std::find(rules.retry_codes.begin(), rules.retry_codes.end(), status_code) != rules.retry_codes.end())
    return true;
  if (rules.condition.empty()) return false;
  JsonPool pool(4096);
  const EvaluationLimits limits;
  Evaluation evaluation(nullptr, pool, limits);
  auto compiled = Lambda::compile(rules.condition, pool);
  if (!compiled) return fail(errc::invalid, "core.http_poll: `poll_condition` cannot be used", "/poll_condition");
  LambdaCalls condition(*compiled, evaluation);
  Value answer;
  if (!condition(Value::of(response), answer))
    return fail(errc::invalid, "core.http_poll: `poll_condition` " + condition.why(), "/poll_condition");
  return truthy(answer);
}

Duration pause_before(const PollRules& rules, std::uint32_t next) {
  return rules.interval ? *rules.interval : backoff(RetryPolicy{}, next);
}

}  // namespace reprise::workflow
