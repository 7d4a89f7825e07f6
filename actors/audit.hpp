// Questions about a run that are answered by folding its events again. They read the store and take time in proportion
// to the run's length: call them on a thread that may wait, never on an HTTP loop or a scheduler thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>

#include "actors/gateway.hpp"

namespace reprise::actors {

struct ReplayReport {
  std::uint64_t events = 0;
  std::string state_hash, stored_state_hash;  // hex SHA-256: of what folding gives, of what the store holds
  bool matches = false;
  std::string first_difference;  // empty: none
};

class Audit {
 public:
  explicit Audit(Gateway& gateway) : gateway_(gateway) {}

  // Folds all events through apply, decides every recorded command again, derives every projection row again, and
  // compares chunk bytes, hash chain and rows with what is stored. Errors: not_found_execution, corrupt (as a report
  // where possible).
  Expected<ReplayReport> replay(const ExecutionId& id, std::string_view workspace) const;

  // The state as JSON after event `at` (by id or instant), or now.
  struct At {
    std::optional<std::uint64_t> event_id;
    std::optional<Time> time;
  };
  Expected<std::string> state(const ExecutionId& id, std::string_view workspace, const At& at) const;

  // {execution_id, status, sentence, open: [...], first_cause|null}: contract engine-api.md, "State at any moment".
  Expected<std::string> explain(const ExecutionId& id, std::string_view workspace) const;

  // {tasks: [{ref, action, status, attempt, ...}]}
  Expected<std::string> tasks(const ExecutionId& id, std::string_view workspace) const;

 private:
  Gateway& gateway_;
};

}  // namespace reprise::actors
