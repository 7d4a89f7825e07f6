// Definitions and expressions: compiled once, evaluated often.
#include <benchmark/benchmark.h>

#include "bench/trigger_scope.hpp"
#include "events/json.hpp"
#include "workflow/expression.hpp"
#include "workflow/plan.hpp"

namespace {

using namespace reprise;
using namespace reprise::workflow;
using reprise::bench::TriggerScope;

void evaluate(benchmark::State& loop, const char* text) {
  const auto compiled = Template::compile_expression(text, [](std::string_view, std::uint32_t&) { return false; });
  if (!compiled) return loop.SkipWithError(compiled.error().detail.c_str());
  const TriggerScope scope;
  for (auto _ : loop) {
    JsonPool pool(512);
    benchmark::DoNotOptimize(compiled->evaluate(scope, pool));
  }
}
BENCHMARK_CAPTURE(evaluate, path, "TRIGGER.items[1].a");
BENCHMARK_CAPTURE(evaluate, comparison, "TRIGGER.n > 2 && TRIGGER.name == 'Ada'");
BENCHMARK_CAPTURE(evaluate, filter, "TRIGGER.items[?a == 1 & b > 2]");
BENCHMARK_CAPTURE(evaluate, function, "FN.join(TRIGGER.words, ', ')");

void compile_a_definition(benchmark::State& loop) {
  std::string source = R"({"title":"Many","actions":[)";
  const auto actions = loop.range(0);
  for (std::int64_t n = 0; n < actions; ++n) {
    if (n != 0) source += ',';
    source += R"({"ref":"a)" + std::to_string(n) + R"(","action":"core.transform.reshape",)";
    if (n != 0) source += R"("depends_on":["a)" + std::to_string(n - 1) + R"("],)";
    source += R"("args":{"value":"${{ TRIGGER.n + )" + std::to_string(n) + R"( }}"}})";
  }
  source += "]}";
  for (auto _ : loop) benchmark::DoNotOptimize(compile_definition(source, DefinitionFormat::json, "many"));
  loop.SetItemsProcessed(loop.iterations() * actions);
}
BENCHMARK(compile_a_definition)->Arg(10)->Arg(1000);

}  // namespace
