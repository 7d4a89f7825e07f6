// Which events of a partition are done: whatever the order of the reports, and over a lost connection.
#include "actors/streams/delivery_window.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <random>
#include <set>
#include <vector>

using reprise::actors::DeliveryWindow;

BOOST_AUTO_TEST_SUITE(delivery_window)

BOOST_AUTO_TEST_CASE(confirmed_moves_over_a_contiguous_prefix_only) {
  DeliveryWindow window(10);
  BOOST_TEST(window.confirmed() == 10u);
  for (std::uint64_t p = 11; p <= 14; ++p) BOOST_TEST(window.send(p));
  window.delivered(12);
  window.delivered(13);
  BOOST_TEST(window.confirmed() == 10u);
  window.delivered(11);
  BOOST_TEST(window.confirmed() == 13u);
  window.delivered(14);
  BOOST_TEST(window.confirmed() == 14u);
}

BOOST_AUTO_TEST_CASE(positions_without_events_are_passed) {
  DeliveryWindow window;
  BOOST_TEST(window.send(5));
  BOOST_TEST(window.confirmed() == 4u);
  window.passed(9);
  BOOST_TEST(window.confirmed() == 4u);
  window.delivered(5);
  BOOST_TEST(window.confirmed() == 9u);
  window.passed(20);
  BOOST_TEST(window.confirmed() == 20u);
}

BOOST_AUTO_TEST_CASE(after_a_rewind_only_what_has_not_arrived_is_sent_again) {
  DeliveryWindow window;
  for (std::uint64_t p = 1; p <= 5; ++p) window.send(p);
  window.delivered(1);
  window.delivered(3);
  window.delivered(5);
  window.rewind();
  BOOST_TEST(window.confirmed() == 1u);
  BOOST_TEST(window.send(2));
  BOOST_TEST(!window.send(3));
  window.rewind();  // lost again before all was read a second time
  BOOST_TEST(window.confirmed() == 1u);
  BOOST_TEST(window.send(2));
  BOOST_TEST(!window.send(3));
  BOOST_TEST(window.send(4));
  BOOST_TEST(!window.send(5));
  BOOST_TEST(window.send(6));
  window.delivered(2);
  BOOST_TEST(window.confirmed() == 3u);
  window.delivered(4);
  BOOST_TEST(window.confirmed() == 5u);
  window.delivered(6);
  BOOST_TEST(window.confirmed() == 6u);
}

BOOST_AUTO_TEST_CASE(reports_of_what_is_not_under_way_change_nothing) {
  DeliveryWindow window(3);
  window.delivered(3);
  window.delivered(9);
  BOOST_TEST(window.confirmed() == 3u);
}

// Against a plain set: events with gaps, reports in any order, rewinds at any time.
BOOST_AUTO_TEST_CASE(random_reports_and_rewinds) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    std::mt19937 random(seed);
    const auto draw = [&](unsigned n) { return static_cast<std::size_t>(random() % n); };
    std::vector<std::uint64_t> events;
    for (std::uint64_t p = 1; events.size() < 60; p += 1 + (draw(4) == 0 ? draw(5) : 0)) events.push_back(p);
    DeliveryWindow window;
    std::set<std::uint64_t> arrived;
    std::vector<std::uint64_t> under_way;
    std::size_t read = 0;
    for (int step = 0; step < 1'000 && arrived.size() < events.size(); ++step) {
      const std::size_t action = draw(20);
      if (action == 0) {
        window.rewind();
        under_way.clear();
        read = static_cast<std::size_t>(std::upper_bound(events.begin(), events.end(), window.confirmed()) -
                                        events.begin());
      } else if (action < 9 && read < events.size()) {
        const std::uint64_t position = events[read++];
        const bool sent = window.send(position);
        BOOST_REQUIRE_EQUAL(sent, arrived.count(position) == 0);
        if (sent) under_way.push_back(position);
      } else if (!under_way.empty()) {
        const std::size_t which = draw(static_cast<unsigned>(under_way.size()));
        const std::uint64_t position = under_way[which];
        under_way.erase(under_way.begin() + static_cast<std::ptrdiff_t>(which));
        arrived.insert(position);
        window.delivered(position);
      }
      for (const std::uint64_t position : events) {
        if (position <= window.confirmed()) BOOST_REQUIRE_EQUAL(arrived.count(position), 1u);
      }
    }
    BOOST_TEST(arrived.size() == events.size());
    for (; read < events.size(); ++read) BOOST_TEST(!window.send(events[read]));  // a rewind came last
    BOOST_TEST(window.confirmed() == events.back());
  }
}

BOOST_AUTO_TEST_SUITE_END()
