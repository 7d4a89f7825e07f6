// The outbox: what one run owes another (workflow/owed.hpp), brought there exactly once.
//
// A message is a row of the family `outbox`, written in the same batch as the events that it follows from. This actor
// delivers it as a command to its receiver, and the receiver's commit deletes the row: taken and no longer owed are one
// write. What fails on the way is tried again, also by the next run of the server, and every receiver knows what it has
// seen: a run that exists is not started again, one that has ended is not stopped, a result is taken once.
//
// Of the messages with one sender and item (keys.hpp) each goes out when the one before it was taken; of all others the
// order is open. So a stop cannot overtake its start.
//
// Who owes something adds its entry to the commit whose events it follows from, and does nothing else:
//
//     workflow::StartRun run;            // id: uuid_derived(...), so that wanting it twice is wanting it once
//     auto entry = outbox_entry(sender, item, run, principal);
//     put_row(commit.rows, entry);       // EngineCommit
//     commit.owed.push_back(entry);      // settle.cpp tells the outbox once the row is durable
//
// An execution's own messages come from Effects::owe (live_execution.cpp). Another stream (a schedule) is a sender of
// its own: its id, and as item the id of the event that wants the run, which no other event of it has.
//
// A start that can never succeed (no such workflow or version, inputs that `expects` refuses) fails the task that wants
// it, where it is a child. Of any other sender it becomes an event where the run would have been (refused_start.hpp).
//
// At most EngineOptions::outbox_window messages are held in memory. Beyond that they stay rows, and are read when there
// is room again.
#pragma once

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/outbox_entry.hpp"
#include "actors/read_trouble.hpp"

namespace reprise::actors {

struct Services;

class OutboxState {
 public:
  static inline const char* name = "outbox";

  void attach(OutboxActor::pointer self, Services* services);
  void owe(const std::vector<OutboxEntry>& entries);            // their rows are durable
  void settled(const std::vector<storage::OutboxKey>& keys);    // their rows are deleted
  void try_again(const std::vector<storage::OutboxKey>& keys);  // they were not taken
  void loaded(const OutboxLoaded& message);
  void look_again();  // there may be rows that nobody told of
  void tick();

 private:
  struct Message {
    std::shared_ptr<const std::string> value;
    std::shared_ptr<const std::string> next;  // written over the row while `value` was under way: delivered as well
    bool under_way = false;
    std::uint32_t failures = 0;
    Time since{};  // when this server first knew of it
  };
  using Window = std::map<storage::OutboxKey, Message>;

  std::size_t most() const;
  bool has_room() const;
  void insert(const OutboxEntry& entry);
  void read_on();
  void pump();
  bool first_of_item(Window::const_iterator message) const;
  void drop(Window::iterator message);
  std::optional<workflow::StopRun> stop_behind(Window::const_iterator start, const ExecutionId& id) const;
  void schedule_tick();
  void tell_numbers();

  OutboxActor::pointer self_ = nullptr;
  Services* services_ = nullptr;
  Window window_;
  std::size_t bytes_ = 0;                                   // of the values in the window
  std::deque<storage::OutboxKey> ready_;                    // to be delivered, first come first served
  std::multimap<Time, storage::OutboxKey> later_;           // to be tried again
  std::deque<std::pair<Time, storage::OutboxKey>> by_age_;  // the oldest first; of some that are gone as well
  std::size_t under_way_ = 0;
  bool complete_ = false;  // the store holds no message that is not in the window
  bool reading_ = false;
  std::vector<OutboxEntry> arrived_;  // while reading
  bool missed_ = false;               // while reading: a message came that was not kept
  bool ticking_ = false;
  ReadTrouble trouble_{"messages of runs to each other"};
};

OutboxActor::behavior_type outbox_actor(OutboxActor::stateful_pointer<OutboxState> self, Services* services);

}  // namespace reprise::actors
