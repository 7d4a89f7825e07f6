// The limit of the journal: synced appends to a bare RocksDB, in batches of the same size.
#pragma once

#include <cstddef>
#include <string>

namespace reprise::bench {

struct RawAppends {
  std::string folder;       // for the database, which must not exist
  std::size_t commits = 1;  // in a batch
  std::size_t commit_bytes = 0;
  double seconds = 1;
};

// Commits a second, one batch after the other from one thread, with RocksDB's default settings. 0: it failed.
// The rows that the engine writes for a run of one commit: chunk, feed, status and two of the index, each in a family
// of its own, with keys as the engine makes them.
double raw_same_rows(const RawAppends& appends);
// As many rows, all of one size, with keys that count upwards.
double raw_ordered_rows(const RawAppends& appends);

}  // namespace reprise::bench
