// An engine with threads of its own, a clock that can be set, and one client who hears what is answered.
#pragma once

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "projections/execution_view.hpp"
#include "tests/storage/store_rig.hpp"

namespace reprise::testing {

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
    request.workflow_id = "w";
    request.principal = {"ada", "default"};
    request.wait = wait;
    const std::uint64_t ticket = ++tickets;
    engine->gateway().start(std::move(request), {this, ticket});
    return ticket;
  }
  std::uint64_t poll(Duration wait) {
    actors::PollRequest request;
    request.worker_id = "w";
    request.wait = wait;
    request.principal = {"ada", "default"};
    const std::uint64_t ticket = ++tickets;
    engine->gateway().poll(std::move(request), {this, ticket});
    return ticket;
  }
  void put_workflow(const std::string& definition) {
    const std::uint64_t ticket = ++tickets;
    engine->gateway().put_workflow({"w", false, definition, {"ada", "default"}, ""}, {this, ticket});
    const auto answer = heard(ticket, std::chrono::seconds(60));
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
    for (const auto end = std::chrono::steady_clock::now() + patience; std::chrono::steady_clock::now() < end;) {
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
  std::atomic<std::uint64_t> tickets{0};
};

}  // namespace reprise::testing
