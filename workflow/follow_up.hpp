// The runs that follow from a run's end: the handler of its failure, and the one that goes on where it stopped.
#pragma once

#include <optional>
#include <string_view>

#include "workflow/owed.hpp"
#include "workflow/state.hpp"

namespace reprise::workflow {

// The run of the definition's error_handler; nothing where it names none, or where the run handles an error itself.
// `state` is as it was just before the failure.
std::optional<StartRun> error_handler_of(const State& state, const events::ExecutionFailed& failure);

// Whether the failure of a run starts a handler, and the id of that run.
bool wants_error_handler(const State& state);
ExecutionId error_handler_id(const ExecutionId& id);

// The id of the run that goes on.
ExecutionId successor_id(const ExecutionId& id);

// The same version of the workflow, or the one that was wanted, with new inputs. Whoever waits for the run waits for
// that one now, and the chain keeps nothing else: a run knows only the one before it.
StartRun successor_of(const State& state, const events::ExecutionContinued& continued);

}  // namespace reprise::workflow
