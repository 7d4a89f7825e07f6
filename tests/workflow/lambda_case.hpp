// A lambda on one value: its result as JSON, or why there is none.
#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

#include "workflow/lambda.hpp"

namespace reprise::workflow::test {

struct LambdaCase {
  const char* lambda;
  const char* argument;  // JSON
  const char* result;    // JSON, or the sentence of the failure
};

inline std::string run_lambda(std::string_view text, std::string_view argument, const EvaluationLimits& limits = {}) {
  const auto document = parse_json(argument);
  BOOST_REQUIRE(document);
  JsonPool pool(512);
  const auto lambda = Lambda::compile(text, pool);
  if (!lambda) return to_string(lambda.error(), text);
  Evaluation evaluation(nullptr, pool, limits);
  LambdaCalls calls(*lambda, evaluation);
  Value value;
  JsonValue json;
  if (!calls(Value::of(document->root()), value) || !evaluation.json(value, json)) return calls.why();
  return to_json(json);
}

inline void check(const auto& cases) {
  for (const LambdaCase& c : cases) {
    BOOST_TEST_CONTEXT(c.lambda << " of " << c.argument) { BOOST_TEST(run_lambda(c.lambda, c.argument) == c.result); }
  }
}

}  // namespace reprise::workflow::test
