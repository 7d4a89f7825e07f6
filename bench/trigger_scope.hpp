// What the measured expressions look into: a TRIGGER and nothing else.
#pragma once

#include <string_view>

#include "events/json.hpp"
#include "workflow/expression.hpp"

namespace reprise::bench {

class TriggerScope final : public workflow::Scope {
 public:
  const JsonValue* action(std::uint32_t) const override { return nullptr; }
  const JsonValue* action_result(std::uint32_t) const override { return nullptr; }
  const JsonValue* trigger() const override { return &trigger_.root(); }
  const JsonValue* inputs() const override { return nullptr; }
  const JsonValue* env() const override { return nullptr; }
  const JsonValue* var(std::string_view) const override { return nullptr; }
  Time now() const override { return from_millis(1'704'067'200'250); }
  std::uint64_t random() const override { return 1; }

 private:
  JsonDocument trigger_ =
      *parse_json(R"({"name":"Ada","n":3,"items":[{"a":1,"b":5},{"a":2,"b":1},{"a":1,"b":1}],"words":["b","a","c"]})");
};

}  // namespace reprise::bench
