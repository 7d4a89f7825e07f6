// Of one partition of the feed: which events are on their way, and up to where all have arrived. Reports come in any
// order; what is stored as the consumer's position moves only over what has arrived without a gap. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace reprise::actors {

class DeliveryWindow {
 public:
  explicit DeliveryWindow(std::uint64_t confirmed = 0) : read_(confirmed) {}

  // The next event is at `position`; positions rise, and may leave some out. False: it has arrived already, before a
  // rewind, and is not to be sent again.
  bool send(std::uint64_t position);
  // Everything up to `position` was read, whether or not there were events.
  void passed(std::uint64_t position);
  void delivered(std::uint64_t position);
  // The way out was lost: whatever has not arrived is sent again, from confirmed() on.
  void rewind();

  std::uint64_t confirmed() const { return sent_.empty() ? read_ : sent_.front().position - 1; }

 private:
  struct Entry {
    std::uint64_t position = 0;
    bool arrived = false;
  };
  void drop_arrived();

  std::uint64_t read_;
  std::deque<Entry> sent_;    // of which the first has not arrived
  std::deque<Entry> before_;  // what the last rewind knew
};

}  // namespace reprise::actors
