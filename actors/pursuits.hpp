// Cancels and terminations of runs that may have gone on as others: whom they are for is the run that goes on now.
//
// A chain that goes on without a pause is always one run ahead of a command that is sent after it. So the ids of the
// runs that come next, which follow from the one that is there, are kept here while somebody pursues the chain, and the
// outbox asks for each run that goes on whether it is wanted still: one that is not ends within its first commit.
//
// Only who asks knows of a pursuit: it is answered when an end is durable, and forgotten with the server.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/answer.hpp"
#include "actors/gateway.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

struct Services;

class Pursuits final : public ReplySink {
 public:
  explicit Pursuits(Services& services) : services_(services) {}

  // Steer::cancel or Steer::terminate of a run that has gone on as another. The answer is of the run that ended: its id
  // and row; wrong_state where the newest of the chain has ended by itself. Any thread.
  void begin(SteerRequest request, Ticket ticket);
  // How a run that goes on from another one is to end; nothing: it is wanted. Any thread, never waits for the disk.
  std::optional<workflow::StopRun> stop_for(const ExecutionId& id) const;
  // Looks for the runs that were not there yet. Any thread, now and then.
  void look_again();

  void deliver(std::vector<Delivery>&& batch) noexcept override;

 private:
  struct Pursuit {
    SteerRequest request;
    Ticket ticket;
    ExecutionId at;                     // the newest run of the chain that is known to exist
    Time until;                         // given up then
    std::vector<ExecutionId> unwanted;  // the next ones
    bool parked = false;                // until look_again()
  };
  // What follows happens on the loader's thread alone.
  void heard(std::uint64_t number, Answer&& answer);
  void follow(std::uint64_t number);
  void send(std::uint64_t number, const Pursuit& pursuit);
  void park(Pursuit& pursuit);
  void expect_after(Pursuit& pursuit);
  bool expects(const ExecutionId& id) const;
  void finish(std::uint64_t number, Answer&& answer);

  Services& services_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Pursuit> open_;
  std::atomic<std::size_t> parked_{0};
  mutable std::mutex mutex_;  // of unwanted_
  std::unordered_map<ExecutionId, workflow::StopRun, UuidHash> unwanted_;
};

}  // namespace reprise::actors
