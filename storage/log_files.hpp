// RocksDB's log as files: how they are made, and what is done about their ends when a store is opened. Internal to
// storage/.
#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <string>

#include "events/error.hpp"

namespace reprise::storage {

// An environment over `base` that gives a log file its whole length as soon as it is made. Otherwise every synced write
// makes it longer, and the file system writes a record of its own for that: on ext4 a third of the time of a small
// write. `base` outlives it.
std::unique_ptr<rocksdb::Env> log_files_env(rocksdb::Env* base);

// Before the database in `folder` is opened: a write that is torn at the end of the newest file is overwritten with
// zeros, since RocksDB would take it for damage where zeros follow. Every write of the store waits for the one before
// it to be safe, so nothing else can be torn; whether what goes had been acknowledged is for the SEAL to say. Its bytes
// are kept in `kept`, where they replace older ones. Errors: corrupt (the files are left as they are), io.
Expected<void> clear_torn_end(rocksdb::Env* env, const std::string& folder, const std::string& kept);

}  // namespace reprise::storage
