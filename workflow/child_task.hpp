// A task that is carried out by another run: what it owes that run, and what that run owes its parent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workflow/owed.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

// Types of the failures of a task whose child ended without a result.
inline constexpr std::string_view kChildCancelled = "ChildCancelled";
inline constexpr std::string_view kChildTerminated = "ChildTerminated";

// The child of an attempt. `args`: evaluated, of core.workflow.execute; they were read without fault before.
StartRun start_of_child(const State& parent, const std::string& ref, std::uint32_t attempt, const Json& args);

// The end of the child of a task that no longer waits for it. `parent` is as it was just before.
StopRun stop_of_child(const State& parent, const std::string& ref, const TaskState& task, bool timed_out);

// Whether the attempt's result is the child's id, and not what the child comes to.
bool detached(const Json& args);

// What a run that ends tells the one that waits for it.
TellEnded told_completed(const events::ExecutionOrigin& origin, const Json& result);
TellEnded told_failed(const events::ExecutionOrigin& origin, const events::ExecutionFailed& failure);
TellEnded told_stopped(const events::ExecutionOrigin& origin, const char* what, const std::string& reason,
                       std::string_view type, bool retryable);

// The parent's id; nil where the origin names none.
ExecutionId parent_of(const events::ExecutionOrigin& origin);
// Whether anybody waits for the end of a run with this origin.
bool reports(const events::ExecutionOrigin* origin);

}  // namespace reprise::workflow
