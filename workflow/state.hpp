// The state of one execution: what apply makes of its events, and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/event.hpp"
#include "events/status.hpp"
#include "workflow/command.hpp"
#include "workflow/interaction_state.hpp"
#include "workflow/loop_items.hpp"
#include "workflow/plan.hpp"
#include "workflow/task_number.hpp"

namespace reprise::workflow {

using events::final;
using events::Status;
std::string_view name(Status);  // in words: "running", "paused", "completed", "cancelled", "timed out", ...

enum class TaskStatus : std::uint8_t {
  waiting,  // some in-edge is not resolved
  delayed,  // start_delay, wait_until or a retry's backoff: a timer is armed
  held,     // ready, but the execution is paused
  queued,   // offered to workers
  running,  // leased, or carried out by the server
  completed,
  failed,
  skipped,
  cancelled,
  looping,    // its for_each has begun and not ended: what is open are its iterations
  answering,  // the action has its result; its interaction waits for people
};
bool open(TaskStatus);              // delayed, held, queued, running, looping, answering
std::string_view name(TaskStatus);  // as spelt above; looping: "running"

enum class EdgeStatus : std::uint8_t { pending, visited, skipped };
std::string_view name(EdgeStatus);

struct LoopState;
// The run that carries out an attempt, or did.
struct ChildRun {
  ExecutionId id;
  std::string workflow_id;
  std::uint32_t workflow_version = 0;
};

struct TaskState {
  TaskStatus status = TaskStatus::waiting;
  std::uint32_t attempt = 0;        // of the try that is open or was last; 0: none yet
  std::uint32_t delivery = 1;       // of the lease that is open or comes next
  std::uint32_t failures = 0;       // attempts that failed since the last success (retry_until starts anew)
  std::uint32_t unresolved_in = 0;  // in-edges that are still pending
  std::uint32_t last_attempt = 0;   // of the result that was taken last, to know a duplicate; 0: none
  std::uint32_t last_delivery = 0;
  std::uint64_t scheduled_event = 0;  // event id of task.scheduled of this attempt; 0: none
  std::uint64_t started_event = 0;    // of task.started
  std::uint64_t order = 0;            // when it was scheduled last, for current_node
  Time since{};                       // when its status changed last
  Time delay_until{};                 // delayed: when the timer fires
  events::DelayReason delay_reason{};
  Time deadline{};     // of the attempt; epoch: none
  Time offered_at{};   // when it was queued last: part of its queue row's key; epoch: not queued
  Time lease_until{};  // leased: as recorded; epoch: none
  std::string worker;
  Json args;                  // of an open attempt; released when it ends
  Json result;                // bytes; parsed on first look (State::result_value)
  std::string error_message;  // of the last failure
  std::string error_type;
  std::unique_ptr<ChildRun> child;                // of the attempt that is open or was last, once it exists
  std::unique_ptr<InteractionState> interaction;  // null: the action has none, or was not scheduled yet
  bool unreachable = false;  // failed because no in-edge could be satisfied, or in its run_if: absent from ACTIONS
  std::unique_ptr<LoopState> loop;  // once its for_each has begun; null: none
};

// The for_each of an action, of its present round or the last one (retry_until makes rounds).
struct LoopState {
  // What is known of an iteration when it has ended. Attempts are counted on from round to round.
  struct Record {
    std::uint32_t attempt = 0;   // the last one; 0: none yet
    std::uint32_t delivery = 0;  // of the result that was taken, to know a duplicate; 0: there was none
  };
  std::uint32_t total = 0;
  std::uint32_t next = 0;           // the first iteration that has not begun
  std::uint32_t ended = 0;          // with a result, or with a failure that is not tried again
  std::optional<ChildLoop> policy;  // of task.loop_policy; none: the definition's
  LoopItems items;                  // released when the loop ends
  LoopResults results;              // the same. Of a failed iteration: {"is_error": true, "type", "message"}
  std::vector<Record> records;
  // Those that have begun and not ended; after the loop has failed or the run has ended, those that were cancelled.
  std::map<std::uint32_t, TaskState> iterations;
};

class State {
 public:
  // A state before its first event. The plan is of the version that execution.started names.
  State(ExecutionId id, std::shared_ptr<const Plan> plan);
  State(State&&) noexcept;
  State& operator=(State&&) noexcept;
  ~State();

  ExecutionId id;
  std::shared_ptr<const Plan> plan;
  Status status = Status::received;
  std::uint64_t next_event_id = 1;
  Time started_at{};
  Time ended_at{};
  Time timeout_at{};  // epoch: none
  std::uint64_t seed = 0;
  std::uint64_t order = 0;                           // counts schedulings
  std::uint32_t unresolved = 0;                      // tasks that are neither final nor skipped
  events::Trigger trigger_type{};                    // what started it
  Json trigger;                                      // inputs
  Json result;                                       // once completed
  std::string error_message, error_type, error_ref;  // once failed
  std::unique_ptr<events::ExecutionOrigin> origin;   // what wanted it; null: a caller, directly
  std::string successor;                             // continued_as_new: the id of the run that goes on
  std::optional<std::uint32_t> successor_version;    // 0: the newest; none: its own
  std::vector<TaskState> tasks;                      // as Plan::tasks
  std::vector<EdgeStatus> edges;                     // as Plan::edges

  const std::string& environment() const {
    return origin != nullptr && !origin->environment.empty() ? origin->environment : plan->environment;
  }

  // The values as JSON: parsed at the first look, then kept. Not part of the state's identity. decide does not use
  // them: what it parses lives as long as one turn, so that an execution that waits holds bytes only.
  const JsonValue* trigger_value() const;
  const JsonValue* result_value(std::uint32_t task) const;  // null: no result

  // The task of that number (task_number.hpp): an action, or an iteration that has begun and not ended. Null: none.
  const TaskState* find(std::uint32_t task) const;
  // Attempt and delivery of the result that was taken last of the task; 0: none.
  LoopState::Record last_result(std::uint32_t task) const;

  // A canonical text of everything above, for comparison and hashing: equal states give equal bytes.
  void append_canonical(std::string& out) const;

 private:
  struct Parsed;
  mutable std::unique_ptr<Parsed> parsed_;
};

// Calls `f` with the number and the state of every action and of every iteration that find() gives.
template <class F>
void each_task(const State& state, F f) {
  for (std::uint32_t i = 0; i < state.tasks.size(); ++i) {
    f(i, state.tasks[i]);
    if (!state.tasks[i].loop) continue;
    for (const auto& [iteration, task] : state.tasks[i].loop->iterations) f(iteration_number(i, iteration), task);
  }
}

// The run's second id (events/uuid.hpp, run_uuid).
Uuid run_id(const State& state);

// The state as JSON, for people (GET /api/executions/{id}/state).
void append_json(std::string& out, const State& state);

}  // namespace reprise::workflow
