// Tasks are handed out once, however their rows become known to the queue.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "tests/actors/served_engine.hpp"

using namespace reprise;
using namespace reprise::testing;
using std::chrono::seconds;

namespace {

constexpr const char* kTask = R"({"config":{"timeout":0},"actions":[{"ref":"a","action":"acme.a"}]})";

std::size_t tasks_in(const std::string& body) {
  std::size_t count = 0;
  for (auto at = body.find("task_token"); at != std::string::npos; at = body.find("task_token", at + 1)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(hand_out)

// A row can be read as soon as it is written; that it was written the queue hears a moment later.
BOOST_AUTO_TEST_CASE(a_task_that_can_be_read_before_it_is_offered_is_handed_out_once) {
  Served served;
  served.put_workflow(kTask);
  auto& gateway = served.engine->gateway();
  std::promise<void> held, go;
  BOOST_REQUIRE(gateway.store_rows({}, [&](bool) {
    held.set_value();
    go.get_future().wait();
  }));
  held.get_future().wait();
  const auto run = served.start(Duration(0));
  while (gateway.journal().waiting() == 0) std::this_thread::sleep_for(Duration(1));
  // Of the same batch: it is durable, and nobody has been told of it yet.
  std::size_t handed_out = 0;
  std::promise<void> looked;
  BOOST_REQUIRE(gateway.store_rows({}, [&](bool) {
    const auto poll = served.poll(seconds(1));
    handed_out += served.is_answered(poll, seconds(60)) ? tasks_in(served.heard(poll, seconds(0)).body) : 0;
    looked.set_value();
  }));
  go.set_value();
  looked.get_future().wait();
  BOOST_REQUIRE(served.is_answered(run, seconds(60)));
  for (const auto wait : {seconds(handed_out == 0 ? 30 : 2), seconds(2)}) {
    handed_out += tasks_in(served.heard(served.poll(wait), seconds(60)).body);
  }
  BOOST_TEST(handed_out == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
