// What can happen. One plain struct for each event type; every field is written once, in `describe`, from which the
// binary codec, the JSON of the public event stream and the comparison all follow.
//
// A released struct never changes its meaning or its fields: a new meaning is a new version (see docs/formats.md).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/json.hpp"
#include "events/time.hpp"
#include "events/uuid.hpp"

namespace reprise::events {

using Sha256 = std::array<std::uint8_t, 32>;

enum class Trigger : std::uint8_t { manual = 0, scheduled = 1, webhook = 2 };
enum class DelayReason : std::uint8_t { start_delay = 0, wait_until = 1, retry = 2 };
enum class SkipReason : std::uint8_t { edges = 0, run_if = 1 };
enum class RequeueReason : std::uint8_t { lease_expired = 0, worker_gone = 1, resumed = 2 };
enum class LogLevel : std::uint8_t { debug = 0, info = 1, warning = 2, error = 3 };

struct LogLine {
  Time time;
  LogLevel level = LogLevel::info;
  std::string message;
  bool operator==(const LogLine&) const = default;
};

// ---- an execution as a whole

struct ExecutionStarted {  // records the command `start` whole
  std::string workflow_id;
  std::uint32_t workflow_version = 0;
  Sha256 definition_hash{};  // content address of the version
  Json inputs;               // TRIGGER; "{}" when none were given, defaults of `expects` filled in
  Trigger trigger = Trigger::manual;
  std::uint64_t seed = 0;       // of every random number that the run draws
  Duration timeout{0};          // of the whole execution; 0: none
  std::string idempotency_key;  // as the caller gave it; empty: none
  bool operator==(const ExecutionStarted&) const = default;
};
struct ExecutionCompleted {
  Json result;
  bool operator==(const ExecutionCompleted&) const = default;
};
struct ExecutionFailed {
  std::string message;
  std::string type;
  std::string ref;  // of the task that failed the run; empty when none did
  bool operator==(const ExecutionFailed&) const = default;
};
struct ExecutionCancelled {
  std::string reason;
  bool operator==(const ExecutionCancelled&) const = default;
};
struct ExecutionTerminated {
  std::string reason;
  bool operator==(const ExecutionTerminated&) const = default;
};
struct ExecutionPaused {
  std::string reason;
  bool operator==(const ExecutionPaused&) const = default;
};
struct ExecutionResumed {
  bool operator==(const ExecutionResumed&) const = default;
};
struct ExecutionTimedOut {
  bool operator==(const ExecutionTimedOut&) const = default;
};

// ---- one task of it; `ref` names the action in the definition, `attempt` counts from 1

struct TaskDelayed {  // the attempt waits until `until`
  std::string ref;
  std::uint32_t attempt = 1;
  Time until;
  DelayReason reason = DelayReason::start_delay;
  bool operator==(const TaskDelayed&) const = default;
};
struct TaskDelayElapsed {  // records the command of the timer
  std::string ref;
  std::uint32_t attempt = 1;
  bool operator==(const TaskDelayElapsed&) const = default;
};
struct TaskScheduled {  // the attempt may begin: in the server, or by a worker of `queue`
  std::string ref;
  std::string action;
  std::uint32_t attempt = 1;
  std::string queue;  // empty for actions that run in the server
  Json args;          // evaluated; empty bytes for actions that finish at once inside `decide`
  Time deadline;      // of the attempt; the epoch: none
  bool operator==(const TaskScheduled&) const = default;
};
struct TaskStarted {  // running in the server (worker empty), or leased to a worker
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;  // counts the leases of one attempt
  std::string worker;
  Time lease_until;  // the epoch: no lease
  bool operator==(const TaskStarted&) const = default;
};
struct TaskRequeued {  // the lease ended without a result: the attempt waits for a worker again
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 2;  // of the next lease
  RequeueReason reason = RequeueReason::lease_expired;
  bool operator==(const TaskRequeued&) const = default;
};
struct TaskCompleted {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  Json result;
  Json metadata;  // empty bytes: none
  bool operator==(const TaskCompleted&) const = default;
};
struct TaskFailed {
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  std::string message;
  std::string type;
  bool retryable = true;    // what the failing side said
  bool will_retry = false;  // what the engine decided
  bool operator==(const TaskFailed&) const = default;
};
struct TaskTimedOut {  // the attempt's own timeout; records the command of the timer
  std::string ref;
  std::uint32_t attempt = 1;
  bool will_retry = false;
  bool operator==(const TaskTimedOut&) const = default;
};
struct TaskSkipped {
  std::string ref;
  SkipReason reason = SkipReason::edges;
  bool operator==(const TaskSkipped&) const = default;
};
struct TaskCancelled {  // the execution ended while the task was open
  std::string ref;
  std::uint32_t attempt = 1;
  bool operator==(const TaskCancelled&) const = default;
};
struct TaskLogged {  // lines of core.log and of workers; the engine's own are read off the other events
  std::string ref;   // empty: of the execution
  std::vector<LogLine> lines;
  bool operator==(const TaskLogged&) const = default;
};

// ---- a workflow's own stream (its id is the workflow's UUID)

struct WorkflowRegistered {
  std::string workflow_id;
  std::uint32_t version = 1;
  Sha256 hash{};           // of `canonical`
  std::string media_type;  // application/json or application/yaml
  std::string source;      // as it was sent
  Json canonical;          // the definition as canonical JSON: what runs
  bool operator==(const WorkflowRegistered&) const = default;
};
struct WorkflowDeleted {
  std::string workflow_id;
  bool operator==(const WorkflowDeleted&) const = default;
};

using Event = std::variant<ExecutionStarted, ExecutionCompleted, ExecutionFailed, ExecutionCancelled,
                           ExecutionTerminated, ExecutionPaused, ExecutionResumed, ExecutionTimedOut, TaskDelayed,
                           TaskDelayElapsed, TaskScheduled, TaskStarted, TaskRequeued, TaskCompleted, TaskFailed,
                           TaskTimedOut, TaskSkipped, TaskCancelled, TaskLogged, WorkflowRegistered, WorkflowDeleted>;

// The stored number and public name of a type. Numbers are never used again for another type.
struct TypeInfo {
  std::uint16_t number;   // 1-127 stays one byte in the codec
  std::uint16_t version;  // of this build's struct
  std::string_view name;  // "reprise.task.completed.v1"
};
const TypeInfo& type_of(const Event& event);
const TypeInfo* type_of_number(std::uint16_t number);  // null: unknown to this build

// The event's fields as a JSON object: the `data` of the public event.
void append_json(std::string& out, const Event& event);

std::string_view name(Trigger);
std::string_view name(DelayReason);
std::string_view name(SkipReason);
std::string_view name(RequeueReason);
std::string_view name(LogLevel);  // "INFO"
std::optional<LogLevel> parse_log_level(std::string_view upper_case);

}  // namespace reprise::events
