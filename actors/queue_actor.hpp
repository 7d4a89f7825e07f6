// One queue of tasks for workers: the oldest tasks in memory, all of them as rows; the polls that wait for one.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <tuple>

#include "actors/interfaces.hpp"
#include "actors/poll_context.hpp"

namespace reprise::actors {

struct Services;

class QueueState {
 public:
  static inline const char* name = "queue";

  void attach(QueueActor::pointer self, Services* services, std::string queue);
  void offer(std::vector<QueueEntry>& entries);
  void withdraw(const std::vector<WithdrawnTask>& tasks);
  void loaded(TasksLoaded& message);
  void take(const std::shared_ptr<PollContext>& poll);
  void tick();

 private:
  using Place = std::tuple<Time, ExecutionId, std::uint32_t>;  // order of service
  static Place place(const storage::QueueKey& key) { return {key.offered_at, key.id, key.task}; }
  using Tasks = std::map<Place, QueueEntry>;

  void insert(QueueEntry entry);
  bool serve(PollContext& poll);  // answers with what is at hand; false: nothing is
  void serve_waiting();
  std::map<std::string, Tasks>::iterator oldest(const PollContext& poll);
  // Appends the task to the answer's list. False: a secret that it names has no value, so the attempt fails.
  bool hand_out(QueueEntry& entry, PollContext& poll, std::string& body, Time now);
  void fail_for(const QueueEntry& entry, const Error& error, const PollContext& poll);
  void read_on(std::vector<std::string> patterns);  // empty: the next rows of all actions
  void write_old_leases(Time now);
  void count();
  void note_oldest();

  QueueActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  std::string queue_;
  std::map<std::string, Tasks> ready_;  // by action
  std::size_t size_ = 0;
  std::deque<std::shared_ptr<PollContext>> waiting_;
  bool complete_ = false;  // the store holds no task that is not in memory
  std::string horizon_;    // otherwise: memory holds every task up to this row key
  bool reading_ = false;
  Time next_scan_{};  // rows are looked through again for waiting polls, at most each second
  std::set<std::pair<Place, std::uint32_t>>
      gone_;  // handed out or withdrawn (with delivery) while rows were being read
  // Handed out, and their leases perhaps not stored yet: who lets go of the entry has stored it or given it back.
  struct HandedOut {
    Time looked_at{};
    std::weak_ptr<QueueEntry> entry;
    std::pair<Place, std::uint32_t> which;
  };
  std::deque<HandedOut> handed_out_;
  std::set<std::pair<Place, std::uint32_t>> unstored_;
  std::int64_t counted_ = 0, counted_polls_ = 0;  // as the services know them
  Time oldest_noted_{};
};

QueueActor::behavior_type queue_actor(QueueActor::stateful_pointer<QueueState> self, Services* services,
                                      std::string queue);

}  // namespace reprise::actors
