#include <caf/send.hpp>
#include <utility>

#include "actors/gateway_impl.hpp"
#include "events/json.hpp"
#include "events/json_same.hpp"
#include "workflow/webhook_call.hpp"

namespace reprise::actors {

namespace {

// What TRIGGER of the run will be.
Expected<Json> inputs_of_run(const StartRequest& request, const workflow::Plan& plan) {
  if (request.webhook) {
    return workflow::webhook_inputs(plan, request.webhook->body, request.webhook->query, request.webhook->headers);
  }
  if (!plan.expects) return request.inputs.bytes.empty() ? Json{"{}"} : request.inputs;
  std::optional<JsonDocument> parsed;
  if (!request.inputs.bytes.empty()) {
    auto document = parse_json(request.inputs.bytes);
    if (!document) return tl::unexpected(std::move(document.error()));
    parsed.emplace(std::move(*document));
  }
  return workflow::admit_inputs(plan, parsed ? &parsed->root() : nullptr, request.inputs.bytes);
}

}  // namespace

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
    // A key comes before the workflow, which may have been deleted since the key was used.
    if (seen_before(*shared, ticket)) return;
    auto plan = services_.definitions->load(shared->principal.workspace, shared->workflow_id, shared->version);
    if (!plan) return Services::refuse(ticket, plan.error().code, plan.error().detail);
    start_planned(std::move(*shared), *plan, ticket);
  });
  if (!posted) Services::refuse(ticket, errc::busy, "too many starts wait for the disk");
}

void EngineGateway::start_planned(StartRequest request, const std::shared_ptr<const workflow::Plan>& plan,
                                  Ticket ticket) {
  auto inputs = inputs_of_run(request, *plan);
  if (!inputs) return Services::refuse(ticket, inputs.error().code, inputs.error().detail);

  auto envelope = std::make_shared<Envelope>();
  envelope->id = services_.new_execution_id();
  workflow::Start start;
  start.started.workflow_id = plan->workflow_id;
  start.started.workflow_version = plan->version;
  start.started.definition_hash = plan->hash;
  start.started.inputs = std::move(*inputs);
  start.started.trigger = request.trigger;
  start.started.seed = services_.random();
  start.started.timeout = plan->timeout;
  start.started.idempotency_key = request.idempotency_key;
  if (!request.idempotency_key.empty()) {
    const auto row_key =
        projections::idempotency_key(request.principal.workspace, request.principal.user, request.idempotency_key);
    const auto body_hash = projections::idempotency_body_hash(plan->workflow_id, start.started.inputs.bytes);
    services_.first_uses.begin(row_key, {envelope->id, plan, start.started.inputs});
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

bool EngineGateway::seen_before(const StartRequest& request, Ticket ticket) {
  if (request.idempotency_key.empty()) return false;
  const auto row_key =
      projections::idempotency_key(request.principal.workspace, request.principal.user, request.idempotency_key);
  const auto refused = [ticket](const Expected<bool>& same) {
    if (!same) {
      Services::refuse(ticket, same.error().code, same.error().detail);
    } else if (!*same) {
      Services::refuse(ticket, errc::idempotency_conflict,
                       "the idempotency key was used before for another workflow or other inputs");
    }
    return !same || !*same;
  };
  // In this order: one that ends between the two looks has its row by the second.
  if (const auto first = services_.first_uses.find(row_key)) {
    if (refused(repeats(request, *first->plan, first->inputs))) return true;
    if (services_.first_uses.follow(row_key, ticket, request.wait)) return true;
  }
  const auto row = services_.store.get(storage::Family::idempotency, row_key);
  if (!row && row.error().code == errc::not_found) return false;
  const auto value = row ? projections::parse_idempotency_value(*row) : std::nullopt;
  if (!value) {
    const Error error = row ? Error{errc::corrupt, "a damaged idempotency row", {}} : row.error();
    Services::refuse(ticket, error.code, error.detail);
  } else if (refused(repeats(request, value->id))) {
    return true;
  } else if (request.wait > Duration(0)) {
    wait(value->id, request.principal.workspace, request.wait, ticket);
  } else {
    Answer answer;
    answer.id = value->id;
    answer.flag = true;
    if (auto status = services_.store.get(storage::Family::status, value->id.view())) answer.row = std::move(*status);
    Services::answer(ticket, std::move(answer));
  }
  return true;
}

Expected<bool> EngineGateway::repeats(const StartRequest& request, const workflow::Plan& plan,
                                      const Json& inputs) const {
  if (request.workflow_id != plan.workflow_id) {
    const auto name =
        services_.queries->workflow_name(request.principal.workspace, request.workflow_id, storage::Reach::disk);
    if (!name) return tl::unexpected(name.error());
    if (*name != plan.workflow_id) return false;
  }
  const auto again = inputs_of_run(request, plan);
  if (!again && again.error().code == errc::inputs_rejected) return false;  // with these it could not have started
  if (!again) return tl::unexpected(again.error());
  return same_json(again->bytes, inputs.bytes);
}

// By the version that the first run has: what the workflow has become since makes no difference to a repetition.
Expected<bool> EngineGateway::repeats(const StartRequest& request, const ExecutionId& first) const {
  std::optional<events::ExecutionStarted> started;
  const auto read = services_.queries->events(
      first, 0, 1,
      [&started](const events::Record& record) {
        if (const auto* event = std::get_if<events::ExecutionStarted>(&record.event)) started = *event;
      },
      storage::Reach::disk);
  if (!read) return tl::unexpected(read.error());
  if (!started) return fail(errc::corrupt, "execution " + to_string(first) + " does not begin with its start");
  const auto plan =
      services_.definitions->load(request.principal.workspace, started->workflow_id, started->workflow_version);
  if (!plan) return tl::unexpected(plan.error());
  return repeats(request, **plan, started->inputs);
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
