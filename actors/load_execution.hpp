// Folding a stored execution into memory. May wait for the disk.
#pragma once

#include <memory>

#include "actors/definitions.hpp"
#include "actors/live_execution.hpp"
#include "projections/queries.hpp"
#include "storage/store.hpp"

namespace reprise::actors {

// Errors: not_found_execution, corrupt.
Expected<std::shared_ptr<LiveExecution>> load_execution(const storage::Store& store,
                                                        const projections::Queries& queries, Definitions& definitions,
                                                        const ExecutionId& id);

}  // namespace reprise::actors
