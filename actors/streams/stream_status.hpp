// How a publisher fares: numbers for those who ask, and lines in the log, few of them however long an outage is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "actors/streams/stream.hpp"

namespace reprise::actors {

class StreamStatus {
 public:
  StreamStatus(StreamLogger logger, std::string brokers, std::string topic);

  // Any thread. Without the lag, which the feed knows.
  StreamNumbers numbers() const;
  StreamState state() const;

  void log(StreamLog level, std::string_view line) const;
  // One record has arrived. Cheap: called for each.
  void published() { published_.fetch_add(1, std::memory_order_relaxed); }
  // Records have arrived just now. Where events were held up, says that they flow again.
  void arrived(std::uint64_t behind);
  // The brokers answer; nothing may be there to be sent.
  void connected(std::uint64_t behind);
  // What keeps events from going out; the server tries on. Said again only when the reason changes, or after a minute.
  void trouble(const std::string& reason);
  // Nothing goes out until somebody does what `reason` says.
  void refuse(const std::string& reason);
  // What went wrong without holding events up.
  void note(const std::string& reason);

 private:
  void remember(const std::string& reason);
  bool worth_saying(const std::string& reason);

  const StreamLogger logger_;
  std::atomic<std::uint64_t> published_{0};
  mutable std::mutex mutex_;
  StreamNumbers numbers_;
  std::string said_;
  std::chrono::steady_clock::time_point said_at_{};
};

}  // namespace reprise::actors
