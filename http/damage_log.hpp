// Damage of the store that a read found. The client is told that there is some; the log has where it lies.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "http/server_log.hpp"

namespace reprise::http {

// One damaged row is found by every request that needs it: a line every few seconds, with the number of those between.
// Any thread.
class DamageLog {
 public:
  static constexpr std::chrono::seconds kBetween{5};

  explicit DamageLog(ServerLog log) : log_(std::move(log)) {}

  // `asked`: what the client wanted. `damage`: Response::damage.
  void found(std::string_view asked, std::string_view damage, std::chrono::steady_clock::time_point now);

 private:
  const ServerLog log_;
  std::mutex mutex_;
  bool said_ = false;
  std::chrono::steady_clock::time_point next_;
  std::uint64_t left_out_ = 0;
};

}  // namespace reprise::http
