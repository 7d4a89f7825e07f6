// What a store holds. Internal to storage/.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/database.hpp"
#include "storage/store.hpp"

namespace reprise::storage {

struct Store::Impl {
  StoreOptions options;
  std::shared_ptr<Folder> folder;
  std::unique_ptr<Seal> seal;
  // Null while recover() opens the database again. Readers take a share for the time of their reading.
  std::atomic<std::shared_ptr<Database>> database;

  std::string identity, secret;
  std::uint16_t partitions = 0;
  std::uint64_t opened = 0;

  std::uint32_t unasked_writes = 0;  // that may go by before the disk is asked for its room again; the writer's own
  std::uint64_t sequence = 0;        // of the newest write that is stored; the writer's own
  std::uint64_t in_doubt = 0;        // the number of the write that failed half-way; 0: none
  bool failed_write_stored = false;
  bool failed = false;  // a write failed and recover() has not succeeded since; the writer's own

  Expected<std::shared_ptr<Database>> share() const {
    auto shared = database.load(std::memory_order_acquire);
    if (!shared) return fail(errc::unavailable, "the store is being recovered after a failed write: try again");
    return shared;
  }

  Expected<void> create();
  Expected<void> load();               // opens the database of an existing store, and checks it
  Expected<void> check_log();          // before that: whether the newest acknowledged write is there
  Expected<void> check(Database& db);  // meta against REPRISE, SEAL and feed
  Expected<void> reopen();
  bool disk_has_room(std::size_t bytes);
};

}  // namespace reprise::storage
