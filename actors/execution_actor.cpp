#include "actors/execution_actor.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <exception>
#include <utility>

#include "actors/load_execution.hpp"
#include "actors/outbox_delivery.hpp"
#include "actors/services.hpp"
#include "actors/task_actor.hpp"
#include "workflow/interaction.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kStashBound = 10'000;
constexpr std::size_t kUnwrittenChunks = 64;  // of leases, and of results that came together

Error not_found(const ExecutionId& id) { return Error{errc::not_found_execution, "no execution " + to_string(id), {}}; }

// A worker's command names its task by index, as its token does; the state machine wants the ref.
bool name_task(workflow::Command& command, const std::string& ref) {
  return std::visit(
      [&](auto& c) {
        if constexpr (requires {
                        c.delivery;
                        c.ref;
                      }) {
          c.ref = ref;
          return true;
        } else {
          return false;
        }
      },
      command);
}

bool of_task(const workflow::Command& command) {
  return std::visit(
      [](const auto& c) {
        return requires {
          c.delivery;
          c.ref;
        };
      },
      command);
}

bool starts(const Envelope& envelope) {
  return envelope.command && std::holds_alternative<workflow::Start>(*envelope.command);
}

}  // namespace

void ExecutionState::attach(ExecutionActor::pointer self, Services* services, const ExecutionId& id) {
  self_ = self;
  services_ = services;
  id_ = id;
}

void ExecutionState::begin(Services* services, Envelope& first) {
  services_ = services;
  id_ = first.id;
  live_ = std::make_shared<LiveExecution>(id_, first.plan);
  live_->generation = services_->journal->generation();
  try {
    handle(first, false);
  } catch (const std::exception&) {
    EngineCommit answers;
    const Error internal{errc::internal, "the execution could not be started", {}};
    answer_rejected(first, internal, answers);
    refuse_all(answers, internal);
  }
}

void ExecutionState::adopt(std::shared_ptr<LiveExecution> live, std::shared_ptr<Settling> settling) {
  live_ = std::move(live);
  settling_ = std::move(settling);
}

void ExecutionState::load() {
  if (loading_) return;
  if (services_->journal->failing()) {
    // What a failed write left behind is known only once the store has recovered. The next Doze tries again.
    announce_ = true;
    ExecutionLoaded refused;
    refused.error = Error{errc::unavailable, "the store does not take writes at the moment", {}};
    return loaded(refused);
  }
  loading_ = true;
  auto self = caf::actor_cast<ExecutionActor>(self_);
  services_->loader->post(
      [services = services_, id = id_, self] {
        const auto generation = services->journal->generation();
        ExecutionLoaded message;
        auto live = load_execution(services->store, *services->queries, *services->definitions, id);
        if (live) {
          (*live)->generation = generation;
          message.live = std::move(*live);
        } else {
          message.error = live.error();
        }
        message.generation = generation;
        caf::anon_send(self, std::move(message));
      },
      true);
}

void ExecutionState::loaded(ExecutionLoaded& message) {
  loading_ = false;
  if (message.live && message.live->generation != services_->journal->generation())
    return load();  // a write failed since
  live_ = std::move(message.live);
  if (!live_ && message.error.code == errc::not_found_execution && !begin_wanted(message.generation)) return load();
  auto stash = std::exchange(stash_, {});
  if (!live_) {
    handled_ += stash.size();
    for (auto& envelope : stash) {
      EngineCommit answers;
      answer_rejected(*envelope, message.error, answers);
      refuse_all(answers, message.error);
      if (message.error.code != errc::not_found_execution) {
        again_later(*envelope, &message.error);  // the store could not be read just now
      } else if (envelope->outbox) {
        drop_message(*services_, *envelope->outbox);
      } else if (envelope->timer) {
        storage::RowBatch rows;
        rows.del(storage::Family::timers, storage::timer_key(*envelope->timer));
        services_->store_rows(std::move(rows), {}, true);
      }
    }
    if (message.error.code == errc::not_found_execution) announce_ = false;
    return announce_ ? void() : doze();
  }
  if (announce_) announce();
  stop_stale_calls();
  for (const auto& attempt : workflow::outstanding(live_->state).run) {
    if (!calls_.contains(attempt.task)) run_call(attempt.task);
  }
  for (auto& envelope : stash) deliver(std::move(envelope), false);
}

// What nobody outside will ask for again: timers and handed-out tasks come back to where they were.
void ExecutionState::again_later(const Envelope& envelope, const Error* unreadable) {
  if (envelope.timer && unreadable != nullptr && unreadable->code != errc::unavailable) {
    caf::anon_send(services_->timers, PutOffTimer{*envelope.timer, unreadable->detail});
  } else if (envelope.timer) {
    arm_again(*envelope.timer);
  }
  if (envelope.entry) offer_again(*envelope.entry);
  if (envelope.outbox) refuse_message(*services_, *envelope.outbox);
}

// A run that another one wants and that is not there yet begins here, with its first command. False: a write failed
// since the store was asked, so that it may be there after all.
bool ExecutionState::begin_wanted(std::uint64_t generation) {
  const auto start = std::find_if(stash_.begin(), stash_.end(), [](const auto& each) { return starts(*each); });
  if (start == stash_.end()) return true;
  if (generation != services_->journal->generation()) return false;
  live_ = std::make_shared<LiveExecution>(id_, (*start)->plan);
  live_->generation = generation;
  std::rotate(stash_.begin(), start, start + 1);
  return true;
}

void ExecutionState::arm_again(const storage::TimerKey& timer) {
  caf::anon_send(services_->timers, ArmTimers{std::make_shared<std::vector<storage::TimerKey>>(1, timer)});
}

void ExecutionState::offer_again(const QueueEntry& entry) {
  const auto queue = services_->queue(entry.key.queue);
  caf::anon_send(queue, OfferTasks{std::make_shared<std::vector<QueueEntry>>(1, entry)});
}

void ExecutionState::deliver(DeliverCommand& message) {
  const std::size_t further = message.further.size();
  deliver(std::move(message.envelope), further != 0);
  for (std::size_t i = 0; i < further; ++i) deliver(std::move(message.further[i]), i + 1 < further);
}

void ExecutionState::deliver(std::shared_ptr<Envelope> envelope, bool more) {
  if (!live_) {
    if (stash_.size() >= kStashBound) {
      again_later(*envelope);
      ++handled_;
      EngineCommit answers;
      const Error busy{errc::busy, "too many commands wait for this execution", {}};
      answer_rejected(*envelope, busy, answers);
      return refuse_all(answers, busy);
    }
    stash_.push_back(std::move(envelope));
    if (!loading_) wait_and_reload();
    return;
  }
  ++handled_;
  try {
    handle(*envelope, more);
  } catch (const std::exception&) {
    // Whatever the state was left in is not to be trusted: what is stored is.
    EngineCommit answers;
    const Error internal{errc::internal, "the command could not be carried out", {}};
    answer_rejected(*envelope, internal, answers);
    refuse_all(answers, internal);
    if (envelope->outbox) refuse_message(*services_, *envelope->outbox);
    wait_and_reload();
  }
}

// What a worker or a service says may hold the secrets that it was given.
void ExecutionState::conceal_secrets(Envelope& envelope) const {
  const auto& plan = *live_->state.plan;
  if (plan.secrets.empty()) return;
  const auto concealer = services_->secrets->concealer(plan, live_->view.workspace);
  if (concealer.empty()) return;
  for (auto& line : envelope.logs) concealer.conceal(line.message);
  if (!envelope.command) return;
  if (auto* completed = std::get_if<workflow::Complete>(&*envelope.command)) {
    concealer.conceal(completed->result);
    concealer.conceal(completed->metadata);
  } else if (auto* failed = std::get_if<workflow::Fail>(&*envelope.command)) {
    concealer.conceal(failed->message);
    concealer.conceal(failed->type);
  } else if (auto* answer = std::get_if<workflow::Respond>(&*envelope.command)) {
    concealer.conceal(answer->data);
  }
}

void ExecutionState::handle(Envelope& envelope, bool more) {
  conceal_secrets(envelope);
  if (!unwritten_) unwritten_ = std::make_unique<EngineCommit>();
  auto& commit = *unwritten_;
  const bool first = starts(envelope);
  commit.generation = live_->generation;
  commit.partition = storage::partition_of(id_, services_->store.partitions());
  commit.fired = envelope.timer;
  commit.taken = envelope.outbox;
  std::optional<Error> rejected;
  if (!envelope.workspace.empty() && !first && envelope.workspace != live_->view.workspace) {
    rejected = not_found(id_);
  } else if (envelope.extend_lease >= Duration(0)) {
    const auto outcome = heartbeat(envelope, commit);
    live_->finish(commit);
    commit.gathered.push_back({envelope.gathering, envelope.slot, static_cast<std::uint8_t>(outcome)});
    return submit(std::move(unwritten_), true);
  } else {
    rejected = decide(envelope, commit);
  }
  if (envelope.entry) {
    // A lease: nobody waits for it to be stored.
    if (!rejected) commit.leased.push_back(envelope.entry);
    if (!commit.events) return unwritten_.reset();
    if (commit.chunks.size() >= kUnwrittenChunks || !services_->audience.watchers(id_).empty()) write();
    return;
  }
  if (envelope.outbox) take_message(envelope, rejected, commit);
  stop_stale_calls();
  if (rejected) {
    answer_rejected(envelope, *rejected, commit);
  } else {
    answer_accepted(envelope, commit);
  }
  // Results that came together are written together.
  if (more && commit.chunks.size() < kUnwrittenChunks) return;
  live_->finish(commit);
  submit(std::move(unwritten_), !first);
}

// Whatever it came to: the message has been heard.
void ExecutionState::take_message(const Envelope& envelope, const std::optional<Error>& rejected,
                                  EngineCommit& commit) {
  commit.rows.del(storage::Family::outbox, storage::outbox_key(*envelope.outbox));
  if (!rejected) return;
  if (envelope.stop_unwanted && rejected->code == errc::stale) {
    live_->stop_unwanted(envelope.outbox->sender, commit);
  } else if (const auto* cancel = std::get_if<workflow::Cancel>(&*envelope.command)) {
    live_->stop_successor(false, cancel->reason, commit);
  } else if (const auto* terminate = std::get_if<workflow::Terminate>(&*envelope.command)) {
    live_->stop_successor(true, terminate->reason, commit);
  }
}

std::optional<Error> ExecutionState::decide(Envelope& envelope, EngineCommit& commit) {
  const auto now = services_->now();
  auto& command = *envelope.command;
  if (envelope.principal.workspace.empty()) envelope.principal.workspace = live_->view.workspace;  // the engine itself
  if (!envelope.names_task && of_task(command) && !std::holds_alternative<workflow::TimerFired>(command)) {
    if (!known(envelope.task)) return Error{errc::stale, "no such task", {}};
    name_task(command, workflow::ref_of(*live_->state.plan, envelope.task));
  }
  if (const auto* answer = std::get_if<workflow::Respond>(&command)) {
    if (auto refused = workflow::answer_refusal(live_->state, *answer, envelope.groups)) return refused;
  }
  if (auto* fired = std::get_if<workflow::TimerFired>(&command)) {
    if (fired->kind != workflow::TimerKind::execution_timeout) {
      if (!known(envelope.task)) return Error{errc::stale, "no such task", {}};
      fired->ref = workflow::ref_of(*live_->state.plan, envelope.task);
    }
    if (fired->kind == workflow::TimerKind::lease) {
      const auto extended = live_->lease_ends.find(envelope.task);
      if (extended != live_->lease_ends.end() && extended->second > now) {
        const auto* task = live_->state.find(envelope.task);
        if (task != nullptr && task->status == workflow::TaskStatus::running && task->attempt == fired->attempt &&
            task->delivery == fired->delivery) {
          live_->rearm_lease(*envelope.timer, extended->second, commit);
          return std::nullopt;
        }
      }
    }
  }
  if (!envelope.logs.empty() && holds_lease(envelope)) {
    for (auto& line : envelope.logs) {
      if (line.time == Time{}) line.time = now;
    }
    workflow::Log log{workflow::ref_of(*live_->state.plan, envelope.task), std::move(envelope.logs)};
    if (auto logged = live_->turn(log, envelope.principal, envelope.causation, now, commit); !logged)
      return logged.error();
  }
  auto turned = live_->turn(command, envelope.principal, std::move(envelope.causation), now, commit);
  if (!turned) return turned.error();
  return std::nullopt;
}

// Whether the plan has the task that a key or token names: a token is signed, but a store may have been altered.
bool ExecutionState::known(std::uint32_t task) const {
  const auto& tasks = live_->state.plan->tasks;
  const auto action = workflow::action_of(task);
  return action < tasks.size() && (!workflow::is_iteration(task) || !tasks[action].for_each.empty());
}

bool ExecutionState::holds_lease(const Envelope& envelope) const {
  const auto* task = live_->state.find(envelope.task);
  if (task == nullptr) return false;
  const bool open = task->status == workflow::TaskStatus::running || task->status == workflow::TaskStatus::queued;
  return open && task->attempt == envelope.attempt && task->delivery == envelope.delivery;
}

LeaseOutcome ExecutionState::heartbeat(Envelope& envelope, EngineCommit& commit) {
  const auto now = services_->now();
  if (!known(envelope.task)) return LeaseOutcome::unknown;
  const auto* found = live_->state.find(envelope.task);
  if (found == nullptr) return LeaseOutcome::stale;
  const auto& task = *found;
  const auto ref = workflow::ref_of(*live_->state.plan, envelope.task);
  if (!holds_lease(envelope)) {
    const bool cancelled = task.status == workflow::TaskStatus::cancelled && task.attempt == envelope.attempt &&
                           task.delivery == envelope.delivery;
    return cancelled ? LeaseOutcome::cancel_requested : LeaseOutcome::stale;
  }
  if (task.status == workflow::TaskStatus::queued) {
    // Its lease was handed out, and lost in a crash before it was durable: the worker still has it.
    const auto until = now + (envelope.extend_lease > Duration(0) ? envelope.extend_lease : Duration(30'000));
    workflow::Lease lease{ref, envelope.attempt, envelope.delivery, "unknown", until};
    if (!live_->turn(lease, envelope.principal, "lease", now, commit)) return LeaseOutcome::stale;
  } else {
    auto length = envelope.extend_lease;
    if (length == Duration(0)) length = Duration(30'000);
    live_->extend_lease(envelope.task, now + length, commit);
  }
  if (!envelope.logs.empty()) {
    for (auto& line : envelope.logs) {
      if (line.time == Time{}) line.time = now;
    }
    workflow::Log log{ref, std::move(envelope.logs)};
    if (!live_->turn(log, envelope.principal, "lease", now, commit)) return LeaseOutcome::stale;
  }
  return LeaseOutcome::extended;
}

void ExecutionState::announce() {
  announce_ = false;
  EngineCommit notes;
  live_->announce(notes);
  if (!notes.arm.empty()) {
    caf::anon_send(services_->timers,
                   ArmTimers{std::make_shared<std::vector<storage::TimerKey>>(std::move(notes.arm))});
  }
  for (const auto& entry : notes.offers) offer_again(entry);
  caf::anon_send(services_->outbox, LookAgain{});
}

void ExecutionState::wait_and_reload() {
  live_.reset();
  if (unwritten_) {  // its tasks are announced again
    refuse_all(*unwritten_, {errc::unavailable, "what was decided could not be stored", {}});
    unwritten_.reset();
  }
  announce_ = true;
  settling_->notify.store(true, std::memory_order_seq_cst);
  if (settling_->under_way.load(std::memory_order_seq_cst) != 0) return;  // the last of them sends ReloadState
  settling_->notify.store(false, std::memory_order_relaxed);
  load();
}

void ExecutionState::reload(std::uint64_t) {
  if (!loading_) wait_and_reload();
}

void ExecutionState::doze() {
  if (!live_ && announce_ && !loading_) {
    if (!services_->journal->failing()) load();
    return;
  }
  if (live_) write();
  if (loading_ || !stash_.empty() || !calls_.empty()) return;
  if (settling_->under_way.load(std::memory_order_acquire) != 0) return;
  if (live_ && !workflow::outstanding(live_->state).run.empty()) return;
  if (services_->directory->remove_if_idle(id_, handled_)) self_->quit();
}

void ExecutionState::calls_durable(const std::vector<std::uint32_t>& tasks) {
  if (!live_) return;  // loading: what is outstanding is run afterwards
  for (const auto task : tasks) {
    const auto* of = live_->state.find(task);
    if (of == nullptr || calls_.contains(task)) continue;
    if (of->status == workflow::TaskStatus::running) run_call(task);
  }
}

void ExecutionState::run_call(std::uint32_t task) {
  const auto& state = *live_->state.find(task);
  HttpCall call;
  call.args = state.args.bytes;
  call.recorded = !live_->state.plan->tasks[workflow::action_of(task)].args.secrets().empty();
  call.workspace = live_->view.workspace;
  call.polls = live_->state.plan->tasks[workflow::action_of(task)].action == "core.http_poll";
  if (state.deadline != Time{}) call.timeout = std::max(Duration(1), state.deadline - services_->now());
  calls_[task] = {state.attempt,
                  self_->spawn<caf::linked>(task_actor, services_, caf::actor_cast<ExecutionActor>(self_), task,
                                            state.attempt, std::make_shared<HttpCall>(std::move(call)))};
}

void ExecutionState::stop_stale_calls() {
  std::erase_if(calls_, [this](const auto& each) {
    const auto* task = live_->state.find(each.first);
    const bool running = task != nullptr && task->status == workflow::TaskStatus::running;
    if (running && task->attempt == each.second.first) return false;
    caf::anon_send(each.second.second, StopCall{});
    return true;
  });
}

void ExecutionState::call_finished(const CallFinished& message) {
  const auto call = calls_.find(message.task);
  if (call == calls_.end() || call->second.first != message.attempt) return;
  calls_.erase(call);
  auto envelope = std::make_shared<Envelope>();
  envelope->id = id_;
  envelope->task = message.task;
  envelope->attempt = message.attempt;
  envelope->causation = "call";
  auto& outcome = *message.outcome;
  if (outcome.ok) {
    envelope->command = workflow::Complete{{}, message.attempt, 1, std::move(outcome.result), {}};
  } else {
    envelope->command = workflow::Fail{
        {}, message.attempt, 1, std::move(outcome.error_message), std::move(outcome.error_type), outcome.retryable};
  }
  if (live_) envelope->principal = events::Principal{live_->view.user, live_->view.workspace};
  --handled_;  // not a command of the directory
  deliver(std::move(envelope), false);
}

static ExecutionActor::behavior_type route(ExecutionActor::stateful_pointer<ExecutionState> self) {
  return {
      [self](DeliverCommand& m) { self->state.deliver(m); },
      [self](ExecutionLoaded& m) { self->state.loaded(m); },
      [self](Doze) { self->state.doze(); },
      [self](WriteNow) { self->state.write(); },
      [self](ReloadState m) { self->state.reload(m.generation); },
      [self](const CallsDurable& m) { self->state.calls_durable(m.tasks); },
      [self](const CallFinished& m) { self->state.call_finished(m); },
  };
}

ExecutionActor::behavior_type adopted_execution(ExecutionActor::stateful_pointer<ExecutionState> self,
                                                Services* services, std::shared_ptr<LiveExecution> live,
                                                std::shared_ptr<Settling> settling) {
  self->state.attach(self, services, live->state.id);
  self->state.adopt(std::move(live), std::move(settling));
  return route(self);
}

ExecutionActor::behavior_type waking_execution(ExecutionActor::stateful_pointer<ExecutionState> self,
                                               Services* services, ExecutionId id) {
  self->state.attach(self, services, id);
  self->state.load();
  return route(self);
}

}  // namespace reprise::actors
