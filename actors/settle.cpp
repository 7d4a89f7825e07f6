#include "actors/settle.hpp"

#include <caf/send.hpp>
#include <utility>

namespace reprise::actors {

struct Settler::Outgoing {
  std::vector<std::pair<ReplySink*, std::vector<Delivery>>> answers;
  std::shared_ptr<std::vector<storage::TimerKey>> arm, disarm;
  std::vector<std::pair<std::string, OfferTasks>> offers;
  std::vector<std::pair<std::string, WithdrawTasks>> withdrawn;
  std::shared_ptr<std::vector<OutboxEntry>> owed;
  std::shared_ptr<std::vector<storage::OutboxKey>> taken, refused;
  bool look_again = false;
  std::vector<std::pair<std::shared_ptr<ResultGathering>, std::pair<std::uint32_t, int>>> outcomes;  // -1: failed

  void answer(const Ticket& ticket, Answer&& body) {
    for (auto& [sink, list] : answers) {
      if (sink == ticket.sink) {
        list.push_back({ticket.id, std::move(body)});
        return;
      }
    }
    answers.emplace_back(ticket.sink, std::vector<Delivery>{});
    answers.back().second.push_back({ticket.id, std::move(body)});
  }
};

namespace {

template <class T>
void add(std::shared_ptr<std::vector<T>>& list, T item) {
  if (!list) list = std::make_shared<std::vector<T>>();
  list->push_back(std::move(item));
}

}  // namespace

void Settler::settled(std::vector<std::unique_ptr<storage::Commit>>&& batch, storage::CommitOutcome outcome,
                      const Error& error) {
  Outgoing out;
  bool events = false;
  for (auto& base : batch) {
    auto& commit = static_cast<EngineCommit&>(*base);
    events = events || !commit.chunks.empty();
    if (commit.then) commit.then(outcome, error);
    if (outcome == storage::CommitOutcome::durable) {
      durable(commit, out);
    } else {
      failed(commit, outcome, error, out);
    }
  }
  if (events && outcome == storage::CommitOutcome::durable) services_.bell.ring();
  send(out);
  for (auto& base : batch) release(static_cast<EngineCommit&>(*base), outcome != storage::CommitOutcome::durable);
}

void Settler::durable(EngineCommit& commit, Outgoing& out) {
  for (auto& reply : commit.replies) out.answer(reply.ticket, std::move(reply.answer));
  for (auto& each : commit.gathered) out.outcomes.push_back({each.gathering, {each.slot, each.outcome}});
  if (!commit.arm.empty()) {
    if (!out.arm) out.arm = std::make_shared<std::vector<storage::TimerKey>>();
    out.arm->insert(out.arm->end(), commit.arm.begin(), commit.arm.end());
  }
  if (!commit.disarm.empty()) {
    if (!out.disarm) out.disarm = std::make_shared<std::vector<storage::TimerKey>>();
    out.disarm->insert(out.disarm->end(), commit.disarm.begin(), commit.disarm.end());
  }
  const auto of_queue = [](auto& list, const std::string& queue) -> auto& {
    for (auto& [name, message] : list) {
      if (name == queue) return message;
    }
    return list.emplace_back(queue, typename std::decay_t<decltype(list)>::value_type::second_type{}).second;
  };
  for (auto& entry : commit.offers) {
    auto& message = of_queue(out.offers, entry.key.queue);
    if (!message.entries) message.entries = std::make_shared<std::vector<QueueEntry>>();
    message.entries->push_back(std::move(entry));
  }
  for (auto& task : commit.withdrawn) {
    auto& message = of_queue(out.withdrawn, task.key.queue);
    if (!message.tasks) message.tasks = std::make_shared<std::vector<WithdrawnTask>>();
    message.tasks->push_back(std::move(task));
  }
  for (auto& entry : commit.owed) add(out.owed, std::move(entry));
  if (commit.taken) add(out.taken, *commit.taken);
  if (!commit.runs.empty() && commit.actor) caf::anon_send(commit.actor, CallsDurable{std::move(commit.runs)});
  if (commit.started) services_.numbers.started.fetch_add(1, std::memory_order_relaxed);
  if (commit.ended) services_.numbers.ended.fetch_add(1, std::memory_order_relaxed);
  if (commit.started != commit.ended)
    services_.numbers.open.fetch_add(commit.started ? 1 : -1, std::memory_order_relaxed);
  if (commit.leased_tasks != 0) services_.numbers.leased.fetch_add(commit.leased_tasks, std::memory_order_relaxed);
  if (commit.events && !services_.audience.empty()) {
    if (commit.ended) {
      for (const auto& ticket : services_.audience.ended(commit.id)) {
        Answer answer;
        answer.id = commit.id;
        answer.row = commit.final_row;
        if (answer.row.empty()) {
          if (auto row = services_.store.get(storage::Family::status, commit.id.view())) answer.row = std::move(*row);
        }
        out.answer(ticket, std::move(answer));
      }
    }
    for (const auto& ticket : services_.audience.watchers(commit.id)) out.answer(ticket, Answer{});
  }
}

void Settler::failed(EngineCommit& commit, storage::CommitOutcome outcome, const Error& error, Outgoing& out) {
  const errc code = outcome == storage::CommitOutcome::unknown ? errc::outcome_unknown : errc::unavailable;
  for (auto& reply : commit.replies) {
    Answer answer;
    answer.id = commit.id;
    answer.error = Error{code, error.detail, {}};
    out.answer(reply.ticket, std::move(answer));
  }
  for (auto& each : commit.gathered) {
    each.gathering->failure.store(code, std::memory_order_relaxed);
    out.outcomes.push_back({each.gathering, {each.slot, -1}});
  }
  if (commit.started) {
    for (const auto& ticket : services_.audience.ended(commit.id)) {
      Answer answer;
      answer.id = commit.id;
      answer.error = Error{code, error.detail, {}};
      out.answer(ticket, std::move(answer));
    }
  }
  for (const auto& entry : commit.leased) {
    OfferTasks again;
    again.entries = std::make_shared<std::vector<QueueEntry>>(1, *entry);
    out.offers.emplace_back(entry->key.queue, std::move(again));
  }
  if (commit.taken) add(out.refused, *commit.taken);
  if (!commit.owed.empty() && outcome == storage::CommitOutcome::unknown) out.look_again = true;
  if (commit.fired) {
    if (!out.arm) out.arm = std::make_shared<std::vector<storage::TimerKey>>();
    out.arm->push_back(*commit.fired);
  }
}

void Settler::release(EngineCommit& commit, bool reload) {
  if (!commit.idempotency_row_key.empty()) {
    services_.release_idempotency(commit.idempotency_row_key, !reload && commit.started);
  }
  if (!commit.settling) return;
  const bool last = commit.settling->under_way.fetch_sub(1, std::memory_order_seq_cst) == 1;
  const bool asked = last && commit.settling->notify.exchange(false, std::memory_order_seq_cst);
  if (!commit.actor) return;
  if (reload || asked) {
    caf::anon_send(commit.actor, ReloadState{services_.journal->generation()});
  } else if (last && (commit.doze || commit.ended)) {
    caf::anon_send(commit.actor, Doze{});
  }
}

void Settler::send(Outgoing& out) {
  if (out.arm) caf::anon_send(services_.timers, ArmTimers{std::move(out.arm)});
  if (out.disarm) caf::anon_send(services_.timers, DisarmTimers{std::move(out.disarm)});
  if (out.owed) caf::anon_send(services_.outbox, OweMessages{std::move(out.owed)});
  if (out.taken) caf::anon_send(services_.outbox, MessagesTaken{std::move(out.taken)});
  if (out.refused) caf::anon_send(services_.outbox, MessagesRefused{std::move(out.refused)});
  if (out.look_again) caf::anon_send(services_.outbox, LookAgain{});
  for (auto& [queue, message] : out.offers) caf::anon_send(services_.queue(queue), std::move(message));
  for (auto& [queue, message] : out.withdrawn) caf::anon_send(services_.queue(queue), std::move(message));
  for (auto& [sink, list] : out.answers) {
    if (sink != nullptr) sink->deliver(std::move(list));
  }
  for (auto& [gathering, slot] : out.outcomes) {
    if (slot.second < 0) {
      gathering->release();
    } else {
      gathering->bring(slot.first, static_cast<std::uint8_t>(slot.second));
    }
  }
}

}  // namespace reprise::actors
