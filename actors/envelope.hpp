// A command on its way to an execution, with who sent it and who waits for its answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/answer.hpp"
#include "actors/queue_entry.hpp"
#include "events/record.hpp"
#include "storage/keys.hpp"
#include "workflow/command.hpp"
#include "workflow/plan.hpp"

namespace reprise::actors {

// The results of one poll, complete or heartbeat request, gathered from many executions. Counts down; whoever brings
// the last one calls finish.
struct ResultGathering;

enum class TaskOutcome : std::uint8_t { accepted, duplicate, stale, unknown };
enum class LeaseOutcome : std::uint8_t { extended, cancel_requested, stale, unknown };

struct Envelope {
  ExecutionId id;
  std::optional<workflow::Command> command;  // none: extend_lease alone
  events::Principal principal;
  std::string causation;
  std::string workspace;  // of the asker; empty: the engine itself. Another workspace's execution is not found

  // a start
  std::shared_ptr<const workflow::Plan> plan;
  std::string idempotency_row_key, idempotency_row_value;  // written with the first commit; empty: none
  Duration wait{0};

  // who waits
  Ticket ticket;                               // sink null: nobody
  std::shared_ptr<ResultGathering> gathering;  // null: none
  std::uint32_t slot = 0;                      // in the gathering

  // an answer: the groups of who gives it; none: nobody is asked for one
  std::optional<std::vector<std::string>> groups;

  // what a worker sent along
  std::vector<events::LogLine> logs;         // become task.logged before the command
  std::uint32_t task = 0;                    // number, of a worker's command: `ref` is filled in from the plan
  Duration extend_lease{-1};                 // heartbeat: >= 0
  std::uint32_t attempt = 0, delivery = 0;   // heartbeat: of the lease
  std::shared_ptr<QueueEntry> entry;         // of a lease: offered again when it cannot be recorded
  std::optional<storage::TimerKey> timer;    // of a timer that ran out: its row
  std::optional<storage::OutboxKey> outbox;  // of a message of another run: its row
  bool stop_unwanted = false;                // of a child that tells of itself: stop it where nobody waits for it
  bool names_task = false;                   // the command has its `ref`: `task` says nothing
};

}  // namespace reprise::actors
