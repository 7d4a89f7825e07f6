#include "http/rate_limit.hpp"

#include <algorithm>
#include <optional>

namespace reprise::http {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;  // nanoseconds
constexpr std::int64_t kCall = kMinute;           // credit of one call: whole numbers, so that no fraction is lost
constexpr std::int64_t kMaxPerMinute = 1'000'000;

std::int64_t bounded(std::uint32_t limit) { return std::min<std::int64_t>(limit, kMaxPerMinute); }

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
    : per_minute_{bounded(limits.execute), bounded(limits.read), bounded(limits.list), bounded(limits.download)},
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
  for (std::size_t i = 0; i < kClasses; ++i) entry.buckets[i] = {per_minute_[i] * kCall, now};
  entries_.push_front(std::move(entry));
  by_caller_.emplace(entries_.front().caller, entries_.begin());
  return entries_.front();
}

std::uint32_t RateLimiter::take(std::string_view caller, RateClass rate, Clock::time_point now) {
  const auto index = index_of(rate);
  if (!index || per_minute_[*index] == 0) return 0;
  const std::lock_guard lock(mutex_);
  Bucket& bucket = entry_of(caller, now).buckets[*index];
  const std::int64_t per_minute = per_minute_[*index];
  const std::int64_t elapsed =
      std::clamp<std::int64_t>(std::chrono::nanoseconds(now - bucket.filled).count(), 0, kMinute);
  bucket.credit = std::min(per_minute * kCall, bucket.credit + elapsed * per_minute);
  bucket.filled = now;
  if (bucket.credit >= kCall) {
    bucket.credit -= kCall;
    return 0;
  }
  const std::int64_t per_second = per_minute * 1'000'000'000;
  return static_cast<std::uint32_t>((kCall - bucket.credit + per_second - 1) / per_second);
}

std::size_t RateLimiter::callers() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

}  // namespace reprise::http
