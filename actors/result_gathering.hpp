// The outcomes of one worker request, gathered from the executions that its results or leases belong to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "actors/envelope.hpp"

namespace reprise::actors {

struct ResultGathering {
  explicit ResultGathering(std::size_t entries)
      : outcomes(entries, 0), pending(static_cast<std::uint32_t>(entries) + 1) {}

  std::vector<std::uint8_t> outcomes;   // TaskOutcome or LeaseOutcome; each slot is written once, by one thread
  std::atomic<std::uint32_t> pending;   // entries without an outcome, and one for whoever hands them out
  std::atomic<errc> failure{errc::ok};  // a write failed: the request as a whole is answered with this
  std::string damage;                   // why an entry is `undecided`: of the first of them
  std::mutex damage_mutex;
  std::function<void(ResultGathering&)> finish;  // called once, by whoever brings the last outcome

  void bring(std::uint32_t slot, std::uint8_t outcome) {
    outcomes[slot] = outcome;
    release();
  }
  void undecided(std::uint32_t slot, std::uint8_t outcome, const std::string& why) {
    {
      const std::lock_guard guard(damage_mutex);
      if (damage.empty()) damage = why;
    }
    bring(slot, outcome);
  }
  void fail(errc code) {
    failure.store(code, std::memory_order_relaxed);
    release();
  }
  void release() {
    if (pending.fetch_sub(1, std::memory_order_acq_rel) == 1) finish(*this);
  }
};

}  // namespace reprise::actors
