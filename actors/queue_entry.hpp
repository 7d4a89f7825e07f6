// A task that waits for a worker: what its queue row holds and what a poll answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

struct QueueEntry {
  storage::QueueKey key;  // queue (with its workspace), since when, execution, task number
  std::uint32_t attempt = 1;
  std::uint32_t delivery = 1;
  Duration timeout{0};  // of the attempt, from its first lease; 0: none
  Time deadline{};      // set by an earlier lease of the attempt; epoch: none yet
  std::string workflow_id, action, ref;
  std::string args;       // JSON
  std::string item;       // of an iteration, JSON; empty: none
  bool recorded = false;  // args name secrets: they are as workflow/secret_text.hpp has it
};

std::string queue_row_value(const QueueEntry& entry);
std::optional<QueueEntry> parse_queue_row(std::string_view key, std::string_view value);

// The name under which a workspace's queue is stored.
std::string queue_name(std::string_view workspace, std::string_view queue);

}  // namespace reprise::actors
