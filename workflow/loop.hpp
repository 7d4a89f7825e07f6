// A for_each being run: which iterations begin when, and how it ends.
#pragma once

#include <cstdint>
#include <string>

#include "workflow/turn.hpp"

namespace reprise::workflow {

inline constexpr std::uint32_t kMostInFlight = 256;          // iterations of one loop
inline constexpr std::uint32_t kMostOpenIterations = 4'096;  // of all loops of a run together, but each has one
inline constexpr std::size_t kMostLoopItems = 64u << 20;     // bytes of what one loop runs through, as JSON
inline constexpr std::size_t kMostLoopResults = 64u << 20;   // bytes of one loop's results

// How a loop goes about its iterations. They begin in order.
struct LoopPolicy {
  std::uint32_t in_flight = kMostInFlight;  // so many may be open at once; 1: one after the other
  bool in_batches = false;                  // the next `in_flight` begin only when all before have ended
  bool isolated = false;                    // a failed iteration's result is its error; otherwise it fails the action
};

// A function of the plan and of what is recorded, so that a replay asks for the same. Precondition: a loop.
LoopPolicy loop_policy(Turn& turn, std::uint32_t action);

// Evaluates what the loop runs through and begins it: instead of an attempt of the action.
void start_loop(Turn& turn, std::uint32_t action, std::uint32_t attempt);

// Begins the iterations that may begin now, and ends the loop when all have ended. Does nothing in a paused run.
void continue_loop(Turn& turn, std::uint32_t action);

// Cancels the open iterations and fails the action.
void fail_loop(Turn& turn, std::uint32_t action, std::string message, std::string type);

// task.cancelled for each open iteration.
void cancel_iterations(Turn& turn, std::uint32_t action);

}  // namespace reprise::workflow
