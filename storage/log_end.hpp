// Reads a file of RocksDB's log for where it ends. Internal to storage/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reprise::storage {

// What one file of the log holds: whole records up to `end`, and then
enum class LogEnd : std::uint8_t {
  clean,    // nothing, or only zeros
  torn,     // a write that did not get there whole, as after a power cut; nothing after it
  damaged,  // bytes that make no sense, and records after them
  unknown,  // kinds of records that Reprise does not write: left to RocksDB
};
struct LogRead {
  LogEnd kind = LogEnd::clean;
  std::size_t end = 0;
};
// `bytes`: the whole file, in the format of RocksDB's db/log_format.h.
LogRead read_log(std::string_view bytes);

}  // namespace reprise::storage
