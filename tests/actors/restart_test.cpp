// What a server finds when it starts: much that is to be done again, and rows that cannot be read.
#include <boost/test/unit_test.hpp>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "actors/outbox_entry.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"
#include "tests/actors/store_on_disk.hpp"

using namespace reprise;
using namespace reprise::testing;
using std::chrono::seconds;
using storage::Family;

namespace {

const events::Principal kSomebody{"ada", "default"};

class House : public actors::ReplySink, public actors::HttpCaller {
 public:
  House() { open_store(); }
  ~House() override { close(); }

  void open_store() { store = store_on(disk); }
  void open_engine(std::size_t max_live = 20'000) {
    actors::EngineOptions options;
    options.store = store.get();
    options.http = this;
    options.deterministic = true;
    options.max_live = max_live;
    options.warn = [this](const std::string& sentence) { warnings.push_back(sentence); };
    options.clock = [this] {
      if (++looks_ > 1'000'000) throw std::runtime_error("somebody looks at the clock without end");
      return now_;
    };
    engine = std::move(*actors::Engine::start(options));
  }
  void close() {
    engine.reset();
    calls.clear();
    store.reset();
  }
  void run() {
    looks_ = 0;
    engine->tick();
    engine->run();
  }
  void pass(Duration time) {
    now_ += time;
    run();
  }
  Time now() const { return now_; }
  actors::EngineNumbers numbers() { return engine->gateway().numbers(); }

  void write(const storage::RowBatch& rows) {
    std::string bytes(12, '\0');
    bytes += rows.bytes();
    BOOST_REQUIRE(store->write(bytes, rows.rows()).has_value());
  }
  std::size_t rows(Family family) const {
    std::size_t n = 0;
    auto cursor = store->cursor(family);
    for (cursor.seek({}); cursor.valid(); cursor.next()) ++n;
    return n;
  }
  // Damages the tables of a family; gives what makes them good again.
  std::function<void()> damage(const std::string& family) {
    std::map<std::string, std::string> whole;
    for (int number = 1; number < 200; ++number) {
      std::string name = std::to_string(1'000'000 + number).substr(1);
      name = "/store/db/" + name + ".sst";
      const auto bytes = disk.read(name);
      if (!bytes || bytes->find(family) == std::string::npos) continue;  // among its properties
      whole[name] = *bytes;
      std::string hurt = *bytes;
      for (std::size_t at = 0; at < 16; ++at) hurt[at] = static_cast<char>(~hurt[at]);
      disk.overwrite(name, hurt);
    }
    BOOST_REQUIRE(!whole.empty());
    return [this, whole] {
      for (const auto& [name, bytes] : whole) disk.overwrite(name, bytes);
    };
  }

  void deliver(std::vector<actors::Delivery>&& batch) noexcept override {
    for (const auto& each : batch) {
      if (each.answer.error.code != errc::ok) ++refused;
    }
  }
  std::uint64_t call(actors::HttpCall, Done done) override {
    calls.emplace(++next_, std::move(done));
    return next_;
  }
  void cancel(std::uint64_t call) override { calls.erase(call); }
  void answer_calls() {
    for (auto& [id, done] : std::exchange(calls, {})) {
      actors::HttpOutcome outcome;
      outcome.ok = true;
      outcome.result.bytes = "{}";
      done(std::move(outcome));
    }
  }

  FaultyEnv disk;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<actors::Engine> engine;
  std::map<std::uint64_t, Done> calls;
  std::vector<std::string> warnings;
  std::size_t refused = 0;

 private:
  Time now_{std::chrono::milliseconds(1'770'000'000'000)};
  std::uint64_t next_ = 0, looks_ = 0;
};

ExecutionId id_of(std::uint64_t number) { return uuid_v7(from_millis(1'760'000'000'000), number, number); }

}  // namespace

BOOST_AUTO_TEST_SUITE(restart)

BOOST_FIXTURE_TEST_CASE(calls_are_made_again_a_portion_at_a_time, House) {
  constexpr std::size_t kRuns = 1'700, kPortion = 500;
  open_engine();
  engine->gateway().put_workflow(
      {"call", false,
       R"({"config":{"timeout":0},"actions":[{"ref":"a","action":"core.http_request","args":{"url":"http://a/","method":"GET"}}]})",
       kSomebody, ""},
      {this, 1});
  run();
  for (std::size_t n = 0; n < kRuns; ++n) {
    actors::StartRequest request;
    request.workflow_id = "call";
    request.principal = kSomebody;
    engine->gateway().start(std::move(request), {this, 2});
  }
  run();
  BOOST_TEST(refused == 0u);
  BOOST_TEST(calls.size() == kRuns);
  close();

  open_store();
  open_engine(100);
  engine->run();
  BOOST_TEST(calls.size() == kPortion);
  for (int i = 0; i < 5; ++i) pass(seconds(1));
  BOOST_TEST(calls.size() == kPortion, "so many are awake that no more are woken");
  BOOST_TEST(numbers().live_executions == kPortion);
  for (int i = 0; i < 100 && numbers().open_executions != 0; ++i) {
    answer_calls();
    BOOST_TEST(numbers().live_executions <= 100 + kPortion);
    pass(seconds(10));
  }
  BOOST_TEST(numbers().open_executions == 0u);
  BOOST_TEST(numbers().ended == kRuns);
}

BOOST_FIXTURE_TEST_CASE(timers_that_cannot_be_read_are_told_of_once_and_read_later, House) {
  constexpr std::size_t kTimers = 50;
  storage::RowBatch timers;
  for (std::uint64_t n = 0; n < kTimers; ++n) {
    timers.put(Family::timers, storage::timer_key({now() + seconds(3'600), id_of(n), 0, 0, 1, 1}), {});
  }
  write(timers);
  close();
  const auto mend = damage("timers");

  open_store();
  open_engine();
  for (int i = 0; i < 30; ++i) pass(seconds(1));
  BOOST_TEST(numbers().timers_armed == 0u);
  BOOST_REQUIRE(warnings.size() == 1u);
  BOOST_TEST(warnings.front().starts_with("some timers cannot be read"), warnings.front());
  mend();
  for (int i = 0; i < 6; ++i) pass(seconds(1));
  BOOST_TEST(numbers().timers_armed == kTimers);
  BOOST_TEST(warnings.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(messages_that_cannot_be_read_are_told_of_once_and_read_later, House) {
  constexpr std::size_t kMessages = 50;
  storage::RowBatch messages;
  for (std::uint64_t n = 0; n < kMessages; ++n) {
    actors::put_row(messages,
                    actors::outbox_entry(id_of(n), 1, workflow::StopRun{id_of(1'000 + n), false, "test"}, kSomebody));
  }
  write(messages);
  close();
  const auto mend = damage("outbox");

  open_store();
  open_engine();
  for (int i = 0; i < 30; ++i) pass(seconds(1));
  BOOST_REQUIRE(warnings.size() == 1u);
  BOOST_TEST(warnings.front().starts_with("some messages of runs to each other cannot be read"), warnings.front());
  mend();
  for (int i = 0; i < 6; ++i) pass(seconds(1));
  BOOST_TEST(rows(Family::outbox) == 0u, "they are taken");
  BOOST_TEST(warnings.size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
