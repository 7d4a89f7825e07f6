// Reads a file of RocksDB's log for where it ends. Internal to storage/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reprise::storage {

// What one file of the log holds: whole records up to `end`, and then
enum class LogEnd : std::uint8_t {
  clean,    // nothing, or only zeros
  torn,     // a write that did not get there whole: sectors of it are missing, and no record begins after it
  damaged,  // bytes that make no sense, and all of them: no power cut does that
  unknown,  // kinds of records that Reprise does not write: left to RocksDB
};
struct LogRead {
  LogEnd kind = LogEnd::clean;
  std::size_t end = 0;
  std::string ending;  // the last bytes of the newest whole record, at most kRecordEnding; empty: there is none
};
inline constexpr std::size_t kRecordEnding = 32;
// `bytes`: the whole file, in the format of RocksDB's db/log_format.h. Time grows with the size alone, whatever they
// are.
LogRead read_log(std::string_view bytes);

}  // namespace reprise::storage
