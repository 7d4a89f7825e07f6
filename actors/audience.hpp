// Who waits for an execution to end, and who watches its events: tickets by execution, independent of any actor, so
// that a sleeping execution can be waited for at no cost.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/answer.hpp"
#include "events/time.hpp"
#include "events/uuid.hpp"

namespace reprise::actors {

class Audience {
 public:
  // Before anybody waits: the clock of the waits (Services::steady).
  void measure_with(std::function<Time()> clock) { clock_ = std::move(clock); }

  void wait(const ExecutionId& id, Ticket ticket, Duration longest);
  void watch(const ExecutionId& id, Ticket ticket);
  // True when the ticket was still there: nobody else will answer it.
  bool leave(const ExecutionId& id, Ticket ticket);
  void leave(Ticket ticket);

  bool empty() const { return members_.load(std::memory_order_acquire) == 0; }

  // Takes the waits of an execution that ended.
  std::vector<Ticket> ended(const ExecutionId& id);
  // Who watches it.
  std::vector<Ticket> watchers(const ExecutionId& id) const;
  // Takes the waits whose time is up.
  std::vector<std::pair<ExecutionId, Ticket>> overdue();
  std::vector<std::pair<ExecutionId, Ticket>> take_all();

 private:
  struct Member {
    Ticket ticket;
    bool watches = false;
    Time until{};
  };
  using Members = std::unordered_multimap<ExecutionId, Member, UuidHash>;
  Members::iterator erase(Members::iterator member);
  std::vector<std::pair<ExecutionId, Ticket>> take_until(Time end);

  std::function<Time()> clock_;  // never changed once there are waits
  mutable std::mutex mutex_;
  Members by_execution_;
  std::multimap<Time, std::pair<ExecutionId, Ticket>> by_time_;
  std::map<std::pair<ReplySink*, std::uint64_t>, ExecutionId> by_ticket_;
  std::atomic<std::size_t> members_{0};
};

}  // namespace reprise::actors
