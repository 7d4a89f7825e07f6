// How deep runs are nested that wait for each other, so that a workflow that starts itself comes to an end: stopping it
// from above never reaches a chain that grows as fast.
//
// Only what was started since the server was is known, and of that the newest. So the bound is a guard, not a promise:
// a chain may be longer where it was begun before a restart.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "events/uuid.hpp"

namespace reprise::actors {

inline constexpr std::uint32_t kDeepest = 100;  // children of children

class Nesting {
 public:
  // Of a child that is to start, also when it is tried again. False: it would be too deep. Any thread.
  bool allows(const ExecutionId& child, const ExecutionId& parent);

 private:
  static constexpr std::size_t kKnown = 100'000;

  std::mutex mutex_;
  std::unordered_map<ExecutionId, std::uint32_t, UuidHash> depths_;
  std::deque<ExecutionId> order_;  // of their starts
};

}  // namespace reprise::actors
