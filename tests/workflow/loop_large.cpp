// Loops of many iterations: what a turn makes is bounded, and does not grow with the loop. Counted, not timed.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>

#include "decide_run.hpp"
#include "events/record.hpp"
#include "workflow/loop.hpp"

using namespace reprise;
using namespace reprise::workflow;
using namespace reprise::workflow::test;

namespace {

constexpr std::uint32_t kMany = 100'000;
constexpr std::size_t kTurn = 10'000 + 64;  // events of a turn that goes on later
const Time kNow = from_millis(1'700'000'000'000);

// A run without Run's checks, which would take quadratic time; a twin is folded from the events and compared at the
// end.
struct Bare {
  explicit Bare(const std::string& text) : plan(compile(text)), state(Uuid{}, plan), twin(Uuid{}, plan) {}

  std::vector<events::Event> act(const Command& command) {
    auto events = decide(state, command, Now{kNow}, effects);
    BOOST_REQUIRE_MESSAGE(events, events.error().detail);
    for (const auto& event : *events) {
      auto applied = apply(twin, event, kNow);
      BOOST_REQUIRE_MESSAGE(applied, applied.error().detail);
    }
    most = std::max(most, events->size());
    ++turns;
    return std::move(*events);
  }
  void start(const std::string& inputs) {
    events::ExecutionStarted started;
    started.inputs.bytes = inputs;
    act(Start{started});
  }
  void compare() const {
    std::string one, other;
    state.append_canonical(one);
    twin.append_canonical(other);
    BOOST_TEST((one == other));
  }

  std::shared_ptr<const Plan> plan;
  State state, twin;
  Effects effects;
  std::size_t most = 0, turns = 0;
};

std::string numbers(std::uint32_t count) {
  std::string list = "[0";
  for (std::uint32_t i = 1; i < count; ++i) list += "," + std::to_string(i);
  return list + "]";
}

// Fires what the last turn armed until the run has ended.
void run_timers(Bare& run) {
  while (!final(run.state.status)) {
    BOOST_REQUIRE(run.turns < 1'000);
    const auto owed = outstanding(run.state).arm;
    const auto timer =
        std::find_if(owed.begin(), owed.end(), [](const auto& t) { return t.id.kind == TimerKind::delay; });
    BOOST_REQUIRE(timer != owed.end());
    BOOST_REQUIRE(timer->due <= kNow);
    run.act(TimerFired{TimerKind::delay, ref_of(*run.plan, timer->id.task), timer->id.attempt, 0});
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(loop_large)

BOOST_AUTO_TEST_CASE(inline_iterations_are_spread_over_turns) {
  Bare run(definition(R"({"ref":"a","action":"core.transform.reshape","args":{"value":"${{ var.x + 1 }}"},)"
                      R"("for_each":"${{ for var.x in TRIGGER.l }}"})",
                      R"("returns":"${{ FN.length(ACTIONS.a.result) }}")"));
  run.start(R"({"l":)" + numbers(kMany) + "}");
  run_timers(run);
  BOOST_TEST((run.state.status == Status::completed));
  BOOST_TEST(run.state.result.bytes == std::to_string(kMany));
  BOOST_TEST(run.most <= kTurn);
  BOOST_TEST(run.turns == 3 * kMany / 10'000 + 1);
  BOOST_TEST(run.state.tasks[0].loop->iterations.empty());
  BOOST_TEST(run.state.tasks[0].loop->results.size() == 0u);
  run.compare();
}

BOOST_AUTO_TEST_CASE(a_loop_between_two_turns_is_paused_resumed_and_cancelled) {
  const std::string text = definition(R"({"ref":"a","action":"core.transform.reshape","args":{"value":"${{ var.x }}"},)"
                                      R"("for_each":"${{ for var.x in TRIGGER.l }}"})",
                                      R"("returns":"${{ FN.length(ACTIONS.a.result) }}")");
  const std::string inputs = R"({"l":)" + numbers(4'000) + "}";
  Run run(text);
  run.start(inputs);
  const std::uint32_t at = run.task("a").loop->next - 1;
  const std::string ref = "a[" + std::to_string(at) + "]";
  BOOST_TEST(run.status(ref) == "delayed");
  BOOST_TEST(run.act(Pause{}) == "paused");
  BOOST_TEST(run.fire_next() == "elapsed " + ref + " 1");
  BOOST_TEST(run.act(Resume{}).starts_with("resumed; schedule " + ref + " 1; start " + ref));
  BOOST_TEST(run.status() == "completed");
  BOOST_TEST(run.state.result.bytes == "4000");
  Run other(text);
  other.start(inputs);
  BOOST_TEST(other.act(Cancel{}) == "cancelled; cancel " + ref + " 1; cancel a 1");
}

BOOST_AUTO_TEST_CASE(items_that_are_too_large_fail_the_action) {
  Bare run(definition(R"({"ref":"a","action":"core.noop","for_each":["${{ for var.x in TRIGGER.l }}",)"
                      R"("${{ for var.y in TRIGGER.l }}"]})"));
  const std::string large = '"' + std::string(1u << 20, 'x') + '"';
  std::string list = large;
  for (int i = 1; i < 40; ++i) list += "," + large;
  run.start(R"({"l":[)" + list + "]}");
  BOOST_TEST(run.state.error_message == "for_each: a loop may run through 67108864 bytes of values, not more");
}

BOOST_AUTO_TEST_CASE(damaged_items_are_refused) {
  const auto plan = compile(
      definition(R"({"ref":"a","action":"x","for_each":["${{ for var.x in [1] }}","${{ for var.y in [1] }}"]})"));
  const auto& variables = plan->tasks[0].for_each;
  const std::string good = R"({"x":[1,"a,]\"}"],"y":[{"k":[1]},[]]})";
  const auto items = LoopItems::read(good, variables, 2);
  BOOST_TEST_REQUIRE(items.has_value());
  BOOST_TEST(items->value(0, 1) == R"("a,]\"}")");
  BOOST_TEST(items->value(1, 0) == R"({"k":[1]})");
  BOOST_TEST(items->item(variables, 1) == R"({"x":"a,]\"}","y":[]})");
  for (std::size_t n = 0; n < good.size(); ++n) BOOST_TEST(!LoopItems::read(good.substr(0, n), variables, 2));
  for (const std::uint32_t wrong : {0u, 1u, 3u, 500'000u}) BOOST_TEST(!LoopItems::read(good, variables, wrong));
  for (const char* bad :
       {R"({"y":[1],"x":[1]})", R"({"x":[1]})", R"({"x":[],"y":[1]})", R"({"x":[1],"y":[1]}})", "[]"}) {
    BOOST_TEST(!LoopItems::read(bad, variables, 1), bad);
  }
}

BOOST_AUTO_TEST_CASE(worker_iterations_are_bounded_in_flight_and_in_turns) {
  Bare run(definition(R"({"ref":"a","action":"acme.do","args":{"v":"${{ var.x }}","k":"${{ TRIGGER.k }}"},)"
                      R"("for_each":"${{ for var.x in FN.range(0, 100000) }}"})",
                      R"("returns":"${{ FN.length(ACTIONS.a.result) }}")"));
  run.start(R"({"k":1})");
  std::size_t most_open = 0;
  run.most = 0;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    most_open = std::max(most_open, run.state.tasks[0].loop->iterations.size());
    run.act(Complete{"a[" + std::to_string(i) + "]", 1, 1, Json{"1"}, {}});
  }
  BOOST_TEST(most_open == kMostInFlight);
  BOOST_TEST(run.most <= kMostInFlight / 4 + 3u);
  BOOST_TEST(run.state.result.bytes == std::to_string(kMany));
  run.compare();
}

BOOST_AUTO_TEST_CASE(more_than_half_a_million_are_refused) {
  Bare run(definition(R"({"ref":"a","action":"core.noop","for_each":"${{ for var.x in TRIGGER.l }}"})"));
  run.start(R"({"l":)" + numbers(kMostIterations + 1) + "}");
  BOOST_TEST((run.state.status == Status::failed));
  BOOST_TEST(run.state.error_message == "for_each: a loop may have 500000 iterations, not 500001");
}

BOOST_AUTO_TEST_CASE(results_that_are_too_large_fail_the_loop) {
  Bare run(definition(R"({"ref":"a","action":"acme.do","for_each":"${{ for var.x in FN.range(0, 100) }}"})"));
  run.start("{}");
  const std::string large = '"' + std::string(1u << 20, 'x') + '"';
  for (std::uint32_t i = 0; i < 64 && !final(run.state.status); ++i) {
    run.act(Complete{"a[" + std::to_string(i) + "]", 1, 1, Json{large}, {}});
  }
  BOOST_TEST((run.state.status == Status::failed));
  BOOST_TEST(run.state.error_type == "ResultTooLarge");
  run.compare();
}

BOOST_AUTO_TEST_CASE(large_values_end_a_turn_before_many_events_do) {
  Bare run(definition(R"({"ref":"a","action":"core.transform.reshape","args":{"value":"${{ TRIGGER.s }}"},)"
                      R"("for_each":"${{ for var.x in FN.range(0, 40) }}"})",
                      R"("returns":"${{ 1 }}")"));
  run.start(R"({"s":")" + std::string(1u << 20, 'x') + "\"}");
  BOOST_TEST(run.state.tasks[0].loop->next <= 6u);
  run_timers(run);
  BOOST_TEST((run.state.status == Status::completed));
}

BOOST_AUTO_TEST_CASE(the_most_loops_there_may_be) {
  const auto all = [](const std::string& action) {
    std::string actions;
    for (std::size_t i = 0; i < kMaxActions; ++i) {
      actions += (i == 0 ? R"({"ref":"a)" : R"(,{"ref":"a)") + std::to_string(i) + R"(",)" + action +
                 R"(,"for_each":"${{ for var.x in TRIGGER.l }}"})";
    }
    return definition(actions, R"("returns":"${{ 1 }}")");
  };
  // Of workers: each loop has one iteration open, so that a cancel can take them all back at once.
  Bare workers(all(R"("action":"acme.do")"));
  workers.start(R"({"l":[1,2,3]})");
  BOOST_TEST(workers.most <= events::kMaxChunkEvents);
  for (int i = 0; i < 10 && workers.most > 0; ++i) {
    const auto owed = outstanding(workers.state).arm;
    for (const auto& timer : owed) {
      if (timer.id.kind != TimerKind::delay) continue;
      workers.act(TimerFired{TimerKind::delay, ref_of(*workers.plan, timer.id.task), timer.id.attempt, 0});
    }
  }
  BOOST_TEST(outstanding(workers.state).offer.size() == kMaxActions);
  workers.act(Pause{});
  BOOST_TEST(workers.act(Resume{}).size() == kMaxActions + 1);
  BOOST_TEST(workers.act(Cancel{}).size() == 2 * kMaxActions + 1);
  workers.compare();
  // Inline, each failing and waiting for a retry; all retried by one resume, all cancelled by one failure.
  Bare failing(all(R"("action":"core.fail","retry_policy":{"max_attempts":0})"));
  failing.start(R"({"l":[1,2,3]})");
  failing.act(Pause{});
  for (const auto& timer : outstanding(failing.state).arm) {
    if (timer.id.kind != TimerKind::delay) continue;
    failing.act(TimerFired{TimerKind::delay, ref_of(*failing.plan, timer.id.task), timer.id.attempt, 0});
  }
  failing.act(Resume{});
  BOOST_TEST(failing.most <= events::kMaxChunkEvents);
  failing.compare();
}

BOOST_AUTO_TEST_SUITE_END()
