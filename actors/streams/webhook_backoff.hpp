// When a delivery that failed is tried again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/time.hpp"

namespace reprise::actors::streams {

struct RetryTimes {
  Duration first{1'000};
  Duration longest{3'600'000};
  Duration give_up{5 * 86'400'000ll};  // after so long without a delivery the subscription is disabled
};

// How long to wait after the n-th failure in a row, n from 1: twice as long each time, by a fifth more or less as
// `random` (0 to 1) says, so that the retries of many do not come together.
Duration retry_delay(const RetryTimes& times, std::uint32_t failures, double random);

// The value of Retry-After: seconds or an HTTP date. Nothing where it is neither; a day at most.
std::optional<Duration> parse_retry_after(const std::string& value, Time now);

}  // namespace reprise::actors::streams
