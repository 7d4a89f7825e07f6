// A whole engine in one thread: CAF's testing scheduler, a virtual clock, a disk in memory that loses power and fails.
// One seed decides everything that happens.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/engine.hpp"
#include "storage/store.hpp"
#include "tests/storage/faulty_env.hpp"

namespace reprise::testing {

// What the outside was told: the simulation's memory of every promise made.
struct Promises {
  struct Run {
    std::string workflow;
    int n = 0;
    std::string key;  // idempotency key; empty: none
  };
  std::map<ExecutionId, Run> started;
  std::map<ExecutionId, std::string> ended;                // status rows that were shown as final
  std::set<ExecutionId> cancelled, terminated;             // the runs that were: of a chain, the one that went on
  std::set<std::string> accepted;                          // task tokens whose result was accepted
  std::set<std::pair<std::string, std::string>> answered;  // interaction and user whose answer was taken
  std::uint64_t refused = 0;
};

// mixed: crashes and disk faults now and then. stormy: single writes fail all the time, and nothing else happens: a
// crash would bring back what the memory of a server has lost.
enum class Weather { mixed, stormy };

class World : public actors::ReplySink, public actors::HttpCaller {
 public:
  explicit World(std::uint64_t seed, Weather weather = Weather::mixed);
  ~World() override;

  void live(int steps);  // random things happen
  void settle();         // no more trouble: everything is brought to its end
  void check();          // every promise was kept; throws std::runtime_error with what was not

  // actors::ReplySink
  void deliver(std::vector<actors::Delivery>&& batch) noexcept override;
  // actors::HttpCaller
  std::uint64_t call(actors::HttpCall call, Done done) override;
  void cancel(std::uint64_t call) override;

 private:
  using Handler = std::function<void(actors::Answer&&)>;
  struct Held {
    std::string token, action, execution;
    std::uint32_t attempt = 0;
    int n = 0;
  };

  void open();
  void crash();
  void run();
  actors::Ticket ticket(Handler handler);
  std::uint64_t pick(std::uint64_t below) { return below == 0 ? 0 : chance_() % below; }
  bool odds(unsigned percent) { return pick(100) < percent; }

  void put_workflows();
  void start();
  void poll();
  void finish_some();
  void finish(std::size_t at, bool fail);
  void heartbeat();
  void answer(std::size_t most);  // some of the questions that wait
  void steer(actors::Steer what);
  void answer_calls();
  void pass_time(Duration most);
  void trouble();
  ExecutionId any_run();
  void look_at_outbox();
  void check_stopped();
  void check_origin(const ExecutionId& id, std::map<std::string, ExecutionId>& wanted);
  void check_child(const ExecutionId& id, const ExecutionId& parent);

  const std::uint64_t seed_;
  const Weather weather_;
  std::mt19937_64 chance_;
  FaultyEnv disk_;
  Time now_{std::chrono::milliseconds(1'700'000'000'000)};
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<actors::Engine> engine_;
  std::uint64_t next_ticket_ = 0, next_call_ = 0, crashes_ = 0;
  std::unordered_map<std::uint64_t, Handler> waiting_;
  std::map<std::uint64_t, Done> calls_;
  std::vector<Held> held_;
  std::map<std::string, std::pair<Promises::Run, ExecutionId>> keyed_;
  Promises promises_;
  std::vector<Time> calm_;               // when every message between runs had been taken; ascending
  std::optional<Time> forgetful_since_;  // since when the outbox held less than it should
  bool workflows_known_ = false;
  int next_n_ = 0;
};

}  // namespace reprise::testing
