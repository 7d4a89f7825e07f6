#include "actors/queue_entry.hpp"

#include <boost/test/unit_test.hpp>

#include "actors/task_window.hpp"

using namespace reprise;
using namespace reprise::actors;

BOOST_AUTO_TEST_SUITE(queue_rows)

BOOST_AUTO_TEST_CASE(round_trip_and_damage) {
  QueueEntry entry;
  entry.key = {queue_name("default", "mail"), from_millis(123456), uuid_v4(5, 6), 9};
  entry.attempt = 300;
  entry.delivery = 2;
  entry.timeout = Duration(300'000);
  entry.deadline = from_millis(1'700'000'000'000);
  entry.workflow_id = "w";
  entry.action = "acme.work";
  entry.ref = "r";
  entry.args = R"({"n":1})";
  const auto key = storage::queue_key(entry.key), value = queue_row_value(entry);
  const auto back = parse_queue_row(key, value);
  BOOST_REQUIRE(back);
  BOOST_TEST(back->key.queue == entry.key.queue);
  BOOST_TEST(back->key.task == 9u);
  BOOST_TEST(back->attempt == 300u);
  BOOST_TEST((back->deadline == entry.deadline));
  BOOST_TEST(back->args == entry.args);
  for (std::size_t n = 0; n < value.size(); ++n) BOOST_TEST(!parse_queue_row(key, value.substr(0, n)));
  BOOST_TEST(!parse_queue_row(key, value + "x"));
}

BOOST_AUTO_TEST_CASE(an_iteration_has_its_item) {
  QueueEntry entry;
  entry.key = {queue_name("default", "mail"), from_millis(123456), uuid_v4(5, 6), 9};
  entry.ref = "r";
  entry.args = "{}";
  const auto key = storage::queue_key(entry.key), without = queue_row_value(entry);
  entry.item = R"({"x":[1,2]})";
  const auto value = queue_row_value(entry);
  const auto back = parse_queue_row(key, value);
  BOOST_REQUIRE(back);
  BOOST_TEST(back->item == entry.item);
  BOOST_TEST(parse_queue_row(key, without)->item.empty());
  for (std::size_t n = without.size() + 1; n < value.size(); ++n) BOOST_TEST(!parse_queue_row(key, value.substr(0, n)));
}

BOOST_AUTO_TEST_CASE(patterns_of_actions) {
  BOOST_TEST(matches({}, "acme.work"));
  BOOST_TEST(matches({"acme.work"}, "acme.work"));
  BOOST_TEST(matches({"x", "acme.*"}, "acme.work"));
  BOOST_TEST(!matches({"acme.work"}, "acme.worker"));
  BOOST_TEST(!matches({"acme.*"}, "acm"));
}

BOOST_AUTO_TEST_SUITE_END()
