// The store of a server that does not run, opened by a tool.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "events/record.hpp"
#include "storage/store.hpp"

namespace reprise::cli {

// Never makes a store. `for_rebuild`: one whose rebuild was not finished is opened too. Errors: invalid (no such
// directory), store_in_use (a server has it open; says so), and those of Store::open.
Expected<std::unique_ptr<storage::Store>> open_offline_store(const std::string& path, bool for_rebuild = false);

// An execution as its first chunk tells it; `chunk` holds an error when that is damaged.
struct StoredExecution {
  ExecutionId id;
  Expected<events::Chunk> chunk;
};
// Every execution of the store in key order, workflows' own streams left out.
Expected<void> for_each_execution(const storage::Store& store,
                                  const std::function<void(const StoredExecution&)>& visit);
Expected<StoredExecution> find_execution(const storage::Store& store, const ExecutionId& id);  // not_found_execution

}  // namespace reprise::cli
