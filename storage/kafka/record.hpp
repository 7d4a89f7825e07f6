// One record of a topic, as it was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "events/time.hpp"

namespace reprise::kafka {

using RecordHeaders = std::vector<std::pair<std::string, std::optional<std::string>>>;  // none: null

struct Record {
  std::string topic;
  std::uint32_t partition = 0;
  std::uint64_t offset = 0;
  std::optional<std::string> key, value;  // none: null
  RecordHeaders headers;
  std::optional<Time> timestamp;
};

}  // namespace reprise::kafka
