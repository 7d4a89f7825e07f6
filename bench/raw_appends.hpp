// The limit of the journal: raw synced RocksDB appends of the same bytes in the same batch sizes.
#pragma once

#include <cstdint>
#include <string>

namespace reprise::bench {

// Events per second that plain RocksDB takes: `commits` of `bytes` each in one synced batch, again and again for
// `seconds`.
double raw_commits_per_second(const std::string& folder, std::size_t commits, std::size_t rows, std::size_t bytes,
                              double seconds);

}  // namespace reprise::bench
