// Token buckets: how often a principal may call the routes of each class.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "http/router.hpp"

namespace reprise::http {

// Calls per minute and principal, a million at most. 0: no limit for the class.
struct RateLimits {
  std::uint32_t execute = 10, read = 60, list = 30, download = 5;
};

// Any thread. Holds at most `max_callers` of them; past that, whoever has not called for longest starts afresh.
class RateLimiter {
 public:
  using Clock = std::chrono::steady_clock;
  explicit RateLimiter(RateLimits limits, std::size_t max_callers = 65'536);

  // Takes one call of the class. Returns 0 when there was one, else the whole seconds until there is.
  std::uint32_t take(std::string_view caller, RateClass rate, Clock::time_point now);
  std::size_t callers() const;

 private:
  static constexpr std::size_t kClasses = 4;
  struct Bucket {
    std::int64_t credit = 0;  // kCall for each call that may be made; grows by the limit each nanosecond
    Clock::time_point filled{};
  };
  struct Entry {
    std::string caller;
    std::array<Bucket, kClasses> buckets;
  };
  Entry& entry_of(std::string_view caller, Clock::time_point now);

  std::array<std::int64_t, kClasses> per_minute_;
  const std::size_t max_callers_;
  mutable std::mutex mutex_;
  std::list<Entry> entries_;                                                    // the latest caller first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_caller_;  // keys lie in entries_
};

}  // namespace reprise::http
