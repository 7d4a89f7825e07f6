// The store that tests of the engine run on: small, on a disk in memory.
#pragma once

#include <memory>
#include <stdexcept>
#include <utility>

#include "storage/store.hpp"
#include "tests/storage/faulty_env.hpp"

namespace reprise::testing {

// Opens what is there, or makes it. Throws where it does not open.
inline std::unique_ptr<storage::Store> store_on(FaultyEnv& disk) {
  storage::StoreOptions options;
  options.path = "/store";
  options.partitions = 4;
  options.env = disk.env();
  options.memory_budget = 4u << 20;
  auto store = storage::Store::open(options);
  if (!store) throw std::runtime_error("the store does not open: " + store.error().detail);
  return std::move(*store);
}

}  // namespace reprise::testing
