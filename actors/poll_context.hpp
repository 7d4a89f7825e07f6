// A poll on its way: its results are recorded first, then queues are asked for tasks.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "actors/answer.hpp"
#include "actors/gateway.hpp"

namespace reprise::actors {

struct PollContext {
  Ticket ticket;
  std::string worker;
  std::vector<std::string> queues;   // stored names
  std::vector<std::string> actions;  // patterns; empty: any
  std::uint32_t max = 1;
  Duration wait{0}, lease{30'000};
  Time until{};  // by Services::steady(), when it is answered at the latest
  events::Principal principal;
  std::string outcomes;  // JSON array of the results that came with it
  std::string damage;    // as Answer::damage
  // Whoever sets it answers: one of the queues, the clock, or the client that went away.
  std::atomic<bool> taken{false};
  std::atomic<std::uint32_t> asked{0};  // queues that had nothing so far
};

}  // namespace reprise::actors
