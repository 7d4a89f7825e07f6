// The deterministic simulation: random workflows, workers, crashes and disk faults from a seed.
//   REPRISE_SIM_SEEDS=2000   how many seeds; REPRISE_SIM_FIRST=1 the first of them
//   REPRISE_SIM_SEED=17      that seed alone: how a failure is looked at
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <exception>
#include <string>

#include "tests/actors/simulation_world.hpp"

namespace {

std::uint64_t setting(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void live_through(reprise::testing::Weather weather, std::uint64_t seeds) {
  std::uint64_t first = setting("REPRISE_SIM_FIRST", 1), last = first + setting("REPRISE_SIM_SEEDS", seeds);
  if (const auto one = setting("REPRISE_SIM_SEED", 0)) {
    first = one;
    last = one + 1;
  }
  int failures = 0;
  for (auto seed = first; seed < last && failures < 5; ++seed) {
    try {
      reprise::testing::World world(seed, weather);
      world.live(40);
      world.settle();
      world.check();
    } catch (const std::exception& problem) {
      ++failures;
      BOOST_ERROR("seed " << seed << ": " << problem.what() << "\n  again: REPRISE_SIM_SEED=" << seed
                          << " build/release/tests/actors/test_simulation");
    }
  }
  BOOST_TEST(failures == 0);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_promise_is_kept_whatever_happens) { live_through(reprise::testing::Weather::mixed, 300); }

BOOST_AUTO_TEST_CASE(every_promise_is_kept_while_writes_fail) { live_through(reprise::testing::Weather::stormy, 60); }
