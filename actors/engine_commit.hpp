// A commit with what has to be done once it is durable, or when it failed. Built by an actor, settled by settle.cpp.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/answer.hpp"
#include "actors/interfaces.hpp"
#include "actors/result_gathering.hpp"
#include "storage/journal.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

// What the journal's thread and an execution's actor share about commits that are under way.
struct Settling {
  std::atomic<std::uint32_t> under_way{0};
  std::atomic<bool> notify{false};  // the actor waits for under_way to fall to zero: send it ReloadState
};

class EngineCommit : public storage::Commit {
 public:
  struct Reply {
    Ticket ticket;
    Answer answer;
  };
  struct Gathered {
    std::shared_ptr<ResultGathering> gathering;
    std::uint32_t slot = 0;
    std::uint8_t outcome = 0;
  };

  std::vector<Reply> replies;
  std::vector<Gathered> gathered;
  std::vector<storage::TimerKey> arm, disarm;
  std::vector<QueueEntry> offers;
  std::vector<WithdrawnTask> withdrawn;
  std::vector<OutboxEntry> owed;       // their rows are in the commit
  std::vector<std::uint32_t> runs;     // attempts of the server's own that may begin
  ExecutionActor actor;                // may be empty: it has ended
  std::shared_ptr<Settling> settling;  // may be empty
  std::string final_row;               // the status row, when the run ended and somebody may wait for it
  std::string idempotency_row_key;     // of a start that is under way
  std::function<void(storage::CommitOutcome, const Error&)> then;  // journal's thread; must be quick
  std::optional<storage::TimerKey> fired;           // the timer that this answers: due again when the commit fails
  std::optional<storage::OutboxKey> taken;          // the message that this answers: delivered again when it fails
  std::vector<std::shared_ptr<QueueEntry>> leased;  // offered again when the commit fails
  bool events = false;                              // watchers have something to see
  bool started = false, ended = false;
  std::int32_t leased_tasks = 0;  // by how many the tasks that workers hold change
  bool doze = false;              // afterwards the execution only waits: its actor may sleep
};

}  // namespace reprise::actors
