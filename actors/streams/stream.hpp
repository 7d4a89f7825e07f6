// What those who bring the feed to the outside show of themselves: /metrics, /api/info, `reprise show --stream`.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "events/time.hpp"

namespace reprise::actors {

enum class StreamState : std::uint8_t {
  connecting,  // no broker has answered yet
  publishing,
  waiting,  // no broker answers any more, or the store cannot be read: events wait
  refused,  // the topic is not one to publish to, as last_error says; looked at again from time to time
};
constexpr std::string_view name(StreamState state) {
  switch (state) {
    case StreamState::connecting: return "connecting";
    case StreamState::publishing: return "publishing";
    case StreamState::waiting: return "waiting";
    case StreamState::refused: return "refused";
  }
  return "connecting";
}

struct StreamNumbers {
  StreamState state = StreamState::connecting;
  std::string brokers, topic;
  std::uint64_t published = 0;  // since the server started: records that the broker has taken
  std::uint64_t errors = 0;
  std::uint64_t lag = 0;  // events that are durable here and not yet confirmed there
  Time last_success{};    // epoch: none yet
  Time last_error_at{};   // epoch: none
  std::string last_error;
};

class Stream {
 public:
  virtual ~Stream() = default;
  virtual StreamNumbers numbers() const = 0;  // any thread, at once
};

enum class StreamLog : std::uint8_t { debug, info, warning, error };
using StreamLogger = std::function<void(StreamLog level, std::string_view line)>;  // from any thread

}  // namespace reprise::actors
