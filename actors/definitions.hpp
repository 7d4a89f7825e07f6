// The compiled workflow versions: from memory or the definition rows, and the one place where versions are made.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/engine_commit.hpp"
#include "actors/gateway.hpp"
#include "actors/plan_cache.hpp"
#include "projections/queries.hpp"

namespace reprise::actors {

struct Services;

class Definitions {
 public:
  using PlanPtr = PlanCache::PlanPtr;

  explicit Definitions(const projections::Queries& queries) : queries_(queries) {}

  // The compiled version from memory; null: ask load(). Version 0: the newest. Any thread, never reads the store.
  PlanPtr cached(std::string_view workspace, std::string_view workflow_id, std::uint32_t version) const {
    return plans_.find(workspace, workflow_id, version);
  }
  // The same, from the store when need be: may wait for the disk. A workflow's UUID and wf_... name it as well as its
  // id. Errors: not_found_workflow, corrupt.
  Expected<PlanPtr> load(std::string_view workspace, std::string_view workflow_id, std::uint32_t version);

  // Makes a new version, or finds that the newest is the same. On the loader's thread only: it is what orders versions.
  void put(Services& services, PutWorkflowRequest request, Ticket ticket);
  void remove(Services& services, std::string workflow_id, const events::Principal& principal, Ticket ticket);

 private:
  // What the next version of a workflow follows: known ahead of the store while a commit is under way.
  struct Stream {
    std::uint32_t version = 0;
    bool deleted = true;
    events::Sha256 hash{};
    events::Sha256 head{};
    std::uint64_t next_event_id = 1;
    std::uint64_t generation = 0;
  };
  Expected<Stream> stream(Services& services, std::string_view workspace, const std::string& workflow_id,
                          const Uuid& id);
  void submit(Services& services, const Uuid& id, const std::string& stream_key, events::Chunk chunk, Stream next,
              std::unique_ptr<EngineCommit> commit);

  const projections::Queries& queries_;
  PlanCache plans_;
  std::mutex streams_mutex_;
  std::unordered_map<std::string, Stream> streams_;
};

}  // namespace reprise::actors
