// RocksDB's log as files: how they are made, and what is done about their ends when a store is opened. Internal to
// storage/.
#pragma once

#include <rocksdb/env.h>

#include <memory>
#include <optional>
#include <string>

#include "events/error.hpp"

namespace reprise::storage {

// An environment over `base` that gives a log file its whole length as soon as it is made. Otherwise every synced write
// makes it longer, and the file system writes a record of its own for that: on ext4 a third of the time of a small
// write. `base` outlives it.
std::unique_ptr<rocksdb::Env> log_files_env(rocksdb::Env* base);

// A write that is torn at the end of the newest file that holds anything.
struct TornEnd {
  std::string path, bytes;  // `bytes`: what is there of it
  std::size_t from = 0;     // where it begins; 0: no whole write precedes it in its file
};
struct LogFiles {
  std::string ending;  // of the newest whole write, as LogRead has it
  std::optional<TornEnd> torn;
};
// Reads the log of the database in `folder`, before that is opened. Every write of the store waits for the one before
// it to be safe, so nothing but the last can be torn. Errors: corrupt, io.
Expected<LogFiles> read_log_files(rocksdb::Env* env, const std::string& folder);

// Overwrites it with zeros, since RocksDB would take it for damage where zeros follow. Whether what goes had been
// acknowledged is for the SEAL to say. Its bytes are kept in `kept`, where they replace older ones. Error: io.
Expected<void> clear_torn_end(rocksdb::Env* env, const TornEnd& torn, const std::string& kept);

}  // namespace reprise::storage
