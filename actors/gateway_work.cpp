// The worker's half of the gateway: polls, results, heartbeats.
#include <caf/send.hpp>
#include <unordered_map>
#include <utility>

#include "actors/gateway_impl.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kPollsBound = 50'000;

std::string_view task_outcome_name(std::uint8_t outcome) {
  switch (static_cast<TaskOutcome>(outcome)) {
    case TaskOutcome::accepted: return "accepted";
    case TaskOutcome::duplicate: return "duplicate";
    case TaskOutcome::stale: return "stale";
    case TaskOutcome::unknown: return "unknown";
  }
  return "unknown";
}

std::string_view lease_outcome_name(std::uint8_t outcome) {
  switch (static_cast<LeaseOutcome>(outcome)) {
    case LeaseOutcome::extended: return "extended";
    case LeaseOutcome::cancel_requested: return "cancel_requested";
    case LeaseOutcome::stale: return "stale";
    case LeaseOutcome::unknown: return "unknown";
  }
  return "unknown";
}

// [{"task_token", "outcome" or "state"}], in the order of the request.
std::string outcome_list(const std::vector<std::string>& tokens, const std::vector<std::uint8_t>& outcomes,
                         bool leases) {
  std::string out = "[";
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i != 0) out += ',';
    out += R"({"task_token":)";
    append_json_string(out, tokens[i]);
    out += leases ? R"(,"state":")" : R"(,"outcome":")";
    out += leases ? lease_outcome_name(outcomes[i]) : task_outcome_name(outcomes[i]);
    out += "\"}";
  }
  out += ']';
  return out;
}

std::vector<std::string> tokens_of(const std::vector<TaskResult>& results) {
  std::vector<std::string> tokens;
  tokens.reserve(results.size());
  for (const auto& result : results) tokens.push_back(result.task_token);
  return tokens;
}

bool failed(const ResultGathering& gathering, Ticket ticket) {
  const auto code = gathering.failure.load(std::memory_order_relaxed);
  if (code == errc::ok) return false;
  Services::refuse(ticket, code, "the results could not be stored; send them again");
  return true;
}

}  // namespace

void EngineGateway::record(std::vector<TaskResult>& results, const events::Principal& principal,
                           const std::shared_ptr<ResultGathering>& gathering) {
  // By execution: what comes together is stored together.
  std::vector<std::vector<std::shared_ptr<Envelope>>> groups;
  std::unordered_map<Uuid, std::size_t, UuidHash> group_of;
  for (std::uint32_t slot = 0; slot < results.size(); ++slot) {
    auto& result = results[slot];
    const auto token = services_.signer.parse(result.task_token);
    if (!token) {
      gathering->bring(slot, static_cast<std::uint8_t>(TaskOutcome::unknown));
      continue;
    }
    auto envelope = std::make_shared<Envelope>();
    envelope->id = token->id;
    envelope->workspace = principal.workspace;
    envelope->principal = principal;
    envelope->causation = "lease";
    envelope->task = token->task;
    envelope->attempt = token->attempt;
    envelope->delivery = token->delivery;
    envelope->logs = std::move(result.logs);
    envelope->gathering = gathering;
    envelope->slot = slot;
    if (result.failed) {
      envelope->command = workflow::Fail{{},
                                         token->attempt,
                                         token->delivery,
                                         std::move(result.error_message),
                                         result.error_type.empty() ? "WorkerError" : std::move(result.error_type),
                                         result.retryable};
    } else {
      if (result.result.bytes.empty()) result.result.bytes = "null";
      envelope->command =
          workflow::Complete{{}, token->attempt, token->delivery, std::move(result.result), std::move(result.metadata)};
    }
    const auto [group, fresh] = group_of.try_emplace(token->id, groups.size());
    if (fresh) groups.emplace_back();
    groups[group->second].push_back(std::move(envelope));
  }
  for (auto& group : groups) {
    auto first = std::move(group.front());
    group.erase(group.begin());
    services_.deliver(std::move(first), std::move(group));
  }
  gathering->release();
}

void EngineGateway::poll(PollRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto poll = std::make_shared<PollContext>();
  poll->ticket = ticket;
  poll->worker = std::move(request.worker_id);
  poll->actions = std::move(request.actions);
  poll->max = request.max;
  poll->wait = request.wait;
  poll->lease = request.lease;
  poll->principal = request.principal;
  poll->outcomes = "[]";
  for (const auto& queue : request.queues) {
    poll->queues.push_back(queue_name(request.principal.workspace, queue));
    services_.note_poll(poll->queues.back(), poll->actions);
  }
  for (const auto& queue : poll->queues) {
    if (!services_.may_poll(queue)) return Services::refuse(ticket, errc::busy, "too many queues are polled");
  }
  if (poll->wait > Duration(0)) {
    std::lock_guard guard(polls_mutex_);
    if (polls_.size() >= kPollsBound) {
      std::erase_if(polls_, [](const auto& each) { return each.second.expired(); });
    }
    if (polls_.size() >= kPollsBound) return Services::refuse(ticket, errc::busy, "too many polls wait");
    polls_[{ticket.sink, ticket.id}] = poll;
  }
  const auto take = [this, poll] {
    poll->until = services_.steady() + poll->wait;
    for (const auto& queue : poll->queues) caf::anon_send(services_.queue(queue), TakeTasks{poll});
  };
  if (request.results.empty()) return take();
  auto gathering = std::make_shared<ResultGathering>(request.results.size());
  gathering->finish = [this, poll, take, tokens = tokens_of(request.results)](ResultGathering& done) {
    if (failed(done, poll->ticket)) {
      poll->taken.store(true);
      return;
    }
    poll->outcomes = outcome_list(tokens, done.outcomes, false);
    poll->damage = std::move(done.damage);
    take();
  };
  record(request.results, request.principal, gathering);
}

void EngineGateway::complete(CompleteRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto gathering = std::make_shared<ResultGathering>(request.results.size());
  gathering->finish = [ticket, tokens = tokens_of(request.results)](ResultGathering& done) {
    if (failed(done, ticket)) return;
    Answer answer;
    answer.body = R"({"outcomes":)" + outcome_list(tokens, done.outcomes, false) + "}";
    answer.damage = std::move(done.damage);
    Services::answer(ticket, std::move(answer));
  };
  record(request.results, request.principal, gathering);
}

void EngineGateway::heartbeat(HeartbeatRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto gathering = std::make_shared<ResultGathering>(request.leases.size());
  std::vector<std::string> tokens;
  for (const auto& lease : request.leases) tokens.push_back(lease.task_token);
  gathering->finish = [ticket, tokens = std::move(tokens)](ResultGathering& done) {
    if (failed(done, ticket)) return;
    Answer answer;
    answer.body = R"({"leases":)" + outcome_list(tokens, done.outcomes, true) + "}";
    answer.damage = std::move(done.damage);
    Services::answer(ticket, std::move(answer));
  };
  for (std::uint32_t slot = 0; slot < request.leases.size(); ++slot) {
    auto& lease = request.leases[slot];
    const auto token = services_.signer.parse(lease.task_token);
    if (!token) {
      gathering->bring(slot, static_cast<std::uint8_t>(LeaseOutcome::unknown));
      continue;
    }
    auto envelope = std::make_shared<Envelope>();
    envelope->id = token->id;
    envelope->workspace = request.principal.workspace;
    envelope->principal = request.principal;
    envelope->task = token->task;
    envelope->attempt = token->attempt;
    envelope->delivery = token->delivery;
    envelope->extend_lease = lease.lease;
    envelope->logs = std::move(lease.logs);
    envelope->gathering = gathering;
    envelope->slot = slot;
    services_.deliver(std::move(envelope));
  }
  gathering->release();
}

void EngineGateway::abandon(Ticket ticket) {
  services_.audience.leave(ticket);
  std::lock_guard guard(polls_mutex_);
  const auto found = polls_.find({ticket.sink, ticket.id});
  if (found == polls_.end()) return;
  if (auto poll = found->second.lock()) poll->taken.store(true);
  polls_.erase(found);
}

void EngineGateway::give_back(std::string poll_body) {
  auto document = parse_json(poll_body);
  if (!document) return;
  const auto* tasks = find(document->root(), "tasks");
  if (tasks == nullptr || !tasks->IsArray()) return;
  for (const auto& task : tasks->GetArray()) {
    const auto* text = find(task, "task_token");
    if (text == nullptr || !text->IsString()) continue;
    const auto token = services_.signer.parse(text_of(*text));
    if (!token) continue;
    auto envelope = std::make_shared<Envelope>();
    envelope->id = token->id;
    envelope->task = token->task;
    envelope->attempt = token->attempt;
    envelope->delivery = token->delivery;
    envelope->causation = "worker_gone";
    envelope->command = workflow::Requeue{{}, token->attempt, token->delivery, events::RequeueReason::worker_gone};
    services_.deliver(std::move(envelope));
  }
}

}  // namespace reprise::actors
