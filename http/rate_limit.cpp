#include "http/rate_limit.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace reprise::http {
namespace {

std::optional<std::size_t> index_of(RateClass rate) {
  switch (rate) {
    case RateClass::none: return std::nullopt;
    case RateClass::execute: return 0;
    case RateClass::read: return 1;
    case RateClass::list: return 2;
    case RateClass::download: return 3;
  }
  return std::nullopt;
}

}  // namespace

RateLimiter::RateLimiter(RateLimits limits, std::size_t max_callers)
    : per_minute_{limits.execute, limits.read, limits.list, limits.download},
      max_callers_(std::max<std::size_t>(max_callers, 1)) {}

RateLimiter::Entry& RateLimiter::entry_of(std::string_view caller, Clock::time_point now) {
  if (const auto found = by_caller_.find(caller); found != by_caller_.end()) {
    entries_.splice(entries_.begin(), entries_, found->second);
    return entries_.front();
  }
  if (entries_.size() >= max_callers_) {
    by_caller_.erase(entries_.back().caller);
    entries_.pop_back();
  }
  Entry entry;
  entry.caller = caller;
  for (std::size_t i = 0; i < kClasses; ++i) entry.buckets[i] = {static_cast<double>(per_minute_[i]), now};
  entries_.push_front(std::move(entry));
  by_caller_.emplace(entries_.front().caller, entries_.begin());
  return entries_.front();
}

std::uint32_t RateLimiter::take(std::string_view caller, RateClass rate, Clock::time_point now) {
  const auto index = index_of(rate);
  if (!index || per_minute_[*index] == 0) return 0;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = entry_of(caller, now).buckets[*index];
  const double capacity = per_minute_[*index];
  const double per_second = capacity / 60.0;
  const double elapsed = std::max(0.0, std::chrono::duration<double>(now - bucket.filled).count());
  bucket.tokens = std::min(capacity, bucket.tokens + elapsed * per_second);
  bucket.filled = now;
  if (bucket.tokens >= 1.0) {
    bucket.tokens -= 1.0;
    return 0;
  }
  return std::max(1u, static_cast<std::uint32_t>(std::ceil((1.0 - bucket.tokens) / per_second)));
}

std::size_t RateLimiter::callers() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace reprise::http
