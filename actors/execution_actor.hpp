// The actor of one live execution: takes its commands one by one, decides them on the state in memory and hands the
// events to the journal, without waiting for it. What was decided is told to nobody before it is durable (settle.cpp).
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <memory>
#include <vector>

#include "actors/engine_commit.hpp"

#include "actors/interfaces.hpp"
#include "actors/live_execution.hpp"

namespace reprise::actors {

struct Services;

class ExecutionState {
 public:
  static inline const char* name = "execution";

  // The first turn, of an execution that has no actor yet: it gets one when it goes on. The object is of no use
  // afterwards.
  void begin(Services* services, Envelope& first);

  void attach(ExecutionActor::pointer self, Services* services, const ExecutionId& id);
  void adopt(std::shared_ptr<LiveExecution> live, std::shared_ptr<Settling> settling);
  void load();  // asks the loader for the state
  void loaded(ExecutionLoaded& message);
  void deliver(DeliverCommand& message);
  void doze();
  void write();  // the leases that were not written yet
  void reload(std::uint64_t generation);
  void calls_durable(const std::vector<std::uint32_t>& tasks);
  void call_finished(const CallFinished& message);

 private:
  bool begin_wanted(std::uint64_t generation);
  void deliver(std::shared_ptr<Envelope> envelope, bool more);
  void handle(Envelope& envelope, bool more);  // `more`: another result follows at once, and may share its commit
  void take_message(const Envelope& envelope, const std::optional<Error>& rejected, EngineCommit& commit);
  void conceal_secrets(Envelope& envelope) const;
  std::optional<Error> decide(Envelope& envelope, EngineCommit& commit);
  LeaseOutcome heartbeat(Envelope& envelope, EngineCommit& commit);
  bool known(std::uint32_t task) const;
  bool holds_lease(const Envelope& envelope) const;
  bool pursued(const Envelope& envelope, const Error& error);
  void answer_rejected(Envelope& envelope, const Error& error, EngineCommit& commit);
  void answer_accepted(Envelope& envelope, EngineCommit& commit);
  void submit(std::unique_ptr<EngineCommit> commit, bool urgent);
  ExecutionActor spawn_actor();
  void refuse_all(EngineCommit& commit, const Error& error);
  void wait_and_reload();
  void stop_stale_calls();
  void run_call(std::uint32_t task);
  void announce();
  void again_later(const Envelope& envelope, const Error* unreadable = nullptr);
  void arm_again(const storage::TimerKey& timer);
  void offer_again(const QueueEntry& entry);

  ExecutionActor::pointer self_ = nullptr;  // null: the first turn
  Services* services_ = nullptr;
  ExecutionId id_;
  std::shared_ptr<LiveExecution> live_;
  std::vector<std::shared_ptr<Envelope>> stash_;  // commands that came while the state was being loaded
  std::map<std::uint32_t, std::pair<std::uint32_t, TaskActor>> calls_;  // task -> attempt, its actor
  // What was decided and is not on its way to the journal yet: leases, until the next command that somebody waits for
  // or WriteNow, and results, until the last of those that came together.
  std::unique_ptr<EngineCommit> unwritten_;
  std::shared_ptr<Settling> settling_ = std::make_shared<Settling>();
  std::uint64_t handled_ = 0;
  bool loading_ = false;
  bool announce_ = false;  // after a failed write: what is stored may be more than what anybody was told
};

// An execution that goes on after its first turn.
ExecutionActor::behavior_type adopted_execution(ExecutionActor::stateful_pointer<ExecutionState> self,
                                                Services* services, std::shared_ptr<LiveExecution> live,
                                                std::shared_ptr<Settling> settling);
// A stored execution that is woken.
ExecutionActor::behavior_type waking_execution(ExecutionActor::stateful_pointer<ExecutionState> self,
                                               Services* services, ExecutionId id);

}  // namespace reprise::actors
