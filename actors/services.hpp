// What the actors of one engine share. Made before the first actor, ended after the last.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "actors/audience.hpp"
#include "actors/commit_bell.hpp"
#include "actors/definitions.hpp"
#include "actors/directory.hpp"
#include "actors/engine.hpp"
#include "actors/first_uses.hpp"
#include "actors/nesting.hpp"
#include "actors/pursuits.hpp"
#include "actors/schedules.hpp"
#include "actors/secrets.hpp"
#include "actors/sources.hpp"
#include "actors/subscription_board.hpp"
#include "actors/subscriptions.hpp"
#include "actors/task_token.hpp"
#include "actors/work_thread.hpp"
#include "projections/feed.hpp"
#include "projections/queries.hpp"
#include "storage/journal.hpp"
#include "storage/store.hpp"

namespace caf {
class actor_system;
}

namespace reprise::actors {

class ResumedCalls;

// When workers last asked a queue, for explain. Any thread.
struct QueueActivity {
  Time last_poll{};
  std::vector<std::string> last_actions;
  std::unordered_map<std::string, Time> by_pattern;  // bounded
};

struct Services {
  explicit Services(const EngineOptions& engine_options);
  ~Services();

  const EngineOptions options;
  storage::Store& store;
  std::unique_ptr<storage::CommitListener> listener;
  std::unique_ptr<storage::Journal> journal;
  std::unique_ptr<projections::Queries> queries;
  std::unique_ptr<projections::Feed> feed;
  CommitBell bell;
  std::unique_ptr<Definitions> definitions;
  std::unique_ptr<Schedules> schedules;
  std::unique_ptr<Sources> sources;
  std::unique_ptr<Subscriptions> subscriptions;
  SubscriptionBoard subscription_board;
  std::unique_ptr<Directory> directory;
  std::unique_ptr<Pursuits> pursuits;
  std::unique_ptr<ResumedCalls> resumed_calls;
  std::unique_ptr<WorkThread> loader;
  Audience audience;
  TokenSigner signer;
  std::unique_ptr<Secrets> secrets;
  caf::actor_system* system = nullptr;
  TimerActor timers;
  OutboxActor outbox;
  ScheduleClock schedule_clock;
  SupervisorActor supervisor;
  std::vector<AdmissionActor> admissions;  // never changed while the engine is open
  const AdmissionActor& admission(const ExecutionId& id) const { return admissions[id.bytes[15] % admissions.size()]; }
  std::atomic<bool> stopping{false};  // nothing new is taken in
  std::atomic<bool> closed{false};    // nobody is woken or spawned any more

  Time now() const;
  // For how long something has lasted: the system's clock may be set meanwhile, this one goes on.
  Time steady() const;
  std::uint64_t random() const;
  // Later ones are greater, within a millisecond too, so that what is ordered by id is in the order of the starts
  // (RFC 9562, 6.2, a counter of 12 bits). Any thread.
  ExecutionId new_execution_id();

  // Queue actors by stored queue name, made on demand; none once the engine is closed. Any thread.
  QueueActor queue(const std::string& name);
  std::vector<QueueActor> queues() const;
  // Whether a poll may have a queue of this name: it has an actor, or there are not too many yet.
  bool may_poll(const std::string& queue) const;
  // The actor of this queue makes room for another one, if need be, and is ticked until it is forgotten.
  void retire_queue(const std::string& name);
  void forget_queue(const QueueActor& retired);
  void note_poll(const std::string& queue, const std::vector<std::string>& actions);
  QueueActivity activity(const std::string& queue) const;

  Nesting nesting;
  FirstUses first_uses;
  void release_idempotency(const std::string& row_key, bool durable);

  // Drops every handle of an actor, so that the actor system can end.
  void end_actors();

  // Sends a command to an execution, waking it; `further`: results for the same one, which it may store together.
  void deliver(std::shared_ptr<Envelope> envelope, std::vector<std::shared_ptr<Envelope>> further = {}) {
    if (closed.load(std::memory_order_acquire)) return;
    directory->deliver(std::move(envelope), std::move(further), now());
  }
  // Answers a ticket at once, outside of any commit.
  static void answer(Ticket ticket, Answer answer);
  static void refuse(Ticket ticket, errc code, std::string detail);
  // Writes rows on the state of now, and calls then(durable), if there is one, on the journal's thread: quick. Without
  // rows only the turn is waited for, behind all that was submitted before. False, and nothing is called: too much
  // waits to be written, or the journal has stopped.
  bool store_rows(storage::RowBatch rows, std::function<void(bool durable)> then, bool urgent = false);
  // Where nothing changes: the answer waits for its turn behind the commits of `generation` that it speaks of.
  void answer_in_turn(std::uint64_t generation, Answer answer, Ticket ticket);
  // Answers a wait with the execution's present row. On a thread that may read the store.
  void answer_with_row(const ExecutionId& id, Ticket ticket);

  // The oldest task that each queue holds, for the metrics; epoch: none. Any thread.
  void note_oldest(const std::string& queue, Time offered_at);
  Time oldest_queued() const;

  struct {
    std::atomic<std::uint64_t> started{0}, ended{0};
    std::atomic<std::int64_t> open{0};  // executions that are not final
    std::atomic<std::int64_t> queued{0}, leased{0}, polls{0}, timers{0}, overdue{0}, owed{0};
    std::atomic<std::int64_t> owed_since{0};       // milliseconds since 1970, of the oldest message; 0: none
    std::atomic<std::uint64_t> refused_starts{0};  // since the server started
  } numbers;

 private:
  std::atomic<std::uint64_t> newest_id_{0};  // milliseconds and counter
  mutable std::mutex queues_mutex_;
  std::unordered_map<std::string, QueueActor> queues_;
  std::vector<QueueActor> retired_queues_;
  std::unordered_map<std::string, QueueActivity> activity_;
  std::unordered_map<std::string, Time> oldest_;
};

}  // namespace reprise::actors
