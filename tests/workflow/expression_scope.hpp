// A scope with fixed values, and short ways to evaluate in it.
#pragma once

#include <string>
#include <string_view>

#include "events/json.hpp"
#include "workflow/expression.hpp"

namespace reprise::workflow::test {

class FixedScope final : public Scope {
 public:
  FixedScope()
      : trigger_(*parse_json(R"({
          "name": "Ada", "n": 3, "f": 2.5, "t": true, "no": null, "empty": "", "big": 9223372036854775807,
          "list": [1, 2, 3, 4], "words": ["b", "a", "c"], "nested": [[1, [2]], [3]],
          "obj": {"a": 1, "b": {"c": "deep"}, "a b": "spaced", "x-y": 5},
          "items": [{"a": 1, "b": 5, "s": "one"}, {"a": 2, "b": 1, "s": "two"}, {"a": 1, "b": 1, "s": "tree"}],
          "mixed": [1, "x", null, 2.0, true, {"k": "v"}], "holes": [0, null, "", "x", [], {}],
          "text": "a,b,c", "quote": "it's", "line": "a\nb", "uni": "h\u00e9llo"})")),
        inputs_(*parse_json(R"({"limit": 10, "tags": ["x", "y"]})")),
        env_(*parse_json(R"({"workflow": {"trigger_type": "manual"}, "environment": "default"})")),
        action_(*parse_json(R"({"result": {"v": 7, "rows": [{"id": 1}, {"id": 2}]}, "result_typename": "dict"})")),
        failed_(*parse_json(R"({"result": null, "error": {"ref": "bad", "message": "broke"}})")) {}

  const JsonValue* action(std::uint32_t task) const override {
    return task == 0 ? &action_.root() : task == 1 ? &failed_.root() : nullptr;
  }
  const JsonValue* action_result(std::uint32_t task) const override {
    const JsonValue* whole = action(task);
    return whole == nullptr ? nullptr : find(*whole, "result");
  }
  const JsonValue* trigger() const override { return &trigger_.root(); }
  const JsonValue* inputs() const override { return &inputs_.root(); }
  const JsonValue* env() const override { return &env_.root(); }
  const JsonValue* var(std::string_view name) const override { return name == "x" ? &inputs_.root() : nullptr; }
  Time now() const override { return from_millis(1'704'067'200'250); }  // 2024-01-01T00:00:00.250Z
  std::uint64_t random() const override { return 0x0123456789abcdefull * ++drawn_; }

 private:
  JsonDocument trigger_, inputs_, env_, action_, failed_;
  mutable std::uint64_t drawn_ = 0;
};

// Three tasks: done (a result), bad (an error), skipped (absent).
inline bool resolve(std::string_view ref, std::uint32_t& task) {
  task = ref == "done" ? 0 : ref == "bad" ? 1 : 2;
  return ref == "done" || ref == "bad" || ref == "skipped";
}

// The result as JSON text, or the error's detail after "error: " or, of the compiler, "fault: ".
inline std::string run(std::string_view expression, const EvaluationLimits& limits = {}) {
  const auto compiled = Template::compile_expression(expression, resolve);
  if (!compiled) return "fault: " + compiled.error().detail;
  const FixedScope scope;
  JsonPool pool(512);
  const auto value = compiled->evaluate(scope, pool, limits);
  return value ? to_json(**value) : "error: " + value.error().detail;
}

// The same of a JSON value with templates in it.
inline std::string fill(std::string_view source) {
  const auto document = parse_json(source);
  std::vector<Fault> faults;
  const Template compiled = Template::compile(document->root(), resolve, "", faults);
  if (!faults.empty()) return "fault: " + to_string(faults);
  const FixedScope scope;
  JsonPool pool(512);
  const auto value = compiled.evaluate(scope, pool);
  return value ? to_json(**value) : "error: " + value.error().detail;
}

}  // namespace reprise::workflow::test
