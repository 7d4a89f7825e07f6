#include "actors/audience.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise;
using namespace reprise::actors;

namespace {

struct Timed : Audience {
  Timed() {
    measure_with([this] { return now; });
  }
  Time now = from_millis(1'000);
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audience)

BOOST_AUTO_TEST_CASE(each_wait_is_taken_once) {
  Timed audience;
  const auto id = uuid_v4(1, 1);
  audience.wait(id, {nullptr, 1}, Duration(10));
  audience.wait(id, {nullptr, 2}, Duration(20));
  audience.now += Duration(15);
  const auto late = audience.overdue();
  BOOST_REQUIRE(late.size() == 1u);
  BOOST_TEST(late[0].second.id == 1u);
  const auto ended = audience.ended(id);
  BOOST_REQUIRE(ended.size() == 1u);
  BOOST_TEST(ended[0].id == 2u);
  BOOST_TEST(audience.empty());
  audience.now += Duration(1000);
  BOOST_TEST(audience.overdue().empty());
}

BOOST_AUTO_TEST_CASE(watchers_stay_until_they_leave) {
  Audience audience;
  const auto id = uuid_v4(1, 1);
  audience.watch(id, {nullptr, 7});
  BOOST_TEST(audience.ended(id).empty());
  BOOST_TEST(audience.watchers(id).size() == 1u);
  audience.leave(Ticket{nullptr, 7});
  BOOST_TEST(audience.watchers(id).empty());
  BOOST_TEST(!audience.leave(id, {nullptr, 7}));
}

BOOST_AUTO_TEST_SUITE_END()
