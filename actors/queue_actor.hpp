// One queue of tasks for workers: the window of its tasks, and the polls that wait for one.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <deque>
#include <memory>
#include <optional>

#include "actors/interfaces.hpp"
#include "actors/poll_context.hpp"
#include "actors/read_trouble.hpp"
#include "actors/task_window.hpp"

namespace reprise::actors {

class QueueState {
 public:
  static inline const char* name = "queue";

  void attach(QueueActor::pointer self, Services* services, std::string queue);
  void offer(const OfferTasks& message);
  void withdraw(const WithdrawTasks& message);
  void loaded(TasksLoaded& message);
  void take(const TakeTasks& message);
  void tick();

 private:
  bool serve(PollContext& poll);  // answers with what is at hand; false: nothing is
  void serve_waiting();
  bool wanted(std::string_view action) const;
  // Appends the task to the answer's list. False: a secret that it names has no value, so the attempt fails.
  bool hand_out(std::shared_ptr<QueueEntry> entry, PollContext& poll, std::string& body, Time now);
  void fail_for(const QueueEntry& entry, const Error& error, const PollContext& poll);
  static void answer_with_nothing(PollContext& poll);
  void read_on();
  void read(TaskWindow::Reading reading);
  // All of these by Services::steady().
  void write_old_leases(Time now);
  void answer_overdue(Time now);
  // A queue that nobody uses needs no actor. Whoever has asked for this one just before is passed on to its successor.
  void retire(Time now);
  template <class Message>
  bool passed_on(const Message& message);
  void count();
  void note_oldest();

  QueueActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  std::string queue_;
  std::optional<TaskWindow> window_;
  std::deque<std::shared_ptr<PollContext>> waiting_;
  ReadTrouble trouble_{"queued tasks"};
  // Handed out, and their leases perhaps not stored yet: who lets go of the entry has stored it or given it back.
  struct HandedOut {
    Time looked_at{};
    std::weak_ptr<QueueEntry> entry;
  };
  std::deque<HandedOut> handed_out_;
  std::optional<Time> idle_since_, retired_at_;
  std::int64_t counted_ = 0, counted_polls_ = 0;  // as the services know them
  Time oldest_noted_{};
};

QueueActor::behavior_type queue_actor(QueueActor::stateful_pointer<QueueState> self, Services* services,
                                      std::string queue);

}  // namespace reprise::actors
