// How a source is getting on at this moment: written by the thread that reads its topic, read by whoever shows it.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "events/time.hpp"

namespace reprise::actors {

enum class SourceState : std::uint8_t {
  starting,  // looks for the topic, or for where to begin
  running,   // reads
  waiting,   // something is in the way: last_error says what, and it is tried again
  paused,    // by a person
};
std::string_view name(SourceState state);

// Any thread.
class SourceStatus {
 public:
  struct View {
    SourceState state = SourceState::starting;
    std::string last_error;  // empty: none yet. It stays when the source runs again
    Time last_error_at{};
    std::map<std::uint32_t, std::uint64_t> ends;   // by Kafka partition: the offset that the next record will have
    std::map<std::uint32_t, std::uint64_t> nexts;  // and that which is read next
    std::uint64_t lag() const;                     // of all partitions together, as far as is known
  };

  void set(SourceState state);
  void wait_for(std::string what, Time now);  // waiting, and why
  void note(std::string error, Time now);     // the state stays
  void end_of(std::uint32_t partition, std::uint64_t offset);
  void next_of(std::uint32_t partition, std::uint64_t offset);
  View view() const;

  std::atomic<std::uint64_t> records{0}, starts{0}, answers{0}, refused{0};  // since the server started

 private:
  mutable std::mutex mutex_;
  View view_;
};

}  // namespace reprise::actors
