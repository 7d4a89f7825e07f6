// What an event owes the world, read off the state before it.
#pragma once

#include <cstdint>

#include "events/event.hpp"
#include "workflow/decide.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

struct React {
  const State& before;
  Time time;
  Effects& effects;

  void operator()(const events::ExecutionStarted&);
  void operator()(const events::ExecutionCompleted&);
  void operator()(const events::ExecutionFailed&);
  void operator()(const events::ExecutionCancelled&);
  void operator()(const events::ExecutionTerminated&);
  void operator()(const events::ExecutionPaused&);
  void operator()(const events::ExecutionResumed&) {}
  void operator()(const events::ExecutionTimedOut&);
  void operator()(const events::TaskLogged&) {}
  void operator()(const events::ExecutionOrigin&);
  void operator()(const events::ExecutionContinued&);
  void operator()(const events::ExecutionVersionWanted&) {}

  void operator()(const events::TaskDelayed&, std::uint32_t task);
  void operator()(const events::TaskDelayElapsed&, std::uint32_t task);
  void operator()(const events::TaskScheduled&, std::uint32_t task);
  void operator()(const events::TaskStarted&, std::uint32_t task);
  void operator()(const events::TaskRequeued&, std::uint32_t task);
  void operator()(const events::TaskCompleted&, std::uint32_t task);
  void operator()(const events::TaskFailed&, std::uint32_t task);
  void operator()(const events::TaskTimedOut&, std::uint32_t task);
  void operator()(const events::TaskSkipped&, std::uint32_t) {}
  void operator()(const events::TaskCancelled&, std::uint32_t task);
  void operator()(const events::TaskLoopStarted&, std::uint32_t) {}
  void operator()(const events::TaskLoopPolicy&, std::uint32_t) {}
  void operator()(const events::TaskChildStarted&, std::uint32_t) {}

  void operator()(const events::InteractionCreated&, std::uint32_t) {}
  void operator()(const events::InteractionRequested&, std::uint32_t task);
  void operator()(const events::InteractionAnswered&, std::uint32_t) {}
  void operator()(const events::InteractionCompleted&, std::uint32_t task);
  void operator()(const events::InteractionTimedOut&, std::uint32_t task);

 private:
  void end();
  void close(std::uint32_t task);
  void stop_child(std::uint32_t task, bool timed_out);
  void tell(TellEnded&& told);
};

// Takes out the pairs that cancel each other within one turn. No id is disarmed, withdrawn or stopped before it is
// armed, offered or run again in the same turn, so the order of a pair need not be looked at.
void fold(Effects& effects);

}  // namespace reprise::workflow
