// Which tasks of a queue are in memory: the oldest, up to a number, and beyond these such as a poll of few actions
// waits for. All of them are rows of the store as well, and a row that is not in memory is found again by reading on.
//
// What may not be lost track of: memory holds every task up to the horizon, and of the actions of a scan every one up
// to where the scan has come, except those that were handed out or withdrawn. An entry is offered once its row is
// durable, so whatever is left to the store beyond these places is seen by the reads to come. What was read comes when
// all offers of what was written before have come: a task is offered for the first time before or while it is read, not
// after.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "actors/interfaces.hpp"
#include "actors/queue_entry.hpp"
#include "actors/window_limits.hpp"

namespace reprise::actors {

// One thread.
class TaskWindow {
 public:
  TaskWindow(std::string queue, WindowLimits limits);

  // A task whose row is durable, and which nobody has. `wanted`: a poll waits for it. False: it is left to the store.
  bool offer(QueueEntry entry, bool wanted);
  void withdraw(const WithdrawnTask& task);
  // Takes the oldest task of these actions (patterns; empty: any); nothing: none is in memory. Until the entry is let
  // go of or offered again its row may still be there, and is not read again.
  std::shared_ptr<QueueEntry> take(const std::vector<std::string>& patterns);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  Time oldest() const;  // when it was offered; epoch: none is there
  // The store holds no task that is not in memory; with patterns: none of these actions.
  bool complete() const { return complete_; }
  bool complete(const std::vector<std::string>& patterns) const;

  struct Reading {
    std::string after;                           // the first row is the next one after this key
    std::vector<std::string> patterns;           // empty: of all actions
    std::size_t tasks = 0, bytes = 0, rows = 0;  // at most; one task may have more bytes
  };
  // The rows that are to be read next, for a poll of these actions or (empty) to fill the window; from now on
  // reading(), until loaded() or not_loaded(). Nothing: there are none, or some are being read.
  std::optional<Reading> read_on(const std::vector<std::string>& patterns);
  bool wants_more() const { return !complete_ && has_room_for(4); }
  bool reading() const { return reading_.has_value(); }
  void loaded(std::vector<QueueEntry> entries, std::string last_key, bool end);
  void not_loaded() { reading_.reset(); }

  // Leaves to the store what is too much for memory, the newest first. After polls had their turn: what was read for
  // one of them may be the newest. Nothing happens while rows are being read, since the horizon is about to move.
  void shrink();

 private:
  using Place = std::tuple<Time, ExecutionId, std::uint32_t>;  // order of service
  using Which = std::pair<Place, std::uint32_t>;               // and the delivery
  using Tasks = std::map<Place, QueueEntry>;
  using Actions = std::map<std::string, Tasks>;
  struct Scan {
    std::string position;  // every row up to it was looked at
    bool end = false;      // and there are none behind it
  };
  static constexpr std::size_t kScans = 64;  // kept; one that is forgotten begins anew

  static Place place(const storage::QueueKey& key) { return {key.offered_at, key.id, key.task}; }
  static Which which(const QueueEntry& entry) { return {place(entry.key), entry.delivery}; }
  Actions::iterator oldest_of(const std::vector<std::string>& patterns);
  bool has_room_for(std::size_t parts) const { return size_ < limits_.held / parts && bytes_ < limits_.bytes / parts; }
  void insert(QueueEntry entry);
  QueueEntry remove(Actions::iterator action, Tasks::iterator task);
  bool belongs(const QueueEntry& entry);
  void forget_handed_out();

  const WindowLimits limits_;
  Actions ready_;
  std::size_t size_ = 0, bytes_ = 0;
  bool complete_ = false;
  std::string horizon_;
  std::map<std::vector<std::string>, Scan> scans_;  // by patterns, beyond the horizon
  std::optional<Reading> reading_;
  std::set<Which> gone_;  // handed out or withdrawn, while rows are being read
  std::map<Which, std::weak_ptr<QueueEntry>> handed_out_;
  std::size_t forget_at_ = 1'000;
};

// Whether an action is one of these; a pattern may end with *, no pattern stands for all.
bool matches(const std::vector<std::string>& patterns, std::string_view action);

}  // namespace reprise::actors
