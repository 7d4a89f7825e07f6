// The engine as its users see it: commands go in, answers come back to a ticket once what they say is durable. Queries
// do not pass through here (projections/queries.hpp). No CAF in this header.
//
// Every function may be called from any thread and returns at once; errors come back as Answer::error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/answer.hpp"
#include "actors/commit_bell.hpp"
#include "events/event.hpp"
#include "events/record.hpp"
#include "projections/feed.hpp"
#include "projections/queries.hpp"
#include "storage/journal.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"

namespace reprise::workflow {
struct Plan;
}

namespace reprise::actors {

class SubscriptionBoard;

// What a call of a webhook brings: TRIGGER is made of it once the definition is known (workflow/webhook_call.hpp).
struct WebhookCall {
  Json body;                                                 // an object
  Json query;                                                // an object: the parameters of the query
  std::vector<std::pair<std::string, std::string>> headers;  // all of the request; names in lower case, UTF-8
};

struct StartRequest {
  std::string workflow_id;
  std::uint32_t version = 0;  // 0: the newest
  events::Principal principal;
  Json inputs;                                 // an object's bytes, checked JSON; empty: none
  std::shared_ptr<const WebhookCall> webhook;  // makes the inputs, when it is set
  std::string idempotency_key;                 // empty: none
  std::string causation;                       // "request/..." ; may be empty
  events::Trigger trigger = events::Trigger::manual;
  Duration wait{0};  // > 0: answer when the run is final or this time is up
};

enum class Steer : std::uint8_t { cancel, terminate, pause, resume };
struct SteerRequest {
  ExecutionId id;
  Steer what = Steer::cancel;
  std::string reason;
  events::Principal principal;
  std::string causation;
};

// An answer to an interaction.
struct AnswerRequest {
  Uuid interaction_id;
  std::optional<ExecutionId> execution_id;         // the run that the asker takes it to be of; none: whichever it is of
  Json data;                                       // checked JSON
  std::string user;                                // who answers, where the principal has no name: an open server
  std::optional<std::vector<std::string>> groups;  // of who answers; none: whoever asks may answer (an open server)
  events::Principal principal;
  std::string causation;
};

struct TaskResult {
  std::string task_token;
  bool failed = false;
  Json result;  // of a success; empty: null
  std::string error_message, error_type;
  bool retryable = true;
  std::vector<events::LogLine> logs;
  Json metadata;  // empty: none
};
struct PollRequest {
  std::string worker_id;
  std::vector<std::string> queues{"default"};
  std::vector<std::string> actions;  // exact names or "prefix.*"; empty: any
  std::uint32_t max = 1;
  Duration wait{0};
  Duration lease{30'000};
  std::vector<TaskResult> results;
  events::Principal principal;
};
struct CompleteRequest {
  std::vector<TaskResult> results;
  events::Principal principal;
};
struct HeartbeatRequest {
  struct Lease {
    std::string task_token;
    Duration lease{0};  // 0: as long as it was
    std::vector<events::LogLine> logs;
    double progress = -1;  // < 0: none given
  };
  std::vector<Lease> leases;
  events::Principal principal;
};

struct PutWorkflowRequest {
  std::string workflow_id;
  bool yaml = false;
  std::string source;
  events::Principal principal;
  std::string causation;
};

struct PutScheduleRequest {
  std::string name;
  std::string workflow_id;
  std::string cron, every;  // one of them; `every` and the window are spans such as "90s", "1h30m" or "PT5M"
  std::string timezone;     // of cron; empty: UTC
  Json inputs;              // an object; empty: none
  events::Overlap overlap = events::Overlap::skip;
  std::string catchup_window;  // empty: one minute
  events::Principal principal;
  std::string causation;
};
enum class ScheduleCommand : std::uint8_t { pause, resume, trigger, remove };
struct ScheduleRequest {
  std::string name;
  ScheduleCommand what = ScheduleCommand::pause;
  std::string reason;  // pause
  events::Principal principal;
  std::string causation;
};

struct PutSubscriptionRequest {
  std::string name;
  std::string url;
  Json types;               // a list of patterns over event types
  std::string workflow_id;  // empty: of all workflows
  std::string secret;       // as text; empty: as before, and drawn where it is made
  std::string from;         // "begin" or a cursor of the feed, where it is made; empty: what comes from now on
  events::Principal principal;
  std::string causation;
};
enum class SubscriptionCommand : std::uint8_t { pause, resume, rotate, replay, disable, remove };
struct SubscriptionRequest {
  std::string name;
  SubscriptionCommand what = SubscriptionCommand::pause;
  std::string reason;       // pause, disable
  std::string secret;       // rotate: as text; empty: drawn
  std::string cursor;       // replay: "begin" or a cursor of the feed
  Time failing_since{};     // disable
  std::uint64_t epoch = 0;  // disable: of the row that it was decided on
  events::Principal principal;
  std::string causation;
};
// `put.properties` is an object of names and texts; checked by the engine, as all else that is not a matter of form.
struct PutSourceRequest {
  events::SourcePut put;
  events::Principal principal;
  std::string causation;
};
enum class SourceCommand : std::uint8_t { pause, resume, remove };
struct SourceRequest {
  std::string name;
  SourceCommand what = SourceCommand::pause;
  std::string reason;  // pause
  events::Principal principal;
  std::string causation;
};
// Of a source that is read, since the server started.
struct SourceNumbers {
  std::string workspace, name;
  std::uint64_t records = 0, starts = 0, answers = 0, refused = 0;
  std::uint64_t lag = 0;  // records of the topic that are not read yet, as far as is known
  bool reading = false;
};

// What explain needs of a queue: how many are ahead, and when a worker last asked for such an action.
struct QueueView {
  static constexpr std::uint64_t kMostAhead = 10'000;  // counted: "at least that many" is answer enough

  std::uint64_t ahead = 0;                     // tasks of the queue that are served before the given one
  Time last_poll{};                            // of any worker on this queue; epoch: never since the server started
  Time last_poll_for_action{};                 // of a worker that takes this action
  std::vector<std::string> last_poll_actions;  // what the last poll asked for; empty: any
};

struct NamedJson {
  std::string name, json;
};
using NamedPage = projections::PageByName<NamedJson>;

struct EngineNumbers {
  std::uint64_t live_executions = 0;     // with an actor
  std::uint64_t open_executions = 0;     // not final; without an actor: they wait
  std::uint64_t started = 0, ended = 0;  // since the server started
  std::uint64_t tasks_queued = 0, tasks_leased = 0, polls_waiting = 0;
  std::uint64_t timers_armed = 0, timers_overdue = 0;
  Time oldest_queued{};
  std::uint64_t messages_owed = 0;   // of runs to each other, that the outbox holds in memory
  Time oldest_owed{};                // when the server first knew of the oldest of them; epoch: none
  std::uint64_t refused_starts = 0;  // runs that runs or schedules wanted and that could not start, since then
};

class Gateway {
 public:
  virtual ~Gateway() = default;

  // Answer: id, row, and lines when the run ended within its first commit. Errors: not_found_workflow, inputs_rejected,
  // idempotency_conflict, busy, unavailable, shutting_down. With an idempotency key seen before: the first run's id and
  // row, `flag` set.
  virtual void start(StartRequest request, Ticket ticket) = 0;
  // Answers when the execution is final or `wait` is over: id, row. Errors: not_found_execution.
  virtual void wait(const ExecutionId& id, std::string workspace, Duration wait, Ticket ticket) = 0;
  // Answer: id, row as it is afterwards; number = time of the change in ms. Errors: not_found_execution, wrong_state
  // (with id and row: of the run that is in that state).
  // A cancel or terminate of a run that went on as another one is passed on, and the answer is of that one.
  virtual void steer(SteerRequest request, Ticket ticket) = 0;

  // Answer: id of the execution; body = the interaction as it is afterwards (JSON of GET /api/interactions/{id}).
  // Errors: not_found (no such interaction, or of another run), wrong_state (it takes no more answers), duplicate (this
  // user has answered), forbidden (not in an approver group), invalid (`where`: the place in the data that its schema
  // refuses), busy, unavailable.
  virtual void answer(AnswerRequest request, Ticket ticket) = 0;

  // Of these three `damage` says why the execution of an entry could not be read: that entry is "unknown", and the
  // others are what they are.
  // Answer: body = {"tasks": [...], "outcomes": [...]}. Errors: busy.
  virtual void poll(PollRequest request, Ticket ticket) = 0;
  // Answer: body = {"outcomes": [...]}
  virtual void complete(CompleteRequest request, Ticket ticket) = 0;
  // Answer: body = {"leases": [...]}
  virtual void heartbeat(HeartbeatRequest request, Ticket ticket) = 0;
  // The asker of a waiting poll, wait or watch is gone: forget it.
  virtual void abandon(Ticket ticket) = 0;
  // An answer of poll could not be delivered: its tasks (the body's task_tokens) go back to their queue at once.
  virtual void give_back(std::string poll_body) = 0;

  // Answer: number = version, flag = the version is new; error definition_faults with body = faults as a JSON array
  // [{"pointer","line","column","message"}]; body on success = the warnings in the same form.
  virtual void put_workflow(PutWorkflowRequest request, Ticket ticket) = 0;
  // Errors: not_found_workflow.
  virtual void delete_workflow(std::string workflow_id, events::Principal principal, Ticket ticket) = 0;

  // Answer: body = the schedule as JSON, flag = something changed, number = 1 when it was made. Errors: invalid,
  // not_found_workflow, inputs_rejected, busy.
  virtual void put_schedule(PutScheduleRequest request, Ticket ticket) = 0;
  // Answer: body = the schedule as JSON; of a trigger id = the run, which exists then. Errors: not_found; of a trigger
  // also not_found_workflow, inputs_rejected.
  virtual void steer_schedule(ScheduleRequest request, Ticket ticket) = 0;
  // Schedules as JSON objects: one, or those after a name. They read the store: not on an HTTP loop. Error: not_found.
  virtual Expected<std::string> schedule(const std::string& workspace, const std::string& name) const = 0;
  virtual Expected<NamedPage> schedules(const std::string& workspace, const std::string& after,
                                        std::size_t limit) const = 0;

  // Answer: body = the subscription as JSON, with its secret where one was drawn; flag = something changed, number = 1
  // when it was made. Errors: invalid, busy.
  virtual void put_subscription(PutSubscriptionRequest request, Ticket ticket) = 0;
  // Answer: body = the subscription as JSON, with the secret of a rotation that drew it. Errors: not_found, invalid.
  virtual void steer_subscription(SubscriptionRequest request, Ticket ticket) = 0;
  // As schedule() and schedules().
  virtual Expected<std::string> subscription(const std::string& workspace, const std::string& name) const = 0;
  virtual Expected<NamedPage> subscriptions(const std::string& workspace, const std::string& after,
                                            std::size_t limit) const = 0;
  virtual SubscriptionBoard& subscription_board() = 0;
  // Answer: body = the source as JSON, flag = something changed, number = 1 when it was made. Errors: invalid,
  // not_found_workflow, busy.
  virtual void put_source(PutSourceRequest request, Ticket ticket) = 0;
  // Answer: body = the source as JSON. Error: not_found.
  virtual void steer_source(SourceRequest request, Ticket ticket) = 0;
  // Sources as JSON objects, as schedules are. They read the store: not on an HTTP loop. Error: not_found.
  virtual Expected<std::string> source(const std::string& workspace, const std::string& name) const = 0;
  virtual Expected<NamedPage> sources(const std::string& workspace, const std::string& after,
                                      std::size_t limit) const = 0;
  virtual std::vector<SourceNumbers> source_numbers() const = 0;

  // Delivers an empty Answer to the ticket whenever events of the execution became durable, until abandon(). Several
  // commits may share one delivery. The first delivery comes at once.
  virtual void watch(const ExecutionId& id, Ticket ticket) = 0;

  // The events of all, and what rings when there are new ones.
  virtual const projections::Feed& feed() const = 0;
  virtual CommitBell& bell() = 0;
  // Writes rows of the engine's own (Family::consumers) and tells whether they are durable, on the journal's thread:
  // `then` must be quick. False, and nothing is told: too much waits to be written, or the server ends.
  virtual bool store_rows(storage::RowBatch rows, std::function<void(bool durable)> then) = 0;

  virtual const projections::Queries& queries() const = 0;
  virtual const storage::Journal& journal() const = 0;
  virtual storage::Store& store() = 0;
  virtual EngineNumbers numbers() const = 0;
  virtual QueueView queue_view(std::string_view action, const storage::QueueKey& task) const = 0;
  // The compiled version; null when it does not exist. May read the store: not on an HTTP loop or scheduler thread.
  virtual std::shared_ptr<const workflow::Plan> plan(std::string_view workspace, std::string_view workflow_id,
                                                     std::uint32_t version) = 0;
  virtual Time now() const = 0;
};

}  // namespace reprise::actors
