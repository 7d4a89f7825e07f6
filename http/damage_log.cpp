#include "http/damage_log.hpp"

#include <utility>

namespace reprise::http {

void DamageLog::found(std::string_view asked, std::string_view damage, std::chrono::steady_clock::time_point now) {
  if (!log_) return;
  std::string line = "the store is damaged";
  {
    const std::lock_guard lock(mutex_);
    if (said_ && now < next_) {
      ++left_out_;
      return;
    }
    if (left_out_ != 0)
      line.append(" (").append(std::to_string(left_out_)).append(" more findings since the last line)");
    left_out_ = 0;
    said_ = true;
    next_ = now + kBetween;
  }
  line.append(", found by ").append(asked).append(": ").append(damage);
  log_(Severity::error, line);
}

}  // namespace reprise::http
