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
enum class DelayReason : std::uint8_t {
  start_delay = 0,
  wait_until = 1,
  retry = 2,
  loop = 3  // an iteration: one turn could not begin more of them
};
enum class SkipReason : std::uint8_t { edges = 0, run_if = 1 };
enum class RequeueReason : std::uint8_t { lease_expired = 0, worker_gone = 1, resumed = 2 };
enum class OriginKind : std::uint8_t { child = 0, error_handler = 1, continued = 2, schedule = 3, webhook = 4 };
enum class InteractionKind : std::uint8_t { response = 0, approval = 1 };
enum class Overlap : std::uint8_t { skip = 0, allow = 1, buffer_one = 2 };
enum class FiringOutcome : std::uint8_t { started = 0, overlapped = 1, buffered = 2, missed = 3, failed = 4 };
enum class LoopStrategy : std::uint8_t { parallel = 0, batch = 1, sequential = 2 };
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

// Stands second in a run that no caller started directly, and records the rest of what the command `start` said.
struct ExecutionOrigin {
  OriginKind kind = OriginKind::child;
  std::string execution_id;   // of the parent, or of the run whose failure this one handles; else empty
  std::string ref;            // child: the parent's task, as `ref` or `ref[iteration]`
  std::uint32_t attempt = 0;  // child: of that task
  bool reports = false;       // child: its end is told to the parent
  std::string name;           // schedule: its name
  std::string environment;    // in place of the definition's; empty: the definition's
  // Of the run that ended and goes on as this one; empty: none. All else is as it was said of that run, and `kind` is
  // `continued` where nothing was.
  std::string continues;
  bool operator==(const ExecutionOrigin&) const = default;
};
struct ExecutionContinued {  // ended, and goes on as a new execution of its workflow
  std::string execution_id;  // of the new one
  Json inputs;
  bool operator==(const ExecutionContinued&) const = default;
};
// Stands before execution.continued_as_new, where the run does not go on with its own version of the workflow.
struct ExecutionVersionWanted {
  std::uint32_t workflow_version = 0;  // 0: the newest there is when the new run starts
  bool operator==(const ExecutionVersionWanted&) const = default;
};

// Alone in a stream of its own, under the id that the run would have had: it was wanted and can never start.
struct ExecutionRefused {
  std::string workflow_id;             // as it was wanted
  std::uint32_t workflow_version = 0;  // 0: the newest
  OriginKind kind = OriginKind::error_handler;
  std::string wanted_by;  // the id of the execution that wanted it, or the schedule's name
  std::string message;    // why it cannot start
  std::string type;
  bool operator==(const ExecutionRefused&) const = default;
};

// ---- one task of it; `ref` names the action in the definition, `attempt` counts from 1. An iteration of a for_each is
// a task of its own, with the ref `action[iteration]`, counted from 0.

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

struct TaskLoopStarted {  // a for_each begins: its iterations follow as tasks of their own
  std::string ref;
  std::uint32_t attempt = 1;
  std::uint32_t iterations = 0;
  Json items;  // an object: to each loop variable the list of its values, all of `iterations` length
  bool operator==(const TaskLoopStarted&) const = default;
};
struct TaskLoopPolicy {  // stands behind task.loop_started, where the definition leaves to expressions how to go about
                         // it
  std::string ref;
  LoopStrategy strategy = LoopStrategy::batch;
  std::uint32_t batch_size = 32;
  bool isolated = true;  // a failed iteration's result is its error; otherwise it fails the action
  bool operator==(const TaskLoopPolicy&) const = default;
};
struct TaskChildStarted {  // the child of this attempt exists
  std::string ref;
  std::uint32_t attempt = 1;
  std::string execution_id;
  std::string workflow_id;
  std::uint32_t workflow_version = 0;
  bool operator==(const TaskChildStarted&) const = default;
};

// ---- a question of a task to people

struct InteractionCreated {  // idle: the action runs first
  std::string ref;
  std::string interaction_id;
  InteractionKind kind = InteractionKind::response;
  std::uint32_t required_approvers = 1;
  Json approver_groups;  // a list of names; empty bytes: anybody may answer
  bool operator==(const InteractionCreated&) const = default;
};
struct InteractionRequested {  // pending: from now on it waits for its answer
  std::string ref;
  std::string interaction_id;
  std::uint32_t attempt = 1;  // whose result came before
  Json message;               // evaluated; empty bytes: none
  Time until;                 // the epoch: no timeout
  bool operator==(const InteractionRequested&) const = default;
};
struct InteractionAnswered {  // records the command `answer`
  std::string ref;
  std::string interaction_id;
  std::string user;  // who answered; empty: nobody is known
  Json data;
  bool operator==(const InteractionAnswered&) const = default;
};
struct InteractionCompleted {  // no further answer is taken
  std::string ref;
  std::string interaction_id;
  std::string user;  // of the answer that decided
  Json data;         // of that answer
  bool approved = true;
  bool operator==(const InteractionCompleted&) const = default;
};
struct InteractionTimedOut {  // records the command of the timer
  std::string ref;
  std::string interaction_id;
  std::uint32_t attempt = 1;
  bool operator==(const InteractionTimedOut&) const = default;
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

// ---- a schedule's own stream (its id is the schedule's UUID)

struct SchedulePut {  // made, or replaced as a whole
  std::string name;
  std::string workflow_id;
  std::string cron;      // empty: `every` holds
  Duration every{0};     // 0: `cron` holds
  std::string timezone;  // of the cron expression
  Json inputs;
  Overlap overlap = Overlap::skip;
  Duration catchup_window{0};  // firings missed for longer than this are not made up for
  bool operator==(const SchedulePut&) const = default;
};
struct SchedulePaused {
  std::string reason;
  bool operator==(const SchedulePaused&) const = default;
};
struct ScheduleResumed {
  bool operator==(const ScheduleResumed&) const = default;
};
struct ScheduleFired {
  Time due;  // the instant that the schedule names; of a trigger by hand: of the request
  bool manual = false;
  FiringOutcome outcome = FiringOutcome::started;
  std::string execution_id;  // started: of the run
  std::string message;       // failed: why
  bool operator==(const ScheduleFired&) const = default;
};
struct ScheduleDeleted {
  std::string name;
  bool operator==(const ScheduleDeleted&) const = default;
};

using Event =
    std::variant<ExecutionStarted, ExecutionCompleted, ExecutionFailed, ExecutionCancelled, ExecutionTerminated,
                 ExecutionPaused, ExecutionResumed, ExecutionTimedOut, TaskDelayed, TaskDelayElapsed, TaskScheduled,
                 TaskStarted, TaskRequeued, TaskCompleted, TaskFailed, TaskTimedOut, TaskSkipped, TaskCancelled,
                 TaskLogged, WorkflowRegistered, WorkflowDeleted, ExecutionOrigin, ExecutionContinued, TaskLoopStarted,
                 TaskChildStarted, InteractionCreated, InteractionRequested, InteractionAnswered, InteractionCompleted,
                 InteractionTimedOut, SchedulePut, SchedulePaused, ScheduleResumed, ScheduleFired, ScheduleDeleted,
                 ExecutionRefused, TaskLoopPolicy, ExecutionVersionWanted>;

// The stored number and public name of a type. Numbers are never used again for another type.
struct TypeInfo {
  std::uint16_t number;   // 1-127 stays one byte in the codec
  std::uint16_t version;  // of this build's struct
  std::string_view name;  // "reprise.task.completed.v1"
};
const TypeInfo& type_of(const Event& event);
const TypeInfo* type_of_number(std::uint16_t number);  // null: unknown to this build

// What the stream is of that an event stands in: types have their numbers by it.
enum class StreamKind : std::uint8_t { execution, workflow, schedule, subscription, source };
StreamKind stream_kind(const Event& event);
// The first part of the public `source`: "/executions/", "/workflows/", ...
std::string_view source_prefix(StreamKind kind);

// The event's fields as a JSON object: the `data` of the public event.
void append_json(std::string& out, const Event& event);

std::string_view name(Trigger);
std::string_view name(DelayReason);
std::string_view name(SkipReason);
std::string_view name(RequeueReason);
std::string_view name(OriginKind);
std::string_view name(InteractionKind);
std::string_view name(Overlap);
std::string_view name(FiringOutcome);
std::string_view name(LoopStrategy);
std::string_view name(LogLevel);  // "INFO"
std::optional<LogLevel> parse_log_level(std::string_view upper_case);

}  // namespace reprise::events
