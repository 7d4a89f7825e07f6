#include "actors/streams/stream_status.hpp"

#include <utility>

namespace reprise::actors {

namespace {

constexpr auto kSayAgain = std::chrono::minutes(1);

Time present() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

}  // namespace

StreamStatus::StreamStatus(StreamLogger logger, std::string brokers, std::string topic) : logger_(std::move(logger)) {
  numbers_.brokers = std::move(brokers);
  numbers_.topic = std::move(topic);
}

StreamNumbers StreamStatus::numbers() const {
  const std::lock_guard lock(mutex_);
  StreamNumbers out = numbers_;
  out.published = published_.load(std::memory_order_relaxed);
  return out;
}

StreamState StreamStatus::state() const {
  const std::lock_guard lock(mutex_);
  return numbers_.state;
}

void StreamStatus::log(StreamLog level, std::string_view line) const {
  if (logger_) logger_(level, line);
}

void StreamStatus::arrived(std::uint64_t behind) {
  {
    const std::lock_guard lock(mutex_);
    numbers_.last_success = present();
  }
  connected(behind);
}

void StreamStatus::connected(std::uint64_t behind) {
  bool resumed = false;
  {
    const std::lock_guard lock(mutex_);
    resumed = std::exchange(numbers_.state, StreamState::publishing) != StreamState::publishing;
    if (resumed) said_.clear();
  }
  if (resumed) {
    log(StreamLog::info,
        "events go out to the topic " + numbers_.topic + ", " + std::to_string(behind) + " are waiting");
  }
}

void StreamStatus::remember(const std::string& reason) {
  ++numbers_.errors;
  numbers_.last_error = reason;
  numbers_.last_error_at = present();
}

bool StreamStatus::worth_saying(const std::string& reason) {
  const auto now = std::chrono::steady_clock::now();
  if (reason == said_ && now < said_at_ + kSayAgain) return false;
  // A reason that only differs in its numbers (a time, a port) is the same while an outage lasts.
  if (!said_.empty() && now < said_at_ + kSayAgain && numbers_.state == StreamState::waiting) return false;
  said_ = reason;
  said_at_ = now;
  return true;
}

void StreamStatus::trouble(const std::string& reason) {
  bool say = false;
  {
    const std::lock_guard lock(mutex_);
    remember(reason);
    say = worth_saying(reason);
    if (numbers_.state != StreamState::connecting) numbers_.state = StreamState::waiting;
  }
  if (say) log(StreamLog::warning, "events do not go out to Kafka, and are sent later: " + reason);
}

void StreamStatus::refuse(const std::string& reason) {
  bool say = false;
  {
    const std::lock_guard lock(mutex_);
    remember(reason);
    say = worth_saying(reason);
    numbers_.state = StreamState::refused;
  }
  if (say) log(StreamLog::error, "nothing is published to Kafka: " + reason);
}

void StreamStatus::note(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  remember(reason);
}

}  // namespace reprise::actors
