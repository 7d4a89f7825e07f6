// What becomes of a decided command: its answers, and its commit on the way to the journal.
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/execution_actor.hpp"
#include "actors/outbox_delivery.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

namespace {

std::uint8_t task_outcome(errc code) {
  switch (code) {
    case errc::duplicate: return static_cast<std::uint8_t>(TaskOutcome::duplicate);
    case errc::not_found_execution: return static_cast<std::uint8_t>(TaskOutcome::unknown);
    default: return static_cast<std::uint8_t>(TaskOutcome::stale);
  }
}

// Whether the same may go better at another moment, for this execution as for any other.
bool passes(errc code) {
  switch (code) {
    case errc::busy:
    case errc::unavailable:
    case errc::outcome_unknown:
    case errc::shutting_down:
    case errc::would_block:
    case errc::io:
    case errc::internal: return true;
    default: return false;
  }
}

// Of results and of leases.
constexpr auto kUnknown = static_cast<std::uint8_t>(TaskOutcome::unknown);
static_assert(kUnknown == static_cast<std::uint8_t>(LeaseOutcome::unknown));

}  // namespace

void ExecutionState::answer_rejected(Envelope& envelope, const Error& error, EngineCommit& commit) {
  if (envelope.timer) commit.rows.del(storage::Family::timers, storage::timer_key(*envelope.timer));
  if (!envelope.idempotency_row_key.empty()) commit.idempotency_row_key = envelope.idempotency_row_key;
  if (envelope.ticket.sink != nullptr && !pursued(envelope, error)) {
    Answer answer;
    answer.error = error;
    answer.id = id_;
    if (error.code == errc::wrong_state && live_) answer.row = live_->status_row();
    commit.replies.push_back({envelope.ticket, std::move(answer)});
  }
  if (envelope.gathering) {
    const auto outcome = envelope.extend_lease >= Duration(0)
                             ? static_cast<std::uint8_t>(error.code == errc::not_found_execution ? LeaseOutcome::unknown
                                                                                                 : LeaseOutcome::stale)
                             : task_outcome(error.code);
    commit.gathered.push_back({envelope.gathering, envelope.slot, outcome});
  }
}

// Whoever wants a run to end that went on as another one means the one that goes on now.
bool ExecutionState::pursued(const Envelope& envelope, const Error& error) {
  if (error.code != errc::wrong_state || !live_ || live_->state.status != workflow::Status::continued_as_new)
    return false;
  if (envelope.ticket.sink == services_->pursuits.get() || !envelope.command) return false;
  SteerRequest request;
  if (const auto* cancel = std::get_if<workflow::Cancel>(&*envelope.command)) {
    request.reason = cancel->reason;
  } else if (const auto* terminate = std::get_if<workflow::Terminate>(&*envelope.command)) {
    request.what = Steer::terminate;
    request.reason = terminate->reason;
  } else {
    return false;
  }
  request.id = id_;
  request.principal = envelope.principal;
  services_->pursuits->begin(std::move(request), envelope.ticket);
  return true;
}

void ExecutionState::answer_accepted(Envelope& envelope, EngineCommit& commit) {
  const auto now = services_->now();
  const bool ended = workflow::final(live_->state.status);
  if (!envelope.idempotency_row_key.empty()) {
    commit.rows.put(storage::Family::idempotency, envelope.idempotency_row_key, envelope.idempotency_row_value);
    commit.idempotency_row_key = envelope.idempotency_row_key;
  }
  if (envelope.gathering) {
    commit.gathered.push_back({envelope.gathering, envelope.slot, static_cast<std::uint8_t>(TaskOutcome::accepted)});
  }
  if (envelope.ticket.sink != nullptr) {
    if (envelope.wait > Duration(0) && !ended) {
      services_->audience.wait(id_, envelope.ticket, envelope.wait);
    } else {
      Answer answer;
      answer.id = id_;
      answer.row = live_->status_row();
      answer.number = static_cast<std::uint64_t>(to_millis(now));
      if (const auto* given = std::get_if<workflow::Respond>(&*envelope.command)) {
        const auto* asked = live_->view.interactions.find(given->ref);
        if (asked != nullptr) projections::append_interaction_json(answer.body, *asked, live_->view.owner());
      }
      if (envelope.wait > Duration(0)) {
        if (const auto* lines = live_->whole_lines()) answer.lines = *lines;
      }
      commit.replies.push_back({envelope.ticket, std::move(answer)});
    }
  }
  if (ended && !services_->audience.empty()) commit.final_row = live_->status_row();
  commit.doze = live_->only_waits(now);
}

void ExecutionState::write() {
  if (!unwritten_) return;
  live_->finish(*unwritten_);
  submit(std::move(unwritten_), true);
}

void ExecutionState::submit(std::unique_ptr<EngineCommit> commit, bool urgent) {
  const bool goes_on = live_->state.next_event_id > 1 && !workflow::final(live_->state.status);
  const ExecutionActor actor = self_ != nullptr ? caf::actor_cast<ExecutionActor>(self_)
                               : goes_on        ? spawn_actor()
                                                : ExecutionActor{};
  if (actor) {
    commit->actor = actor;
    commit->settling = settling_;
    settling_->under_way.fetch_add(1, std::memory_order_acq_rel);
  }
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (services_->journal->submit(base, urgent)) return;
  auto& refused = static_cast<EngineCommit&>(*base);
  const Error error = services_->journal->failing()
                          ? Error{errc::unavailable, "the store does not take writes at the moment", {}}
                          : Error{errc::busy, "too many commits wait to be written", {}};
  if (actor) settling_->under_way.fetch_sub(1, std::memory_order_acq_rel);
  const bool changed = !refused.chunks.empty();
  if (refused.started) {
    for (const auto& ticket : services_->audience.ended(id_)) Services::refuse(ticket, error.code, error.detail);
  }
  refuse_all(refused, error);
  for (const auto& entry : refused.leased) offer_again(*entry);
  if (refused.fired) arm_again(*refused.fired);
  if (refused.taken) refuse_message(*services_, *refused.taken);
  if (!actor || !changed) return;
  // The state in memory is ahead of what will ever be stored.
  if (self_ != nullptr) return wait_and_reload();
  caf::anon_send(actor, ReloadState{services_->journal->generation()});
}

ExecutionActor ExecutionState::spawn_actor() {
  auto actor = services_->system->spawn(adopted_execution, services_, live_, settling_);
  services_->directory->insert(id_, actor, services_->now());
  return actor;
}

void ExecutionState::refuse_all(EngineCommit& commit, const Error& error) {
  for (auto& reply : commit.replies) {
    if (reply.answer.error.code == errc::ok) reply.answer.error = error;
    Services::answer(reply.ticket, std::move(reply.answer));
  }
  commit.replies.clear();
  for (auto& each : commit.gathered) {
    if (error.code == errc::not_found_execution) {
      each.gathering->bring(each.slot, each.outcome);
    } else if (passes(error.code)) {
      each.gathering->fail(error.code);
    } else {
      // Sent again it would fare no better, and those of other executions would with it. Its lease stays: once the
      // store is mended the task goes to a worker again.
      each.gathering->undecided(each.slot, kUnknown, "execution " + to_string(id_) + ": " + error.detail);
    }
  }
  commit.gathered.clear();
  if (!commit.idempotency_row_key.empty()) services_->release_idempotency(commit.idempotency_row_key, false);
}

}  // namespace reprise::actors
