#include "actors/definitions.hpp"

#include <utility>

#include "actors/chunk_commit.hpp"
#include "actors/services.hpp"
#include "events/base62.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kStreamsKept = 4096;

std::string stream_key(std::string_view workspace, std::string_view workflow_id) {
  std::string key(workspace);
  key += '\x1f';
  key += workflow_id;
  return key;
}

std::string faults_json(const std::vector<workflow::Fault>& faults) {
  std::string out = "[";
  for (const auto& fault : faults) {
    if (out.size() > 1) out += ',';
    out += R"({"pointer":)";
    append_json_string(out, fault.pointer);
    out +=
        R"(,"line":)" + std::to_string(fault.line) + R"(,"column":)" + std::to_string(fault.column) + R"(,"message":)";
    append_json_string(out, fault.message);
    out += '}';
  }
  out += ']';
  return out;
}

// A plan with its number: plans are immutable, so the numbered one is compiled from the canonical form.
Expected<Definitions::PlanPtr> compile_version(std::string_view workflow_id, std::uint32_t version,
                                               std::string_view canonical) {
  auto compiled = workflow::compile_definition(canonical, workflow::DefinitionFormat::json, workflow_id);
  if (!compiled.plan) {
    return fail(errc::corrupt, "the stored definition of " + std::string(workflow_id) +
                                   " does not compile: " + workflow::to_string(compiled.faults));
  }
  auto plan = std::const_pointer_cast<workflow::Plan>(compiled.plan);  // not shared with anybody yet
  plan->version = version;
  return plan;
}

}  // namespace

Expected<Definitions::PlanPtr> Definitions::load(std::string_view workspace, std::string_view workflow_id,
                                                 std::uint32_t version) {
  if (auto plan = cached(workspace, workflow_id, version)) return plan;
  const std::uint64_t changes = plans_.changes();
  auto row = queries_.workflow(workspace, workflow_id, version);
  if (!row) {
    if (row.error().code == errc::not_found_workflow) {
      const auto name = queries_.workflow_name(workspace, workflow_id, storage::Reach::disk);
      if (!name) return tl::unexpected(name.error());
      if (*name != workflow_id) return load(workspace, *name, version);
    }
    return tl::unexpected(std::move(row.error()));
  }
  auto plan = compile_version(workflow_id, row->version, row->canonical);
  if (!plan) return plan;
  if (version == 0) {
    plans_.add_read(workspace, *plan, changes);
  } else {
    plans_.add(workspace, *plan);
  }
  return plan;
}

Expected<Definitions::Stream> Definitions::stream(Services& services, std::string_view workspace,
                                                  const std::string& workflow_id, const Uuid& id) {
  const auto key = stream_key(workspace, workflow_id);
  const auto generation = services.journal->generation();
  {
    std::lock_guard guard(streams_mutex_);
    const auto known = streams_.find(key);
    if (known != streams_.end() && known->second.generation == generation) return known->second;
  }
  Stream stream;
  stream.generation = generation;
  stream.head = events::genesis(id);
  auto folded = queries_.chunks(id, [&](const events::Chunk& chunk, std::string_view bytes) {
    for (const auto& event : chunk.events) {
      if (const auto* registered = std::get_if<events::WorkflowRegistered>(&event)) {
        stream.version = registered->version;
        stream.hash = registered->hash;
        stream.deleted = false;
      } else if (std::holds_alternative<events::WorkflowDeleted>(event)) {
        stream.deleted = true;
      }
    }
    stream.next_event_id = chunk.first_event_id + chunk.events.size();
    if (auto head = events::head_of(bytes)) stream.head = *head;
    return true;
  });
  if (!folded && folded.error().code != errc::not_found_execution) return tl::unexpected(std::move(folded.error()));
  return stream;
}

void Definitions::submit(Services& services, const Uuid& id, const std::string& stream_key, events::Chunk chunk,
                         Stream next, std::unique_ptr<EngineCommit> commit) {
  chunk.execution_id = id;
  commit_chunk(chunk, next.head, services.store, *commit);
  commit->generation = next.generation;
  projections::write_workflow_rows(chunk, commit->rows);
  next.next_event_id = chunk.first_event_id + chunk.events.size();
  {
    std::lock_guard guard(streams_mutex_);
    if (streams_.size() >= kStreamsKept) streams_.clear();
    streams_[stream_key] = next;
  }
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (services.journal->submit(base)) return;
  {
    std::lock_guard guard(streams_mutex_);
    streams_.erase(stream_key);
  }
  for (auto& reply : static_cast<EngineCommit&>(*base).replies) {
    Services::refuse(reply.ticket, errc::unavailable, "the store does not take writes at the moment");
  }
}

void Definitions::put(Services& services, PutWorkflowRequest request, Ticket ticket) {
  const auto& workspace = request.principal.workspace;
  auto name = queries_.workflow_name(workspace, request.workflow_id, storage::Reach::disk);
  if (!name) return Services::refuse(ticket, name.error().code, name.error().detail);
  request.workflow_id = std::move(*name);
  const auto format = request.yaml ? workflow::DefinitionFormat::yaml : workflow::DefinitionFormat::json;
  auto compiled = workflow::compile_definition(request.source, format, request.workflow_id);
  Answer answer;
  answer.body = faults_json(compiled.faults);
  if (!compiled.plan) {
    answer.error =
        Error{errc::definition_faults, "the definition has faults: " + workflow::to_string(compiled.faults), {}};
    return Services::answer(ticket, std::move(answer));
  }
  answer.name = request.workflow_id;
  const Uuid id = workflow_uuid(workspace, request.workflow_id);
  auto before = stream(services, workspace, request.workflow_id, id);
  if (!before) return Services::refuse(ticket, before.error().code, before.error().detail);
  const auto plan = std::const_pointer_cast<workflow::Plan>(compiled.plan);
  if (!before->deleted && before->hash == plan->hash) {
    answer.number = before->version;
    return services.answer_in_turn(before->generation, std::move(answer), ticket);
  }
  auto commit = std::make_unique<EngineCommit>();
  Stream next = *before;
  ++next.version;
  next.deleted = false;
  next.hash = plan->hash;
  plan->version = next.version;

  events::Chunk chunk;
  chunk.first_event_id = before->next_event_id;
  chunk.time = services.now();
  chunk.principal = request.principal;
  chunk.causation = request.causation;
  events::WorkflowRegistered registered;
  registered.workflow_id = request.workflow_id;
  registered.version = next.version;
  registered.hash = plan->hash;
  registered.media_type = request.yaml ? "application/yaml" : "application/json";
  registered.source = std::move(request.source);
  registered.canonical.bytes = plan->canonical;
  chunk.events.emplace_back(std::move(registered));

  answer.number = next.version;
  answer.flag = true;
  commit->replies.push_back({ticket, std::move(answer)});
  commit->then = [this, workspace, plan](storage::CommitOutcome outcome, const Error&) {
    if (outcome == storage::CommitOutcome::durable) plans_.put(workspace, plan);
    // Once the store is back it tells which version is the newest.
    if (outcome == storage::CommitOutcome::unknown) plans_.forget_newest(workspace, plan->workflow_id);
  };
  submit(services, id, stream_key(workspace, request.workflow_id), std::move(chunk), next, std::move(commit));
}

void Definitions::remove(Services& services, std::string workflow_id, const events::Principal& principal,
                         Ticket ticket) {
  auto name = queries_.workflow_name(principal.workspace, workflow_id, storage::Reach::disk);
  if (!name) return Services::refuse(ticket, name.error().code, name.error().detail);
  workflow_id = std::move(*name);
  const Uuid id = workflow_uuid(principal.workspace, workflow_id);
  auto before = stream(services, principal.workspace, workflow_id, id);
  if (!before) return Services::refuse(ticket, before.error().code, before.error().detail);
  if (before->deleted) return Services::refuse(ticket, errc::not_found_workflow, "no workflow " + workflow_id);
  events::Chunk chunk;
  chunk.first_event_id = before->next_event_id;
  chunk.time = services.now();
  chunk.principal = principal;
  chunk.causation = "request";
  chunk.events.emplace_back(events::WorkflowDeleted{workflow_id});
  Stream next = *before;
  next.deleted = true;
  auto commit = std::make_unique<EngineCommit>();
  Answer answer;
  answer.number = before->version;
  commit->replies.push_back({ticket, std::move(answer)});
  const std::string key = stream_key(principal.workspace, workflow_id);
  commit->then = [this, workspace = principal.workspace, workflow_id = std::move(workflow_id)](
                     storage::CommitOutcome outcome, const Error&) {
    if (outcome != storage::CommitOutcome::not_written) plans_.forget_newest(workspace, workflow_id);
  };
  submit(services, id, key, std::move(chunk), next, std::move(commit));
}

}  // namespace reprise::actors
