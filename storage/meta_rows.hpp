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

// position/<be16 partition>: be64, the position of the partition's newest event
inline std::string position(std::uint16_t partition) {
  std::string key = "position/";
  append_be16(key, partition);
  return key;
}

}  // namespace reprise::storage::meta
