// The evaluated args of core.workflow.execute, read.
#pragma once

#include <cstdint>
#include <string>

#include "events/error.hpp"
#include "events/json.hpp"
#include "events/time.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

struct ChildWorkflow {
  std::string workflow_id;  // one of these two is empty
  std::string workflow_alias;
  const JsonValue* trigger_inputs = nullptr;  // borrowed; null: none
  std::string environment;                    // empty: the child's own
  Duration timeout{0};                        // 0: the child's own
  std::uint32_t version = 0;                  // 0: the newest
  ChildLoop loop;
  bool detached = false;  // wait_strategy: the result is the executions' ids, at once
};

// The members of args that say how a loop goes about its children; what is absent or no constant is left as it is.
ChildLoop read_child_loop(const JsonValue& args);

// Errors: errc::invalid, naming the argument and what is expected.
Expected<ChildWorkflow> read_child_workflow(const JsonValue& args);

}  // namespace reprise::workflow
