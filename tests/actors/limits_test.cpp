// How many schedules and subscriptions there may be: what is deleted does not count.
#include "actors/schedules.hpp"
#include "actors/subscriptions.hpp"
#include "tests/actors/small_engine.hpp"

using namespace reprise;
using namespace reprise::testing;
using actors::Ticket;

namespace {

class Limited {
 public:
  Limited() { world_.put_workflow("tick", R"({"actions":[{"ref":"a","action":"core.noop"}]})"); }
  virtual ~Limited() = default;

  errc put(int number) {
    return world_.answer_of([&](Ticket ticket) { put(number, ticket); }).error.code;
  }
  errc remove(int number) {
    return world_.answer_of([&](Ticket ticket) { remove(number, ticket); }).error.code;
  }
  // Many at a time: all of them are on their way to the store at once.
  template <class Ask>
  int succeeded(int from, int to, Ask ask) {
    std::vector<std::uint64_t> questions;
    for (int i = from; i < to; ++i) questions.push_back(world_.put_question([&](Ticket ticket) { ask(i, ticket); }));
    world_.run();
    int count = 0;
    for (const auto question : questions) count += world_.answer_to(question).error.code == errc::ok ? 1 : 0;
    return count;
  }
  int put_all(int from, int to) {
    return succeeded(from, to, [this](int i, Ticket ticket) { put(i, ticket); });
  }
  int remove_all(int from, int to) {
    return succeeded(from, to, [this](int i, Ticket ticket) { remove(i, ticket); });
  }

 protected:
  virtual void put(int number, Ticket ticket) = 0;
  virtual void remove(int number, Ticket ticket) = 0;

  SmallEngine world_;
};

class SomeSchedules final : public Limited {
 public:
  using Limited::put, Limited::remove;

 private:
  void put(int number, Ticket ticket) override {
    actors::PutScheduleRequest request;
    request.name = "s" + std::to_string(number);
    request.workflow_id = "tick";
    request.every = "1d";
    request.principal = kSomebody;
    world_.gateway().put_schedule(std::move(request), ticket);
  }
  void remove(int number, Ticket ticket) override {
    world_.gateway().steer_schedule({"s" + std::to_string(number), actors::ScheduleCommand::remove, "", kSomebody, ""},
                                    ticket);
  }
};

class SomeSubscriptions final : public Limited {
 public:
  using Limited::put, Limited::remove;

 private:
  void put(int number, Ticket ticket) override {
    actors::PutSubscriptionRequest request;
    request.name = "s" + std::to_string(number);
    request.url = "https://receiver.example/hook";
    request.types.bytes = R"(["reprise.execution.*"])";
    request.principal = kSomebody;
    world_.gateway().put_subscription(std::move(request), ticket);
  }
  void remove(int number, Ticket ticket) override {
    actors::SubscriptionRequest request;
    request.name = "s" + std::to_string(number);
    request.what = actors::SubscriptionCommand::remove;
    request.principal = kSomebody;
    world_.gateway().steer_subscription(std::move(request), ticket);
  }
};

void check_limit(Limited&& these, int most) {
  // As many as there may be have come and gone, and then as many are there under other names.
  for (int i = 2 * most; i < 3 * most; i += 2'500) {
    BOOST_TEST(these.put_all(i, i + 2'500) == 2'500);
    BOOST_TEST(these.remove_all(i, i + 2'500) == 2'500);
  }
  BOOST_TEST(these.put_all(0, most) == most);
  BOOST_TEST((these.put(most) == errc::busy));
  BOOST_TEST((these.put(0) == errc::ok));  // is there
  // One that goes makes room for one, a name of before or a new one.
  for (const auto& [gone, comes] : {std::pair(7, most), std::pair(8, 7)}) {
    BOOST_TEST((these.remove(gone) == errc::ok));
    BOOST_TEST((these.remove(gone) == errc::not_found));
    BOOST_TEST((these.put(comes) == errc::ok));
    BOOST_TEST((these.put(gone) == errc::busy));
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(of_schedules) { check_limit(SomeSchedules(), actors::kMostSchedules); }

BOOST_AUTO_TEST_CASE(of_subscriptions) { check_limit(SomeSubscriptions(), actors::kMostSubscriptions); }

BOOST_AUTO_TEST_SUITE_END()
