#include <caf/send.hpp>
#include <utility>

#include "actors/gateway_impl.hpp"
#include "events/json.hpp"
#include "workflow/webhook_call.hpp"

namespace reprise::actors {

bool EngineGateway::admit(Ticket ticket) const {
  if (services_.stopping.load(std::memory_order_relaxed)) {
    Services::refuse(ticket, errc::shutting_down, "the server is shutting down");
    return false;
  }
  return true;
}

void EngineGateway::start(StartRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  if (services_.journal->failing()) {
    return Services::refuse(ticket, errc::unavailable, "the store does not take writes at the moment");
  }
  if (request.idempotency_key.empty()) {
    if (auto plan = services_.definitions->cached(request.principal.workspace, request.workflow_id, request.version)) {
      return start_planned(std::move(request), plan, ticket);
    }
  }
  // Definitions and idempotency rows may have to come from the disk.
  auto shared = std::make_shared<StartRequest>(std::move(request));
  const bool posted = services_.loader->post([this, shared, ticket] {
    auto plan = services_.definitions->load(shared->principal.workspace, shared->workflow_id, shared->version);
    if (!plan) return Services::refuse(ticket, plan.error().code, plan.error().detail);
    start_planned(std::move(*shared), *plan, ticket);
  });
  if (!posted) Services::refuse(ticket, errc::busy, "too many starts wait for the disk");
}

void EngineGateway::start_planned(StartRequest request, const std::shared_ptr<const workflow::Plan>& plan,
                                  Ticket ticket) {
  Json inputs = std::move(request.inputs);
  if (request.webhook) {
    auto made =
        workflow::webhook_inputs(*plan, request.webhook->body, request.webhook->query, request.webhook->headers);
    if (!made) return Services::refuse(ticket, made.error().code, made.error().detail);
    inputs = std::move(*made);
  } else if (plan->expects) {
    std::optional<JsonDocument> parsed;
    if (!inputs.bytes.empty()) {
      auto document = parse_json(inputs.bytes);
      if (!document) return Services::refuse(ticket, document.error().code, document.error().detail);
      parsed.emplace(std::move(*document));
    }
    auto admitted = workflow::admit_inputs(*plan, parsed ? &parsed->root() : nullptr, inputs.bytes);
    if (!admitted) return Services::refuse(ticket, admitted.error().code, admitted.error().detail);
    inputs = std::move(*admitted);
  }
  if (inputs.bytes.empty()) inputs.bytes = "{}";

  auto envelope = std::make_shared<Envelope>();
  envelope->id = services_.new_execution_id();
  workflow::Start start;
  start.started.workflow_id = plan->workflow_id;
  start.started.workflow_version = plan->version;
  start.started.definition_hash = plan->hash;
  start.started.inputs = std::move(inputs);
  start.started.trigger = request.trigger;
  start.started.seed = services_.random();
  start.started.timeout = plan->timeout;
  start.started.idempotency_key = request.idempotency_key;
  if (!request.idempotency_key.empty()) {
    const auto row_key =
        projections::idempotency_key(request.principal.workspace, request.principal.user, request.idempotency_key);
    const auto body_hash = projections::idempotency_body_hash(plan->workflow_id, start.started.inputs.bytes);
    if (seen_before(request, row_key, body_hash, envelope->id, ticket)) return;
    envelope->idempotency_row_key = row_key;
    envelope->idempotency_row_value = projections::idempotency_value({body_hash, envelope->id});
  }
  envelope->command = std::move(start);
  envelope->plan = plan;
  envelope->principal = std::move(request.principal);
  envelope->causation = std::move(request.causation);
  envelope->wait = request.wait;
  envelope->ticket = ticket;
  const auto& admission = services_.admission(envelope->id);
  caf::anon_send(admission, DeliverCommand{std::move(envelope), {}});
}

bool EngineGateway::seen_before(const StartRequest& request, const std::string& row_key, const std::string& body_hash,
                                const ExecutionId& id, Ticket ticket) {
  std::optional<ExecutionId> first;
  {
    std::lock_guard guard(services_.idempotency_mutex);
    if (const auto found = services_.idempotency_under_way.find(row_key);
        found != services_.idempotency_under_way.end()) {
      if (found->second.body_hash == body_hash) {
        found->second.followers.emplace_back(ticket, request.wait);
        return true;
      }
    } else {
      auto row = services_.store.get(storage::Family::idempotency, row_key);
      if (row) {
        const auto value = projections::parse_idempotency_value(*row);
        if (value && value->body_hash == body_hash) first = value->id;
      } else if (row.error().code == errc::not_found) {
        services_.idempotency_under_way.emplace(row_key, Services::FirstUse{body_hash, id, {}});
        return false;
      } else {
        Services::refuse(ticket, row.error().code, row.error().detail);
        return true;
      }
    }
  }
  if (!first) {
    Services::refuse(ticket, errc::idempotency_conflict,
                     "the idempotency key was used before for another workflow or other inputs");
  } else if (request.wait > Duration(0)) {
    wait(*first, request.principal.workspace, request.wait, ticket);
  } else {
    Answer answer;
    answer.id = *first;
    answer.flag = true;
    if (auto row = services_.store.get(storage::Family::status, first->view())) answer.row = std::move(*row);
    Services::answer(ticket, std::move(answer));
  }
  return true;
}

void EngineGateway::wait(const ExecutionId& id, std::string workspace, Duration wait, Ticket ticket) {
  if (!admit(ticket)) return;
  services_.audience.wait(id, ticket, wait);
  const auto answer_now = [this, id, workspace = std::move(workspace), ticket](storage::Reach reach) {
    auto row = services_.queries->status_row(id, workspace, reach);
    if (row) {
      auto parsed = projections::parse_status_row(*row);
      if (parsed && !parsed->final) return true;
    } else if (row.error().code == errc::would_block) {
      return false;
    }
    if (!services_.audience.leave(id, ticket)) return true;  // answered in the meantime
    Answer answer;
    answer.id = id;
    if (row) {
      answer.row = std::move(*row);
    } else {
      answer.error = row.error();
    }
    Services::answer(ticket, std::move(answer));
    return true;
  };
  if (answer_now(storage::Reach::cached)) return;
  const bool posted = services_.loader->post([answer_now] { answer_now(storage::Reach::disk); });
  if (!posted && services_.audience.leave(id, ticket)) {
    Services::refuse(ticket, errc::busy, "too many requests wait for the disk");
  }
}

void EngineGateway::watch(const ExecutionId& id, Ticket ticket) {
  services_.audience.watch(id, ticket);
  Services::answer(ticket, Answer{});
}

void EngineGateway::steer(SteerRequest request, Ticket ticket) {
  if (!admit(ticket)) return;
  auto envelope = std::make_shared<Envelope>();
  envelope->id = request.id;
  envelope->workspace = request.principal.workspace;
  envelope->principal = std::move(request.principal);
  envelope->causation = request.causation.empty() ? "request" : std::move(request.causation);
  envelope->ticket = ticket;
  switch (request.what) {
    case Steer::cancel: envelope->command = workflow::Cancel{std::move(request.reason)}; break;
    case Steer::terminate: envelope->command = workflow::Terminate{std::move(request.reason)}; break;
    case Steer::pause: envelope->command = workflow::Pause{std::move(request.reason)}; break;
    case Steer::resume: envelope->command = workflow::Resume{}; break;
  }
  services_.deliver(std::move(envelope));
}

}  // namespace reprise::actors
