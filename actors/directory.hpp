// Which executions have an actor. A command for one that has none wakes it; an actor that wants to sleep asks here
// first, so that no command is ever lost between the two.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "actors/interfaces.hpp"
#include "events/time.hpp"

namespace reprise::actors {

class Directory {
 public:
  using Wake = std::function<ExecutionActor(const ExecutionId&)>;  // spawns an actor that loads its state
  explicit Directory(Wake wake) : wake_(std::move(wake)) {}

  // Sends the command to the execution's actor, waking it when it sleeps. Any thread.
  // `further`: results for the same execution, in the order in which they are decided.
  void deliver(std::shared_ptr<Envelope> envelope, std::vector<std::shared_ptr<Envelope>> further, Time now);

  // Wakes an execution that has something to do by itself.
  void wake(const ExecutionId& id, Time now);

  // Tells the execution's actor to write its leases; nothing when it sleeps: then it has.
  void write_now(const ExecutionId& id);

  // An actor that started a run which is not over: from now on commands find it.
  void insert(const ExecutionId& id, const ExecutionActor& actor, Time now);
  // True: the entry is gone, no command is on its way, the actor may end. `handled`: commands it has seen by deliver().
  bool remove_if_idle(const ExecutionId& id, std::uint64_t handled);
  void remove(const ExecutionId& id);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  // Actors that have heard nothing since `before`; when more than `max` live, also the longest idle of the surplus.
  std::vector<ExecutionActor> idle(Time before, std::size_t max) const;
  std::vector<ExecutionActor> all() const;
  void clear();

 private:
  struct Entry {
    ExecutionActor actor;
    std::uint64_t sent = 0;
    Time used{};
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<ExecutionId, Entry, UuidHash> entries;
  };
  Shard& shard(const ExecutionId& id) { return shards_[id.bytes[15] % shards_.size()]; }

  Wake wake_;
  std::array<Shard, 64> shards_;
  std::atomic<std::size_t> size_{0};
};

}  // namespace reprise::actors
