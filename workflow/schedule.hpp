// The scheduling rules: what follows from a task's outcome (contract workflow-executions.md, "Scheduling rules").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "workflow/turn.hpp"

namespace reprise::workflow {

// Examines every task that is ready, and those that become ready by it, until none is left; ends the execution when
// nothing is open any more. Every turn ends with it.
void run_ready(Turn& turn);

// Schedules the task's next attempt: of one that is ready and need not wait, or whose delay has elapsed. Of an action
// with for_each: begins its loop. An iteration that has not begun yet must be the next one of its loop.
void schedule(Turn& turn, std::uint32_t task);

// The task's next attempt waits.
void delay(Turn& turn, std::uint32_t task, Time until, events::DelayReason reason);

// A failure outside of any attempt that was scheduled: no in-edge can be satisfied, or an expression fails.
void fail_unscheduled(Turn& turn, std::uint32_t task, std::string message, std::string_view type);

// What follows task.completed and the failure of an attempt, once that event is emitted.
void after_success(Turn& turn, std::uint32_t task);
void after_failure(Turn& turn, std::uint32_t task, bool will_retry);

// Whether an attempt that fails now is tried again.
bool will_retry(const Turn& turn, std::uint32_t task, bool retryable);

// task.cancelled for each task that is open.
void cancel_open_tasks(Turn& turn);

}  // namespace reprise::workflow
