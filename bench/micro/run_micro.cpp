// The pure parts of a three-step run, one by one: what a commit costs before it reaches the store.
#include <benchmark/benchmark.h>

#include "events/record.hpp"
#include "projections/execution_view.hpp"
#include "storage/journal.hpp"
#include "storage/row_batch.hpp"
#include "workflow/decide.hpp"

namespace {

using namespace reprise;

constexpr std::string_view kThree =
    R"({"title":"Three steps","actions":[
      {"ref":"pick","action":"core.transform.reshape","args":{"value":{"name":"${{ TRIGGER.customer.name }}","amount":"${{ TRIGGER.amount }}"}}},
      {"ref":"greet","action":"core.transform.reshape","depends_on":["pick"],"args":{"value":{"greeting":"Hello ${{ ACTIONS.pick.result.name }}","item":"${{ TRIGGER.items[1].sku }}"}}},
      {"ref":"finish","action":"core.transform.reshape","depends_on":["greet"],"args":{"value":{"summary":"${{ ACTIONS.greet.result }}","total":"${{ ACTIONS.pick.result.amount }}"}}}],
      "returns":"${{ ACTIONS.finish.result }}"})";
constexpr std::string_view kInputs =
    R"({"customer":{"name":"Ada","vip":true,"email":"ada@example.org"},"amount":129.5,"items":[{"sku":"A-100","qty":1},{"sku":"B-200","qty":3}]})";

std::shared_ptr<const workflow::Plan> three() {
  static const auto plan = workflow::compile_definition(kThree, workflow::DefinitionFormat::json, "three").plan;
  return plan;
}

const ExecutionId kId = uuid_v7(from_millis(1'700'000'000'000), 1, 2);

std::vector<events::Event> run_three(workflow::State& state, workflow::Effects& effects) {
  workflow::Start start;
  start.started.workflow_id = "three";
  start.started.workflow_version = 1;
  start.started.definition_hash = three()->hash;
  start.started.inputs.bytes = kInputs;
  return *workflow::decide(state, start, workflow::Now{from_millis(1'700'000'000'000)}, effects);
}

events::Chunk chunk_of_three() {
  workflow::State state(kId, three());
  workflow::Effects effects;
  events::Chunk chunk;
  chunk.execution_id = kId;
  chunk.time = from_millis(1'700'000'000'000);
  chunk.principal = {"ada", "default"};
  chunk.events = run_three(state, effects);
  return chunk;
}

void decide_three(benchmark::State& loop) {
  for (auto _ : loop) {
    workflow::State state(kId, three());
    workflow::Effects effects;
    benchmark::DoNotOptimize(run_three(state, effects));
  }
}
BENCHMARK(decide_three);

void apply_three(benchmark::State& loop) {
  const auto chunk = chunk_of_three();
  for (auto _ : loop) {
    workflow::State state(kId, three());
    for (const auto& event : chunk.events) benchmark::DoNotOptimize(workflow::apply(state, event, chunk.time));
  }
  loop.SetItemsProcessed(loop.iterations() * static_cast<std::int64_t>(chunk.events.size()));
}
BENCHMARK(apply_three);

void encode_and_chain_three(benchmark::State& loop) {
  const auto chunk = chunk_of_three();
  for (auto _ : loop) {
    auto head = events::genesis(kId);
    benchmark::DoNotOptimize(events::encode(chunk, head));
  }
  loop.SetItemsProcessed(loop.iterations() * static_cast<std::int64_t>(chunk.events.size()));
}
BENCHMARK(encode_and_chain_three);

void rows_of_three(benchmark::State& loop) {
  const auto chunk = chunk_of_three();
  for (auto _ : loop) {
    projections::ExecutionView view(kId);
    view.fold(chunk);
    storage::RowBatch rows;
    std::vector<storage::CounterDelta> counters;
    view.write_rows(projections::ExecutionView::Written{}, rows, counters);
    benchmark::DoNotOptimize(rows);
  }
}
BENCHMARK(rows_of_three);

}  // namespace
