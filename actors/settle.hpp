// What happens after a batch: waiting clients are answered, timers armed, work offered, calls begun; or, when the write
// failed, everybody is told so and the actors drop what they thought.
#pragma once

#include "actors/services.hpp"
#include "storage/journal.hpp"

namespace reprise::actors {

// On the journal's thread: collects per receiver, so that each is woken once a batch.
class Settler : public storage::CommitListener {
 public:
  explicit Settler(Services& services) : services_(services) {}
  void settled(std::vector<std::unique_ptr<storage::Commit>>&& batch, storage::CommitOutcome outcome,
               const Error& error) override;

 private:
  struct Outgoing;
  void durable(EngineCommit& commit, Outgoing& out);
  void failed(EngineCommit& commit, storage::CommitOutcome outcome, const Error& error, Outgoing& out);
  void release(EngineCommit& commit, bool reload);
  void send(Outgoing& out);

  Services& services_;
};

}  // namespace reprise::actors
