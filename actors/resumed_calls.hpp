// The server's own attempts that were under way when it ended: their executions are woken and make them again.
//
// A portion at a time, and none while more executions are awake than should be: neither the loader's queue nor memory
// grows with what was outstanding, and what callers ask for comes between.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "actors/read_trouble.hpp"

namespace reprise::actors {

class ResumedCalls {
 public:
  explicit ResumedCalls(Services& services) : services_(services) {}

  // Wakes some more. Any thread, now and then.
  void look_again();

 private:
  void wake_some();

  Services& services_;
  std::atomic<bool> resting_{true};  // no portion is under way, and there may be more
  // On the loader's thread alone.
  std::string from_;  // the first row that was not looked at
  std::optional<ExecutionId> last_;
  ReadTrouble trouble_{"calls of the last run"};
};

}  // namespace reprise::actors
