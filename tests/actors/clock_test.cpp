// An engine with threads of its own: what it does when the clock jumps, and with a run that cannot be read.
#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "projections/execution_view.hpp"
#include "storage/keys.hpp"
#include "tests/storage/store_rig.hpp"

using namespace reprise;
using namespace reprise::testing;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kNap =
    R"({"config":{"timeout":0},"actions":[{"ref":"nap","action":"core.noop","start_delay":600}]})";

class Served final : public actors::ReplySink {
 public:
  Served() : store(opened(options_for(folder))) { open(); }
  ~Served() override { engine.reset(); }

  void open() {
    actors::EngineOptions options;
    options.store = store.get();
    options.clock = [this] {
      looks.fetch_add(1);
      return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()) + Duration(ahead.load());
    };
    options.warn = [this](const std::string& sentence) {
      const std::lock_guard guard(mutex);
      warnings.push_back(sentence);
    };
    engine = std::move(*actors::Engine::start(options));
  }
  void jump(Duration by) { ahead.fetch_add(by.count()); }

  std::uint64_t start(Duration wait) {
    actors::StartRequest request;
    request.workflow_id = "nap";
    request.principal = {"ada", "default"};
    request.wait = wait;
    const std::uint64_t ticket = ++tickets;
    engine->gateway().start(std::move(request), {this, ticket});
    return ticket;
  }
  void put_workflow() {
    const std::uint64_t ticket = ++tickets;
    engine->gateway().put_workflow({"nap", false, kNap, {"ada", "default"}, ""}, {this, ticket});
    const auto answer = heard(ticket, seconds(60));
    BOOST_REQUIRE_MESSAGE(answer.error.code == errc::ok, answer.error.detail);
  }
  bool is_answered(std::uint64_t ticket, Duration patience) {
    std::unique_lock lock(mutex);
    return came.wait_for(lock, patience, [&] { return answers.contains(ticket); });
  }
  actors::Answer heard(std::uint64_t ticket, Duration patience) {
    BOOST_REQUIRE(is_answered(ticket, patience));
    const std::lock_guard guard(mutex);
    return answers.at(ticket);
  }
  bool ends(const ExecutionId& id, Duration patience) {
    for (const auto end = steady_clock::now() + patience; steady_clock::now() < end;) {
      const auto row = store->get(storage::Family::status, id.view());
      if (row && projections::is_final_status_row(*row)) return true;
      std::this_thread::sleep_for(Duration(10));
    }
    return false;
  }

  void deliver(std::vector<actors::Delivery>&& batch) noexcept override {
    const std::lock_guard guard(mutex);
    for (auto& delivery : batch) answers[delivery.ticket] = std::move(delivery.answer);
    came.notify_all();
  }

  FreshFolder folder;
  std::unique_ptr<storage::Store> store;
  std::atomic<std::int64_t> ahead{0};
  std::atomic<std::uint64_t> looks{0};
  std::mutex mutex;
  std::condition_variable came;
  std::map<std::uint64_t, actors::Answer> answers;
  std::vector<std::string> warnings;
  std::unique_ptr<actors::Engine> engine;
  std::uint64_t tickets = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(clock_jumps)

BOOST_AUTO_TEST_CASE(a_timer_fires_soon_after_the_clock_has_passed_it) {
  Served served;
  served.put_workflow();
  const auto run = served.heard(served.start(Duration(0)), seconds(60)).id;
  std::this_thread::sleep_for(Duration(200));
  served.jump(hours(2));
  BOOST_TEST(served.ends(run, seconds(60)));
}

BOOST_AUTO_TEST_CASE(a_poll_ends_though_the_clock_was_set_back) {
  Served served;
  actors::PollRequest poll;
  poll.worker_id = "w";
  poll.queues = {"default"};
  poll.wait = seconds(2);
  poll.principal = {"ada", "default"};
  const std::uint64_t ticket = ++served.tickets;
  served.engine->gateway().poll(std::move(poll), {&served, ticket});
  std::this_thread::sleep_for(Duration(500));
  served.jump(-hours(2));
  BOOST_TEST(served.is_answered(ticket, seconds(60)));
}

BOOST_AUTO_TEST_CASE(a_wait_ends_though_the_clock_was_set_back) {
  Served served;
  served.put_workflow();
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
  served.put_workflow();
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
