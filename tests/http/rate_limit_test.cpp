// Token buckets by caller and class, and the bound on how many callers are remembered.
#include "http/rate_limit.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise::http;
using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(rate_limit)

namespace {
const RateLimiter::Clock::time_point kStart{1000s};
}

BOOST_AUTO_TEST_CASE(a_minute_holds_as_many_as_the_limit) {
  RateLimiter limiter({10, 60, 30, 5});
  for (int i = 0; i < 10; ++i) BOOST_TEST(limiter.take("ada", RateClass::execute, kStart) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart) == 6u);
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart + 5s) == 1u);
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart + 6s) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart + 6s) == 6u);
}

BOOST_AUTO_TEST_CASE(a_bucket_fills_up_and_no_further) {
  RateLimiter limiter({10, 60, 30, 5});
  for (int i = 0; i < 5; ++i) BOOST_TEST(limiter.take("ada", RateClass::download, kStart) == 0u);
  for (int i = 0; i < 5; ++i) BOOST_TEST(limiter.take("ada", RateClass::download, kStart + 24h) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::download, kStart + 24h) == 12u);
}

BOOST_AUTO_TEST_CASE(classes_and_callers_do_not_share) {
  RateLimiter limiter({1, 1, 1, 1});
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::read, kStart) == 0u);
  BOOST_TEST(limiter.take("bob", RateClass::execute, kStart) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::execute, kStart) == 60u);
}

BOOST_AUTO_TEST_CASE(no_class_and_no_limit_are_free) {
  RateLimiter limiter({0, 1, 1, 1});
  for (int i = 0; i < 100; ++i) {
    BOOST_TEST(limiter.take("ada", RateClass::none, kStart) == 0u);
    BOOST_TEST(limiter.take("ada", RateClass::execute, kStart) == 0u);
  }
}

BOOST_AUTO_TEST_CASE(callers_are_bounded_and_the_idle_longest_goes) {
  RateLimiter limiter({1, 1, 1, 1}, 3);
  for (const char* caller : {"a", "b", "c"}) BOOST_TEST(limiter.take(caller, RateClass::read, kStart) == 0u);
  BOOST_TEST(limiter.take("a", RateClass::read, kStart) > 0u);  // now b is the idle longest
  BOOST_TEST(limiter.take("d", RateClass::read, kStart) == 0u);
  BOOST_TEST(limiter.callers() == 3u);
  BOOST_TEST(limiter.take("a", RateClass::read, kStart) > 0u);
  BOOST_TEST(limiter.take("b", RateClass::read, kStart) == 0u);
  for (int i = 0; i < 1000; ++i) limiter.take(std::to_string(i), RateClass::read, kStart);
  BOOST_TEST(limiter.callers() == 3u);
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_gives_nothing) {
  RateLimiter limiter({1, 1, 1, 1});
  BOOST_TEST(limiter.take("ada", RateClass::read, kStart) == 0u);
  BOOST_TEST(limiter.take("ada", RateClass::read, kStart - 10s) > 0u);
}

BOOST_AUTO_TEST_SUITE_END()
