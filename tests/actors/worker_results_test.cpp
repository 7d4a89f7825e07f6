// Results and heartbeats of workers in the deterministic engine, for executions of which one cannot be read.
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "events/json.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"
#include "tests/actors/store_on_disk.hpp"

using namespace reprise;
using namespace reprise::testing;

namespace {

const events::Principal kSomebody{"", "default"};

class Workshop final : public actors::ReplySink {
 public:
  Workshop() { open(); }
  ~Workshop() override { close(); }

  void open() {
    store = store_on(disk_);
    actors::EngineOptions of;
    of.store = store.get();
    of.deterministic = true;
    of.clock = [] { return from_millis(1'770'000'000'123); };
    of.random = [this] { return random_(); };
    engine = std::move(*actors::Engine::start(of));
  }
  void close() {
    engine.reset();
    store.reset();
  }
  // Writes to the store while no engine knows.
  void alter(const storage::RowBatch& rows) {
    engine.reset();
    std::string bytes(12, '\0');
    bytes += rows.bytes();
    BOOST_REQUIRE(store->write(bytes, rows.rows()));
    store.reset();
    open();
  }

  template <class Ask>
  actors::Answer ask(Ask ask) {
    answer_.reset();
    ask(engine->gateway(), actors::Ticket{this, 1});
    for (int i = 0; i < 5 && !answer_; ++i) {
      engine->tick();
      engine->run();
    }
    BOOST_REQUIRE(answer_);
    return std::move(*answer_);
  }
  std::vector<std::string> poll(std::uint32_t max) {
    const auto answer = ask([&](actors::Gateway& gateway, actors::Ticket ticket) {
      actors::PollRequest request;
      request.max = max;
      request.principal = kSomebody;
      gateway.poll(std::move(request), ticket);
    });
    std::vector<std::string> tokens;
    const auto body = parse_json(answer.body);
    for (const auto& task : find(body->root(), "tasks")->GetArray())
      tokens.emplace_back(text_of(*find(task, "task_token")));
    return tokens;
  }
  void deliver(std::vector<actors::Delivery>&& batch) noexcept override {
    for (auto& delivery : batch) answer_ = std::move(delivery.answer);
  }

  std::unique_ptr<storage::Store> store;
  std::unique_ptr<actors::Engine> engine;

 private:
  FaultyEnv disk_;
  std::mt19937_64 random_{1};
  std::optional<actors::Answer> answer_;
};

std::vector<std::string> said(const actors::Answer& answer, std::string_view list, std::string_view verdict) {
  BOOST_REQUIRE_MESSAGE(answer.error.code == errc::ok, answer.error.detail);
  std::vector<std::string> out;
  const auto body = parse_json(answer.body);
  for (const auto& entry : find(body->root(), list)->GetArray()) out.emplace_back(text_of(*find(entry, verdict)));
  return out;
}

using Words = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(worker_results)

BOOST_AUTO_TEST_CASE(of_a_damaged_execution_fail_no_others) {
  Workshop shop;
  BOOST_REQUIRE(shop.ask([](actors::Gateway& gateway, actors::Ticket ticket) {
                      gateway.put_workflow(
                          {"w", false, R"({"actions":[{"ref":"a","action":"acme.do"}]})", kSomebody, ""}, ticket);
                    })
                    .error.code == errc::ok);
  std::vector<ExecutionId> runs;
  runs.reserve(4);
  for (int i = 0; i < 4; ++i) {
    runs.push_back(shop.ask([](actors::Gateway& gateway, actors::Ticket ticket) {
                         actors::StartRequest request;
                         request.workflow_id = "w";
                         request.principal = kSomebody;
                         gateway.start(std::move(request), ticket);
                       })
                       .id);
  }
  const Words tokens = shop.poll(4);  // in the order of the starts
  BOOST_REQUIRE(tokens.size() == 4u);
  shop.close();
  shop.open();
  const std::string key = storage::chunk_key(runs[1], 1);
  storage::RowBatch whole, damaged;
  whole.put(storage::Family::chunks, key, *shop.store->get(storage::Family::chunks, key));
  damaged.put(storage::Family::chunks, key, "no chunk");
  shop.alter(damaged);

  const auto beat = shop.ask([&](actors::Gateway& gateway, actors::Ticket ticket) {
    actors::HeartbeatRequest request;
    for (const auto& token : tokens) request.leases.push_back({token, Duration(60'000), {}, -1});
    request.principal = kSomebody;
    gateway.heartbeat(std::move(request), ticket);
  });
  BOOST_TEST(said(beat, "leases", "state") == (Words{"extended", "unknown", "extended", "extended"}),
             boost::test_tools::per_element());
  BOOST_TEST(beat.damage.starts_with("execution " + to_string(runs[1]) + ": "), beat.damage);

  const auto result_of = [&](std::size_t at) {
    actors::TaskResult result;
    result.task_token = tokens[at];
    return result;
  };
  const auto complete = [&](const std::vector<std::size_t>& which) {
    return shop.ask([&](actors::Gateway& gateway, actors::Ticket ticket) {
      actors::CompleteRequest request;
      for (const std::size_t at : which) request.results.push_back(result_of(at));
      request.principal = kSomebody;
      gateway.complete(std::move(request), ticket);
    });
  };
  const auto done = complete({0, 1, 2});
  BOOST_TEST(said(done, "outcomes", "outcome") == (Words{"accepted", "unknown", "accepted"}),
             boost::test_tools::per_element());
  BOOST_TEST(done.damage.starts_with("execution " + to_string(runs[1]) + ": "), done.damage);

  const auto polled = shop.ask([&](actors::Gateway& gateway, actors::Ticket ticket) {
    actors::PollRequest request;
    request.results.push_back(result_of(1));
    request.results.push_back(result_of(3));
    request.principal = kSomebody;
    gateway.poll(std::move(request), ticket);
  });
  BOOST_TEST(said(polled, "outcomes", "outcome") == (Words{"unknown", "accepted"}), boost::test_tools::per_element());
  BOOST_TEST(polled.damage == done.damage);

  // Nothing of it was given up: with the store mended the same token is good.
  shop.alter(whole);
  const auto late = complete({0, 1});
  BOOST_TEST(said(late, "outcomes", "outcome") == (Words{"duplicate", "accepted"}), boost::test_tools::per_element());
  BOOST_TEST(late.damage == "");
}

BOOST_AUTO_TEST_SUITE_END()
