#include "actors/refused_start.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "actors/chunk_commit.hpp"
#include "actors/engine_commit.hpp"
#include "actors/outbox_delivery.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

namespace {

events::ExecutionRefused refusal_of(const workflow::StartRun& run, const Error& why, std::string_view type) {
  events::ExecutionRefused out;
  out.workflow_id = run.workflow_id;
  out.workflow_version = run.workflow_version;
  if (run.origin) {
    const auto& origin = *run.origin;
    out.kind = origin.continues.empty() ? origin.kind : events::OriginKind::continued;
    out.wanted_by = !origin.continues.empty()                     ? origin.continues
                    : origin.kind == events::OriginKind::schedule ? origin.name
                                                                  : origin.execution_id;
  }
  out.message = why.detail;
  out.type = type;
  return out;
}

std::string sentence_of(const events::ExecutionRefused& refused) {
  std::string out;
  switch (refused.kind) {
    case events::OriginKind::error_handler: out = "the error handler of execution "; break;
    case events::OriginKind::continued: out = "what goes on from execution "; break;
    case events::OriginKind::schedule: out = "a run of schedule "; break;
    default: out = "a run that was wanted by "; break;
  }
  out += refused.wanted_by + " (workflow " + refused.workflow_id + ") cannot start: " + refused.message;
  // The names are what somebody wrote into a definition: a line of the log stays a line.
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return out;
}

void store_refusal(Services& services, const storage::OutboxKey& key, const ExecutionId& id,
                   const events::Principal& principal, events::ExecutionRefused refused) {
  const auto generation = services.journal->generation();
  const auto there = services.store.get(storage::Family::chunks, storage::chunk_key(id, 1));
  if (there) return drop_message(services, key);  // heard before, and the answer to it was lost
  if (there.error().code != errc::not_found) return refuse_message(services, key);

  auto commit = std::make_unique<EngineCommit>();
  commit->then = [&services, sentence = sentence_of(refused)](storage::CommitOutcome outcome, const Error&) {
    if (outcome != storage::CommitOutcome::durable) return;
    services.numbers.refused_starts.fetch_add(1, std::memory_order_relaxed);
    if (services.options.warn) services.options.warn(sentence);
  };
  events::Chunk chunk;
  chunk.execution_id = id;
  chunk.first_event_id = 1;
  chunk.time = services.now();
  chunk.principal = principal;
  chunk.causation = "execution/" + to_string(key.sender);
  chunk.events.emplace_back(std::move(refused));
  auto head = events::genesis(id);
  commit_chunk(chunk, head, services.store, *commit);
  commit->generation = generation;
  commit->rows.del(storage::Family::outbox, storage::outbox_key(key));
  commit->taken = key;
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (!services.journal->submit(base, true)) refuse_message(services, key);
}

}  // namespace

void record_refused_start(Services& services, const storage::OutboxKey& key, const workflow::StartRun& run,
                          const events::Principal& principal, const Error& why, std::string_view type) {
  auto refused = std::make_shared<events::ExecutionRefused>(refusal_of(run, why, type));
  services.loader->post([&services, key, id = run.id, principal,
                         refused] { store_refusal(services, key, id, principal, std::move(*refused)); },
                        true);
}

}  // namespace reprise::actors
