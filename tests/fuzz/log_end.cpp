// A file of RocksDB's log from arbitrary bytes: it ends somewhere, and what is before that reads the same by itself.
#include "storage/log_end.hpp"

#include <cstdint>
#include <string_view>
#include "require.hpp"

using namespace reprise::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const LogRead read = read_log(bytes);
  require(read.end <= size && read.ending.size() <= kRecordEnding);
  const LogRead before = read_log(bytes.substr(0, read.end));
  require(before.kind == LogEnd::clean && before.end == read.end && before.ending == read.ending);
  return 0;
}
