#include "actors/streams/webhook_backoff.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace reprise::actors::streams {

namespace {

constexpr std::uint32_t kMostDoublings = 40;  // far beyond any longest time
constexpr Duration kLongestRetryAfter = std::chrono::hours(24);

}  // namespace

Duration retry_delay(const RetryTimes& times, std::uint32_t failures, double random) {
  const auto doublings = static_cast<int>(std::min(failures == 0 ? 0 : failures - 1, kMostDoublings));
  const double grown = std::ldexp(static_cast<double>(times.first.count()), doublings);
  const double bounded = std::min(grown, static_cast<double>(times.longest.count()));
  return Duration(std::llround(bounded * (0.8 + 0.4 * std::clamp(random, 0.0, 1.0))));
}

std::optional<Duration> parse_retry_after(const std::string& value, Time now) {
  std::int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, seconds);
  if (error == std::errc{} && stop == end) {
    if (seconds < 0) return std::nullopt;
  } else {
    const std::time_t at = curl_getdate(value.c_str(), nullptr);
    if (at < 0) return std::nullopt;
    seconds = std::max<std::int64_t>(0, static_cast<std::int64_t>(at) - to_millis(now) / 1000);
  }
  seconds =
      std::min<std::int64_t>(seconds, std::chrono::duration_cast<std::chrono::seconds>(kLongestRetryAfter).count());
  return std::chrono::duration_cast<Duration>(std::chrono::seconds(seconds));
}

}  // namespace reprise::actors::streams
