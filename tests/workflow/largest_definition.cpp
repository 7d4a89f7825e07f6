// The largest definition there may be, in the runs that make the most events at once: no chunk is too large to be read
// back, and none is anywhere near it.
#include <boost/test/unit_test.hpp>
#include <string>

#include "decide_run.hpp"
#include "events/chunk.hpp"
#include "events/record.hpp"

using namespace reprise;
using namespace reprise::workflow;
using namespace reprise::workflow::test;

namespace {

// As many actions as may be, each of that text, with refs of their own; the last one may be another.
std::string largest(const std::string& action, const std::string& last = {}) {
  std::string out;
  for (std::size_t i = 0; i < kMaxActions; ++i) {
    if (i > 0) out += ',';
    out += R"({"ref":"a)" + std::to_string(i) + R"(",)";
    out += (i + 1 == kMaxActions && !last.empty() ? last : action) + "}";
  }
  return definition(out);
}

std::size_t most_events(State& state, const Command& command, Time now) {
  Effects effects;
  const auto events = decide(state, command, Now{now}, effects);
  BOOST_REQUIRE_MESSAGE(events, events.error().detail);
  BOOST_TEST(events->size() <= events::kMaxChunkEvents);
  return events->size();
}

const Time kNow = from_millis(1'700'000'000'000);

}  // namespace

BOOST_AUTO_TEST_SUITE(largest_definition)

BOOST_AUTO_TEST_CASE(every_task_does_all_that_a_turn_lets_it) {
  // Each one logs, succeeds, is taken back by retry_until and delayed, and the last one's failure cancels them all.
  const std::string action =
      R"("action":"core.log","args":{"message":1},"retry_policy":{"max_attempts":0,"retry_until":"${{ False }}"})";
  const auto plan = compile(largest(action, R"("action":"core.fail")"));
  State state(Uuid{}, plan);
  const std::size_t count = most_events(state, Start{}, kNow);
  BOOST_TEST(count == 7 * (kMaxActions - 1) + 3 + 2);
  BOOST_TEST(count <= kMostEventsOfTask * kMaxActions + 2);
  BOOST_TEST((state.status == Status::failed));
}

BOOST_AUTO_TEST_CASE(retries_of_many_tasks) {
  const std::string action = R"("action":"core.fail","retry_policy":{"max_attempts":0})";
  const auto plan = compile(largest(action));
  State state(Uuid{}, plan);
  BOOST_TEST(most_events(state, Start{}, kNow) == 4 * kMaxActions + 1);
  // Every retry is a turn of its own; all of them at once come only with a resume.
  BOOST_TEST(most_events(state, Pause{}, kNow) == 1u);
  Time now = kNow;
  for (std::size_t i = 0; i < kMaxActions; ++i) {
    now = kNow + Duration{1'000};
    BOOST_TEST_REQUIRE(most_events(state, TimerFired{TimerKind::delay, "a" + std::to_string(i), 2, 0}, now) == 1u);
  }
  BOOST_TEST(most_events(state, Resume{}, now) == 4 * kMaxActions + 1);
  BOOST_TEST(most_events(state, Cancel{}, now) == kMaxActions + 1);
  BOOST_TEST((state.status == Status::cancelled_by_user));
}

BOOST_AUTO_TEST_CASE(one_more_is_refused) {
  std::string source = largest(R"("action":"core.noop")");
  source.insert(source.find("{\"ref\":\"a0\""), R"({"ref":"one_more","action":"core.noop"},)");
  const auto compiled = compile_definition(source, DefinitionFormat::json, "w");
  BOOST_TEST(!compiled.plan);
  BOOST_TEST_REQUIRE(compiled.faults.size() == 1u);
  BOOST_TEST(compiled.faults[0].pointer == "/actions");
  BOOST_TEST(compiled.faults[0].message == "more than 5000 actions: 5001");
}

BOOST_AUTO_TEST_SUITE_END()
