// The heart: decide makes events of a command, apply makes a state of events, react says what must be done once the
// events are durable. All three are pure: no clock, no random source, no thread, no I/O.
//
// What the scheduling rules of the language leave open is settled so:
// - retry_until: the success is recorded (task.completed), and when the expression does not hold over it, taken back by
// a
//   task.failed of the same attempt with type RetryUntil and will_retry. The next attempt waits for the task's own
//   wait_until or start_delay, and where it has none for retry_policy.initial_interval. Attempts are counted on; the
//   count of failures starts anew.
// - Every retry goes through a timer of at least 1 ms, so one turn is never endless.
// - A failure before anything was scheduled (Unreachable, RunIfError, ExpressionError in args or wait_until) is a
//   task.failed with no task.scheduled before it, and is not retried.
// - An attempt's timeout runs from its start in the server or from its first lease, not while it waits in a queue; a
// lease
//   that ends in between does not stop it.
// - Pause takes back what is queued and holds what becomes ready. Results of attempts that run are taken, also of one
// that
//   was taken back. Resume offers again under the same delivery: only the end of a lease makes the next one. A result
//   or failure that leaves nothing to do ends a paused run.
// - for_each: what it runs through is evaluated when the attempt would be scheduled. Each iteration is a task of its
// own,
//   with the action's retries and timeouts; run_if, the delays and retry_until are of the action. Iterations begin in
//   order, at most so many at once as loop.hpp says. One turn makes about 10,000 events: the iteration that would be
//   too much is delayed until the same instant (reason loop), and its timer goes on. The action completes without a
//   result of its own in the event: it is the list of its iterations' results.
// - A result that comes a second time is a duplicate also when the attempt was retried or the run has ended.
#pragma once

#include <vector>

#include "events/error.hpp"
#include "events/event.hpp"
#include "workflow/command.hpp"
#include "workflow/owed.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

struct TimerId {
  TimerKind kind = TimerKind::delay;
  std::uint32_t task = 0;  // number (task_number.hpp); 0 for execution_timeout
  std::uint32_t attempt = 0;
  std::uint32_t delivery = 0;
  auto operator<=>(const TimerId&) const = default;
};

// What has to be done after the events are durable. `arm`/`disarm`, `offer`/`withdraw` and `run`/`stop` are also rows,
// written in the same batch as the events; a pair that cancels itself out within one turn never appears.
struct Effects {
  struct Timer {
    TimerId id;
    Time due;
  };
  struct Attempt {
    std::uint32_t task = 0;
    std::uint32_t attempt = 0;
    std::uint32_t delivery = 0;
    Time offered_at{};  // of the row that is withdrawn or put: when the task.scheduled / task.requeued event happened
  };
  std::vector<Timer> arm, disarm;
  std::vector<Attempt> offer, withdraw;  // in the queue of workers
  std::vector<Attempt> run, stop;        // in_server attempts: carried out by a task actor
  std::vector<Owed> owe;                 // to other runs: rows of the outbox, delivered once they are durable
  bool ended = false;                    // the execution is final
};

// Decides a command. On success the events (never empty) HAVE BEEN APPLIED to `state`, each right after it was decided,
// by the same apply that replay uses, and `effects` describes what to do when they are durable. A rejected command
// leaves state and effects untouched. Rejections: wrong_state (the detail names the state), stale, duplicate,
// not_found. Determinism: equal state, command and now give equal events.
Expected<std::vector<events::Event>> decide(State& state, const Command& command, const Now& now, Effects& effects);

// The only code that changes a state. `time` is the record's. Precondition: the event fits the state (it was decided on
// it); a stored event that does not is errc::corrupt, and the state must not be used any more.
Expected<void> apply(State& state, const events::Event& event, Time time);

// What a loaded state still owes the world: run for every in_server attempt that is running, and (for checking the
// store's rows against the state) every armed timer and queued offer.
Effects outstanding(const State& state);

// Why the run is where it is (GET /explain): filled by explain.cpp from the state alone.
struct Waiting {
  std::string ref;
  std::string kind;  // worker | timer | retry | http | child | person | paused | edges | loop
  std::string sentence;
  Time until{};  // timers
  Time since{};
  std::string queue, action, worker, last_error;
  std::string child;                       // the id of the run that carries the task out, once it exists
  std::string interaction_id, may_answer;  // person
  std::uint32_t attempt = 0;
  std::vector<std::string> waits_for;  // refs, for edges
};
struct Explanation {
  std::string sentence;                                                // of the execution
  std::vector<Waiting> open;                                           // each open or waiting task
  std::string first_cause_ref, first_cause_message, first_cause_type;  // of a failed run
};
Explanation explain(const State& state);

// The backoff before attempt `next_attempt` (2 or more): 1 s, doubling, at most 100 s, unless the action says
// otherwise.
Duration backoff(const RetryPolicy& policy, std::uint32_t next_attempt);

}  // namespace reprise::workflow
