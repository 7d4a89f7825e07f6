// How far the feed was read for one consumer, what of it is on its way, and what has arrived: over all partitions, with
// the position in the store that follows. One thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/streams/consumer_position.hpp"
#include "actors/streams/delivery_window.hpp"

namespace reprise::actors {

class FeedDelivery {
 public:
  FeedDelivery(Gateway& gateway, std::string consumer)
      : gateway_(gateway), consumer_(std::move(consumer)), position_(gateway, consumer_) {}

  const std::string& consumer() const { return consumer_; }
  // From the position in the store. Errors: corrupt, io.
  Expected<void> load();
  bool known() const { return position_.known(); }  // something was published to it before
  // From the first event on. False: the store did not take it.
  bool start_over(std::chrono::milliseconds time);
  // What has not arrived is read again.
  void rewind();

  projections::FeedCursor& cursor() { return cursor_; }  // how far the feed was read
  // Of each event, in the feed's order. False: it has arrived already.
  bool send(std::uint16_t partition, std::uint64_t position) { return windows_[partition].send(position); }
  // After each read of the feed.
  void was_read();
  void arrived(std::uint16_t partition, std::uint64_t position) { windows_[partition].delivered(position); }

  projections::FeedCursor confirmed() const;
  void store() { position_.store(confirmed()); }
  void store_now(std::chrono::milliseconds time) { position_.store_now(confirmed(), time); }

 private:
  void stand_at(const projections::FeedCursor& cursor);

  Gateway& gateway_;
  const std::string consumer_;
  ConsumerPosition position_;
  projections::FeedCursor cursor_;
  std::vector<DeliveryWindow> windows_;
};

}  // namespace reprise::actors
