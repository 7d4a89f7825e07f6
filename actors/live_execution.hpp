// An execution in memory: its state, its read model and the head of its hash chain, advanced together, one command at a
// time. Not a thread, not an actor: called by the execution's actor, by the loader and by offline tools.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "actors/engine_commit.hpp"
#include "projections/execution_view.hpp"
#include "workflow/decide.hpp"
#include "workflow/plan.hpp"
#include "workflow/state.hpp"

namespace reprise::actors {

class LiveExecution {
 public:
  LiveExecution(const ExecutionId& id, std::shared_ptr<const workflow::Plan> plan);

  workflow::State state;
  projections::ExecutionView view;
  events::Sha256 head;
  std::map<std::uint32_t, Time> lease_ends;  // of leases that a heartbeat extended: their rows are newer than the state
  std::uint64_t generation = 0;              // of the journal when this was loaded

  // Decides a command. Accepted: its chunk and the rows of its effects are in `commit`, what has to be done later is
  // noted there. Rejected: nothing has changed. finish() must follow before the commit is submitted.
  Expected<void> turn(const workflow::Command& command, const events::Principal& principal, std::string causation,
                      Time now, EngineCommit& commit);

  // Adds the rows of all turns of the commit, once: what one turn armed or offered and a later one took back leaves
  // none.
  void finish(EngineCommit& commit);

  // What the loaded state owes the world, as commits note it: offers and timers that may have been stored by a write
  // whose outcome was unknown, so that nobody has heard of them.
  void announce(EngineCommit& notes) { write_effects(workflow::outstanding(state), notes); }

  // A heartbeat: the lease of a running task ends later. A row, not an event.
  void extend_lease(std::uint32_t task, Time until, EngineCommit& commit);
  // The lease timer ran out though the lease was extended: arm it again for its new end.
  void rearm_lease(const storage::TimerKey& fired, Time until, EngineCommit& commit);

  // Folds a stored chunk. Errors: corrupt.
  Expected<void> replay(const events::Chunk& chunk);

  // A stop came to a run that has gone on as another one: it is for that one, once that one exists.
  void stop_successor(bool terminate, const std::string& reason, EngineCommit& commit);
  // A child told of itself, and no task waits for it any more: it is stopped, and what it has gone on as with it.
  void stop_unwanted(const ExecutionId& child, EngineCommit& commit);

  std::string status_row() const;
  // Nothing is left to do but wait for a timer that is more than a second away.
  bool only_waits(Time now) const;

 private:
  void write_effects(const workflow::Effects& effects, EngineCommit& commit);
  void owe(const workflow::Owed& owed, EngineCommit& commit);
  events::Principal principal() const { return {view.user, view.workspace}; }
  static void disarm(const storage::TimerKey& key, EngineCommit& commit);
  storage::QueueKey queue_key(std::uint32_t task, Time offered_at) const;
  storage::TimerKey timer_key(const workflow::Effects::Timer& timer) const;

  projections::ExecutionView::Written written_;
  std::string lines_;  // log lines of the turns since the last finish
  Time newest_line_{};
  bool lines_whole_ = true;  // lines_ holds all lines of the run, in time order

 public:
  const std::string* whole_lines() const { return lines_whole_ ? &lines_ : nullptr; }
};

}  // namespace reprise::actors
