// RocksDB's own log, for people: `db/LOG`. Internal to storage/.
#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <string>

namespace reprise::storage {

// Appends warnings and errors; begins anew past 1 MiB, keeping one file before it. What cannot be written is left out:
// RocksDB's own logger ends the process at the second line after the disk was full, where it is built with assertions.
std::shared_ptr<rocksdb::Logger> engine_log(const std::string& folder);
// Writes nothing.
std::shared_ptr<rocksdb::Logger> silent_log();

}  // namespace reprise::storage
