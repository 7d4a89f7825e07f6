// An engine in one thread on a disk in memory, for tests that ask it a few things.
#pragma once

#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "storage/store.hpp"
#include "tests/actors/store_on_disk.hpp"

namespace reprise::testing {

inline const events::Principal kSomebody{"ada", "default"};

class SmallEngine final : public actors::ReplySink {
 public:
  SmallEngine() { open(); }
  ~SmallEngine() override {
    engine_.reset();
    store_.reset();
  }

  void restart() {
    engine_.reset();
    store_.reset();
    open();
  }
  actors::Gateway& gateway() { return engine_->gateway(); }
  void run() { engine_->run(); }

  // What `ask` does with the ticket is answered by answer_to() after run().
  template <class Ask>
  std::uint64_t put_question(Ask ask) {
    ask(actors::Ticket{this, ++tickets_});
    return tickets_;
  }
  actors::Answer answer_to(std::uint64_t question) {
    const auto found = answers_.find(question);
    BOOST_REQUIRE_MESSAGE(found != answers_.end(), "no answer");
    auto answer = std::move(found->second);
    answers_.erase(found);
    return answer;
  }
  template <class Ask>
  actors::Answer answer_of(Ask ask) {
    const auto question = put_question(std::move(ask));
    run();
    return answer_to(question);
  }

  void put_workflow(const std::string& id, const std::string& source) {
    const auto answer = answer_of([&](actors::Ticket ticket) {
      gateway().put_workflow({id, false, source, kSomebody, ""}, ticket);
    });
    BOOST_REQUIRE_MESSAGE(answer.error.code == errc::ok, answer.error.detail);
  }

  void deliver(std::vector<actors::Delivery>&& batch) noexcept override {
    for (auto& delivery : batch) answers_[delivery.ticket] = std::move(delivery.answer);
  }

  FaultyEnv disk;

 private:
  void open() {
    store_ = store_on(disk);
    actors::EngineOptions of;
    of.store = store_.get();
    of.deterministic = true;
    engine_ = std::move(*actors::Engine::start(of));
    run();
  }

  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<actors::Engine> engine_;
  std::unordered_map<std::uint64_t, actors::Answer> answers_;
  std::uint64_t tickets_ = 0;
};

}  // namespace reprise::testing
