// The evaluated args of core.workflow.execute, read.
#pragma once

#include <cstdint>
#include <string>

#include "events/error.hpp"
#include "events/json.hpp"
#include "events/time.hpp"

namespace reprise::workflow {

// How the runs of a loop over children follow one another.
enum class LoopStrategy : std::uint8_t { parallel, batch, sequential };

struct ChildWorkflow {
  std::string workflow_id;  // one of these two is empty
  std::string workflow_alias;
  const JsonValue* trigger_inputs = nullptr;  // borrowed; null: none
  std::string environment;                    // empty: the child's own
  Duration timeout{0};                        // 0: the child's own
  std::uint32_t version = 0;                  // 0: the newest
  LoopStrategy loop_strategy = LoopStrategy::batch;
  std::uint32_t batch_size = 32;
  bool isolated = true;   // fail_strategy: an error becomes the item's result; otherwise it fails the action
  bool detached = false;  // wait_strategy: the result is the executions' ids, at once
};

// Errors: errc::invalid, naming the argument and what is expected.
Expected<ChildWorkflow> read_child_workflow(const JsonValue& args);

}  // namespace reprise::workflow
