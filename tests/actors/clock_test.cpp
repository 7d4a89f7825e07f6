// An engine with threads of its own: what it does when the clock jumps, and with a run that cannot be read.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <mutex>
#include <thread>

#include "storage/keys.hpp"
#include "tests/actors/served_engine.hpp"

using namespace reprise;
using namespace reprise::testing;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kNap =
    R"({"config":{"timeout":0},"actions":[{"ref":"nap","action":"core.noop","start_delay":600}]})";

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_jumps)

BOOST_AUTO_TEST_CASE(a_timer_fires_soon_after_the_clock_has_passed_it) {
  Served served;
  served.put_workflow(kNap);
  const auto run = served.heard(served.start(Duration(0)), seconds(60)).id;
  std::this_thread::sleep_for(Duration(200));
  served.jump(hours(2));
  BOOST_TEST(served.ends(run, seconds(60)));
}

BOOST_AUTO_TEST_CASE(a_poll_ends_though_the_clock_was_set_back) {
  Served served;
  const auto ticket = served.poll(seconds(2));
  std::this_thread::sleep_for(Duration(500));
  served.jump(-hours(2));
  BOOST_TEST(served.is_answered(ticket, seconds(60)));
}

BOOST_AUTO_TEST_CASE(a_wait_ends_though_the_clock_was_set_back) {
  Served served;
  served.put_workflow(kNap);
  const auto begin = steady_clock::now();
  const auto ticket = served.start(seconds(2));
  std::this_thread::sleep_for(Duration(500));
  served.jump(-hours(2));
  BOOST_REQUIRE(served.is_answered(ticket, seconds(60)));
  BOOST_TEST((steady_clock::now() - begin > Duration(1'500)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(unreadable_runs)

BOOST_AUTO_TEST_CASE(a_due_timer_of_a_run_that_cannot_be_read_is_put_off_and_told_once) {
  Served served;
  served.put_workflow(kNap);
  const auto run = served.heard(served.start(Duration(0)), seconds(60)).id;
  served.engine.reset();
  storage::RowBatch rows;
  rows.put(storage::Family::chunks, storage::chunk_key(run, 1), "no chunk");
  BOOST_REQUIRE(write(*served.store, rows).has_value());
  served.jump(hours(1));
  served.open();
  const auto warned = [&] {
    const std::lock_guard guard(served.mutex);
    return served.warnings;
  };
  for (int tries = 0; warned().empty() && tries < 6'000; ++tries) std::this_thread::sleep_for(Duration(10));
  const auto looks = served.looks.load();
  std::this_thread::sleep_for(seconds(7));
  const auto sentences = warned();
  BOOST_REQUIRE(sentences.size() == 1u);
  BOOST_TEST(sentences[0].find(to_string(run)) != std::string::npos, sentences[0]);
  BOOST_TEST(served.looks.load() - looks < 700u);  // most of them the supervisor's
  BOOST_TEST(served.engine->gateway().numbers().timers_armed <= 1u);
}

BOOST_AUTO_TEST_SUITE_END()
