// One command being decided: its events so far, each applied to the state as it is emitted, and what they owe the
// world.
#pragma once

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

#include "events/error.hpp"
#include "workflow/apply.hpp"
#include "workflow/decide.hpp"
#include "workflow/react.hpp"
#include "workflow/scope.hpp"

namespace reprise::workflow {

class Turn {
 public:
  // Whoever makes a turn has accepted the command: from here on the state changes.
  Turn(State& state, Time now, Effects& effects);
  ~Turn();
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  const State& state() const { return state_; }
  const Plan& plan() const { return *state_.plan; }
  Time now() const { return now_; }
  TurnScope& scope() { return scope_; }
  JsonPool& pool() { return memory_.pool; }
  bool ended() const { return final(state_.status); }
  // It has made as many events, or as many bytes, as one turn should: what can wait goes on in a turn of its own.
  bool full() const;

  template <class E>
  void emit(E event) {
    const E& kept = keep(std::move(event));
    weigh(kept);
    React{state_, now_, effects_}(kept);
    check(Apply{state_, now_}(kept));
  }
  template <class E>
  void emit(E event, std::uint32_t task) {
    const E& kept = keep(std::move(event));
    weigh(kept);
    React{state_, now_, effects_}(kept, task);
    check(Apply{state_, now_}(kept, task));
  }

  // Tasks to examine, and loops to go on with, first come first served.
  void make_ready(std::uint32_t task) {
    // A loop is made ready by each of its iterations.
    const bool again = examined_ < memory_.ready.size() && memory_.ready.back() == task;
    if (!again) memory_.ready.push_back(task);
  }
  bool next_ready(std::uint32_t& task);

  Expected<std::vector<events::Event>> finish();

 private:
  template <class E>
  const E& keep(E event) {
    return std::get<E>(events_.emplace_back(std::in_place_type<E>, std::move(event)));
  }
  template <class E>
  void weigh(const E& event) {
    if constexpr (requires { event.args; }) bytes_ += event.args.bytes.size();
    if constexpr (requires { event.result; }) bytes_ += event.result.bytes.size();
    if constexpr (requires { event.items; }) bytes_ += event.items.bytes.size();
  }
  void check(Misfit misfit) {
    if (misfit != nullptr && misfit_ == nullptr) misfit_ = misfit;
  }

  State& state_;
  const Time now_;
  Effects& effects_;
  TurnMemory& memory_;
  TurnScope scope_;
  std::size_t examined_ = 0;
  std::size_t bytes_ = 0;  // of the events' payloads
  std::vector<events::Event> events_;
  Misfit misfit_ = nullptr;
};

}  // namespace reprise::workflow
