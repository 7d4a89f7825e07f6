#include "workflow/turn.hpp"

#include <algorithm>
#include <string>

namespace reprise::workflow {

namespace {

constexpr std::size_t kMostReserved = 256;
constexpr std::size_t kEventsOfTurn = 10'000;
constexpr std::size_t kBytesOfTurn = 4u << 20;    // of the events' payloads
constexpr std::size_t kMemoryOfTurn = 16u << 20;  // of what was parsed and evaluated

TurnMemory& memory_of_thread() {
  static thread_local TurnMemory memory;
  return memory;
}

}  // namespace

Turn::Turn(State& state, Time now, Effects& effects)
    : state_(state), now_(now), effects_(effects), memory_(memory_of_thread()), scope_(state, now, memory_) {
  ++memory_.turn;
  memory_.ready.clear();
  effects_.arm.clear();
  effects_.disarm.clear();
  effects_.offer.clear();
  effects_.withdraw.clear();
  effects_.run.clear();
  effects_.stop.clear();
  effects_.owe.clear();
  effects_.ended = false;
  // Most turns end in a few events; the first one may run a whole chain of actions, three events each.
  const bool first = state.status == Status::received;
  events_.reserve(first ? std::min(2 + 3 * state.tasks.size(), kMostReserved) : 4);
}

Turn::~Turn() { memory_.pool.Clear(); }

bool Turn::full() const {
  return events_.size() >= kEventsOfTurn || bytes_ >= kBytesOfTurn || memory_.pool.Size() >= kMemoryOfTurn;
}

bool Turn::next_ready(std::uint32_t& task) {
  if (examined_ == memory_.ready.size()) return false;
  task = memory_.ready[examined_++];
  return true;
}

Expected<std::vector<events::Event>> Turn::finish() {
  if (misfit_ != nullptr) return fail(errc::internal, std::string("a decided event did not fit the state: ") + misfit_);
  fold(effects_);
  return std::move(events_);
}

}  // namespace reprise::workflow
