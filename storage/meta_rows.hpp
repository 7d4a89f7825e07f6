// The rows of Family::meta. Internal to storage/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/keys.hpp"

namespace reprise::storage::meta {

inline constexpr std::string_view kFormat = "format";          // be32
inline constexpr std::string_view kIdentity = "identity";      // UUID text
inline constexpr std::string_view kPartitions = "partitions";  // be16
inline constexpr std::string_view kSecret = "secret";          // 32 bytes
inline constexpr std::string_view kOpened = "opened";          // be64
inline constexpr std::string_view kSequence = "sequence";      // be64: the number of the newest write, from 1

// The number of a write, from the last bytes of its record in RocksDB's log, where Store::write puts this row. 0: it is
// another record.
inline std::uint64_t sequence_at_end(std::string_view record) {
  constexpr std::size_t kNumber = 8;
  const std::string head = '\x08' + std::string(kSequence) + '\x08';  // with the lengths of key and value
  if (record.size() < head.size() + kNumber) return 0;
  record.remove_prefix(record.size() - head.size() - kNumber);
  return record.starts_with(head) ? read_be64(record.substr(head.size())) : 0;
}

// position/<be16 partition>: be64, the position of the partition's newest event
inline std::string position(std::uint16_t partition) {
  std::string key = "position/";
  append_be16(key, partition);
  return key;
}

}  // namespace reprise::storage::meta
