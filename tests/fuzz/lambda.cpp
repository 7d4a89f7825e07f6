// Lambdas from arbitrary bytes: no crash, a place for every fault, bounded runs, and the same result every time.
#include "workflow/lambda.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include "require.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

constexpr std::string_view kArguments[] = {
    R"({"a": 1, "b": [1, 2.5, "x", null, {"c": "d"}], "name": " Bob ", "n": -3})", R"([3, 1, 2, "a", [1], {}])",
    R"("na\u00efve text, with commas")", "7"};

std::string value(std::string_view text, const JsonValue& argument) {
  JsonPool pool(512);
  const auto lambda = Lambda::compile(text, pool);
  if (!lambda) {
    require(lambda.error().at <= text.size() && !lambda.error().message.empty());
    return to_string(lambda.error(), text);
  }
  EvaluationLimits limits;
  limits.max_steps = 20'000;
  limits.max_result_bytes = 64 * 1024;
  Evaluation evaluation(nullptr, pool, limits);
  LambdaCalls calls(*lambda, evaluation);
  Value result;
  JsonValue json;
  if (!calls(Value::of(argument), result) || !evaluation.json(result, json)) {
    require(!evaluation.error().empty());
    return calls.why();
  }
  return to_json(json);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Definitions are UTF-8: bytes that are not become U+FFFD.
  std::string quoted;
  append_json_string(quoted, {reinterpret_cast<const char*>(data), size});
  const auto source = parse_json(quoted);
  for (const auto argument : kArguments) {
    const auto document = parse_json(argument);
    for (const auto before : {"", "lambda x: "}) {
      const std::string text = before + std::string(text_of(source->root()));
      const std::string first = value(text, document->root());
      require(first == value(text, document->root()));
      require(parse_json("[" + first + "]").has_value() || first.starts_with("at character "));
    }
  }
  return 0;
}
