// All typed actor interfaces of the engine, and the messages they take: one sentence each.
//
// Messages move between actors of one process only. What is large travels behind a shared pointer, made by one side and
// used by the other, never by both.
#pragma once

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/engine.hpp"
#include "actors/envelope.hpp"
#include "actors/outbox_entry.hpp"
#include "actors/queue_entry.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

class LiveExecution;
struct PollContext;

// ---- to an execution
struct DeliverCommand {  // a command for the execution, with whoever waits for its answer
  std::shared_ptr<Envelope> envelope;
  std::vector<std::shared_ptr<Envelope>> further;  // results for the same execution that came with it
};
struct ExecutionLoaded {  // the state, folded from the store; null: there is no such execution, or `error` says why not
  std::shared_ptr<LiveExecution> live;
  Error error;
  std::uint64_t generation = 0;  // of the journal before it was read
};
struct Doze {};       // go to sleep if nothing is under way
struct WriteNow {};   // hand leases to the journal that were decided and not written yet
struct ReloadState {  // a write failed: what is in memory is no longer what is stored
  std::uint64_t generation = 0;
};
struct CallsDurable {  // the start of these attempts of the server's own is durable: carry them out
  std::vector<std::uint32_t> tasks;
};
struct CallFinished {  // what came of an attempt that a task actor carried out
  std::uint32_t task = 0, attempt = 0;
  std::shared_ptr<HttpOutcome> outcome;
};
using ExecutionActor = caf::typed_actor<caf::reacts_to<DeliverCommand>, caf::reacts_to<ExecutionLoaded>,
                                        caf::reacts_to<Doze>, caf::reacts_to<WriteNow>, caf::reacts_to<ReloadState>,
                                        caf::reacts_to<CallsDurable>, caf::reacts_to<CallFinished>>;

// ---- to admission: the first command of a new execution
using AdmissionActor = caf::typed_actor<caf::reacts_to<DeliverCommand>>;

// ---- to a task: one attempt that the server itself carries out
struct CallAnswered {  // the HTTP caller's thread brings the outcome
  std::shared_ptr<HttpOutcome> outcome;
};
struct StopCall {};   // the attempt is over: drop the call
struct CallAgain {};  // core.http_poll: its pause is over
using TaskActor = caf::typed_actor<caf::reacts_to<CallAnswered>, caf::reacts_to<StopCall>, caf::reacts_to<CallAgain>>;

// ---- to the timers
struct ArmTimers {  // these timers are durable
  std::shared_ptr<std::vector<storage::TimerKey>> timers;
};
struct DisarmTimers {
  std::shared_ptr<std::vector<storage::TimerKey>> timers;
};
struct PutOffTimer {  // it was due, and its execution cannot be read
  storage::TimerKey timer;
  std::string why;
};
struct TimersLoaded {  // the next rows of the store after the window
  std::shared_ptr<std::vector<storage::TimerKey>> timers;
  bool more = false;
  std::optional<Error> error;  // some could not be read: more are there
};
struct TimerTick {  // look at the clock; `generation` tells an outdated wake-up
  std::uint64_t generation = 0;
};
using TimerActor =
    caf::typed_actor<caf::reacts_to<ArmTimers>, caf::reacts_to<DisarmTimers>, caf::reacts_to<PutOffTimer>,
                     caf::reacts_to<TimersLoaded>, caf::reacts_to<TimerTick>>;

// ---- to the outbox
struct OweMessages {  // these messages are durable: deliver them
  std::shared_ptr<std::vector<OutboxEntry>> entries;
};
struct MessagesTaken {  // their receivers have them, durably, and their rows are gone
  std::shared_ptr<std::vector<storage::OutboxKey>> keys;
};
struct MessagesRefused {  // they could not be taken: try again
  std::shared_ptr<std::vector<storage::OutboxKey>> keys;
};
struct OutboxLoaded {  // rows of the store, from the first on
  std::shared_ptr<std::vector<OutboxEntry>> entries;
  bool more = false;
  std::optional<Error> error;  // some could not be read: more are there
};
struct LookAgain {};   // a write failed: there may be rows that nobody told of
struct OutboxTick {};  // look at the clock
using OutboxActor =
    caf::typed_actor<caf::reacts_to<OweMessages>, caf::reacts_to<MessagesTaken>, caf::reacts_to<MessagesRefused>,
                     caf::reacts_to<OutboxLoaded>, caf::reacts_to<LookAgain>, caf::reacts_to<OutboxTick>>;

// ---- to a queue of workers
struct OfferTasks {  // these tasks wait for a worker, durably
  std::shared_ptr<std::vector<QueueEntry>> entries;
};
struct WithdrawnTask {
  storage::QueueKey key;
  std::uint32_t attempt = 0, delivery = 0;
};
struct WithdrawTasks {  // these no longer do
  std::shared_ptr<std::vector<WithdrawnTask>> tasks;
};
struct TasksLoaded {  // rows of the store after the window
  std::shared_ptr<std::vector<QueueEntry>> entries;
  std::string last_key;  // how far it came
  bool end = false;      // the store holds no more of this queue
  std::optional<Error> error;
};
struct TakeTasks {  // a poll, its results already durable
  std::shared_ptr<PollContext> poll;
};
struct QueueTick {};  // answer the polls whose time is up
using QueueActor = caf::typed_actor<caf::reacts_to<OfferTasks>, caf::reacts_to<WithdrawTasks>,
                                    caf::reacts_to<TasksLoaded>, caf::reacts_to<TakeTasks>, caf::reacts_to<QueueTick>>;

// ---- to the schedule actor
struct ScheduleDue {  // the schedules have to be looked at then
  Time at;
};
struct ScheduleTick {  // look at the clock; `generation` tells an outdated wake-up, 0: whatever it is
  std::uint64_t generation = 0;
};
using ScheduleClock = caf::typed_actor<caf::reacts_to<ScheduleDue>, caf::reacts_to<ScheduleTick>>;

// ---- to the supervisor
struct SupervisorTick {};  // put idle executions to sleep, answer waits whose time is up
using SupervisorActor = caf::typed_actor<caf::reacts_to<SupervisorTick>>;

}  // namespace reprise::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::DeliverCommand)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::ExecutionLoaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::Doze)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::WriteNow)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::ReloadState)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::CallsDurable)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::CallFinished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::CallAnswered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::StopCall)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::CallAgain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::ArmTimers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::DisarmTimers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::PutOffTimer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::TimersLoaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::TimerTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::OweMessages)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::MessagesTaken)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::MessagesRefused)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::OutboxLoaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::LookAgain)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::OutboxTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::OfferTasks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::WithdrawTasks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::TasksLoaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::TakeTasks)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::QueueTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::ScheduleDue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::ScheduleTick)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(reprise::actors::SupervisorTick)
