// A Gateway over a store that no engine runs on: queries, plans and audit work; every command is refused.
#pragma once

#include <memory>

#include "actors/gateway.hpp"

namespace reprise::actors {

// The store outlives the gateway. Any thread.
std::unique_ptr<Gateway> open_offline(storage::Store& store);

}  // namespace reprise::actors
