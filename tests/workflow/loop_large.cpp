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
