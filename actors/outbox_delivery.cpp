#include "actors/outbox_delivery.hpp"

#include <caf/send.hpp>
#include <optional>
#include <utility>

#include "actors/engine_commit.hpp"
#include "actors/refused_start.hpp"
#include "actors/services.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

constexpr std::string_view kNoSuchWorkflow = "WorkflowNotFound";
constexpr std::string_view kInputsRejected = "InputsRejected";
constexpr std::string_view kNestedTooDeep = "NestedTooDeep";

std::shared_ptr<Envelope> envelope_for(const ExecutionId& receiver, const storage::OutboxKey& key) {
  auto envelope = std::make_shared<Envelope>();
  envelope->id = receiver;
  envelope->causation = "execution/" + to_string(key.sender);
  envelope->names_task = true;
  envelope->outbox = key;
  return envelope;
}

std::optional<ExecutionId> parent_of(const workflow::StartRun& run) {
  const bool child = run.origin && run.origin->kind == events::OriginKind::child;
  return child ? parse_uuid(run.origin->execution_id) : std::nullopt;
}

// A start that will never succeed. Where a task waits for it, that one fails.
void cannot_start(Services& services, const storage::OutboxKey& key, const OutboxMessage& message, const Error& why,
                  std::string_view type) {
  const auto& run = std::get<workflow::StartRun>(message.message);
  const auto parent = parent_of(run);
  if (!parent) return record_refused_start(services, key, run, message.principal, why, type);
  auto envelope = envelope_for(*parent, key);
  envelope->command = workflow::Fail{run.origin->ref, run.origin->attempt, 1, why.detail, std::string(type), false};
  services.deliver(std::move(envelope));
}

// What a server is called outside is no part of a decision: the handler of an error is told of it on its way.
void name_failed_run(workflow::StartRun& run, const std::string& public_url) {
  if (public_url.empty() || !run.origin || run.origin->kind != events::OriginKind::error_handler) return;
  if (!run.origin->continues.empty()) return;
  auto document = parse_json(run.inputs.bytes);
  if (!document || !document->root().IsObject()) return;
  const auto member = document->root().FindMember("orig_wf_exec_url");
  if (member == document->root().MemberEnd() || !member->value.IsNull()) return;
  const std::string url = public_url + "/api/executions/" + run.origin->execution_id;
  member->value.SetString(url.data(), static_cast<rapidjson::SizeType>(url.size()), document->pool());
  run.inputs.bytes = to_json(document->root());
}

void start(Services& services, const storage::OutboxKey& key, OutboxMessage& message,
           const Definitions::PlanPtr& plan) {
  auto& run = std::get<workflow::StartRun>(message.message);
  const auto parent = parent_of(run);
  if (parent && run.origin->reports && !services.nesting.allows(run.id, *parent)) {
    const Error why{
        errc::invalid, "the run would be nested deeper than " + std::to_string(kDeepest) + " runs in each other", {}};
    return cannot_start(services, key, message, why, kNestedTooDeep);
  }
  name_failed_run(run, services.options.public_url);
  Json inputs = std::move(run.inputs);
  const bool object = inputs.bytes.starts_with('{');  // written by us: nothing stands before it
  if (plan->expects || !(object || inputs.bytes.empty())) {
    std::optional<JsonDocument> parsed;
    if (!inputs.bytes.empty()) {
      auto document = parse_json(inputs.bytes);
      if (!document) return cannot_start(services, key, message, document.error(), kInputsRejected);
      parsed.emplace(std::move(*document));
    }
    auto admitted = workflow::admit_inputs(*plan, parsed ? &parsed->root() : nullptr, inputs.bytes);
    if (!admitted) return cannot_start(services, key, message, admitted.error(), kInputsRejected);
    inputs = std::move(*admitted);
  }
  if (inputs.bytes.empty()) inputs.bytes = "{}";

  workflow::Start command;
  command.started.workflow_id = plan->workflow_id;
  command.started.workflow_version = plan->version;
  command.started.definition_hash = plan->hash;
  command.started.inputs = std::move(inputs);
  command.started.trigger = run.trigger;
  command.started.seed = services.random();
  command.started.timeout = run.timeout > Duration(0) ? run.timeout : plan->timeout;
  command.origin = run.origin;
  if (message.stop) command.stop = workflow::Start::Stop{message.stop->terminate, message.stop->reason};
  auto envelope = envelope_for(run.id, key);
  envelope->command = std::move(command);
  envelope->plan = plan;
  if (run.origin && run.origin->kind == events::OriginKind::schedule) {
    envelope->causation = "schedule/" + run.origin->name;
  } else if (run.origin && run.origin->kind == events::OriginKind::kafka) {
    envelope->causation = "kafka/" + run.origin->ref;
  }
  envelope->principal = std::move(message.principal);
  // Through the directory, as any command: where the run exists already its actor knows.
  services.deliver(std::move(envelope));
}

void start(Services& services, const storage::OutboxKey& key, OutboxMessage&& message) {
  const auto& run = std::get<workflow::StartRun>(message.message);
  const auto& workspace = message.principal.workspace;
  if (const auto plan = services.definitions->cached(workspace, run.workflow_id, run.workflow_version)) {
    return start(services, key, message, plan);
  }
  auto shared = std::make_shared<OutboxMessage>(std::move(message));
  services.loader->post(
      [&services, key, shared] {
        const auto& wanted = std::get<workflow::StartRun>(shared->message);
        auto plan =
            services.definitions->load(shared->principal.workspace, wanted.workflow_id, wanted.workflow_version);
        if (plan) return start(services, key, *shared, *plan);
        if (plan.error().code != errc::not_found_workflow) return refuse_message(services, key);
        cannot_start(services, key, *shared, plan.error(), kNoSuchWorkflow);
      },
      true);
}

}  // namespace

void deliver_message(Services& services, const storage::OutboxKey& key, OutboxMessage message) {
  if (std::holds_alternative<workflow::StartRun>(message.message)) return start(services, key, std::move(message));
  std::shared_ptr<Envelope> envelope;
  if (auto* told = std::get_if<workflow::TellStarted>(&message.message)) {
    envelope = envelope_for(told->parent, key);
    envelope->stop_unwanted = told->reports;
    envelope->command = workflow::ChildStarted{std::move(told->ref), told->attempt, to_string(key.sender),
                                               std::move(told->workflow_id), told->workflow_version};
  } else if (auto* stop = std::get_if<workflow::StopRun>(&message.message)) {
    envelope = envelope_for(stop->id, key);
    if (stop->terminate) {
      envelope->command = workflow::Terminate{std::move(stop->reason)};
    } else {
      envelope->command = workflow::Cancel{std::move(stop->reason)};
    }
  } else if (auto* end = std::get_if<workflow::TellEnded>(&message.message)) {
    envelope = envelope_for(end->parent, key);
    if (end->completed) {
      envelope->command = workflow::Complete{std::move(end->ref), end->attempt, 1, std::move(end->result), {}};
    } else {
      envelope->command = workflow::Fail{std::move(end->ref),     end->attempt,         1,
                                         std::move(end->message), std::move(end->type), end->retryable};
    }
  }
  services.deliver(std::move(envelope));
}

void drop_message(Services& services, const storage::OutboxKey& key) {
  auto commit = std::make_unique<EngineCommit>();
  commit->generation = services.journal->generation();
  commit->rows.del(storage::Family::outbox, storage::outbox_key(key));
  commit->taken = key;
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (!services.journal->submit(base, true)) refuse_message(services, key);
}

void refuse_message(Services& services, const storage::OutboxKey& key) {
  caf::anon_send(services.outbox, MessagesRefused{std::make_shared<std::vector<storage::OutboxKey>>(1, key)});
}

}  // namespace reprise::actors
