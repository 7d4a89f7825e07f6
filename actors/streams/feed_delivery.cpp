#include "actors/streams/feed_delivery.hpp"

namespace reprise::actors {

Expected<void> FeedDelivery::load() {
  if (auto loaded = position_.load(); !loaded) return loaded;
  stand_at(position_.stored());
  return {};
}

bool FeedDelivery::start_over(std::chrono::milliseconds time) {
  if (position_.known() && !position_.forget(time)) return false;
  stand_at(gateway_.feed().begin());
  return true;
}

void FeedDelivery::stand_at(const projections::FeedCursor& cursor) {
  cursor_ = cursor;
  windows_.clear();
  for (const std::uint64_t seen : cursor.seen) windows_.emplace_back(seen);
}

void FeedDelivery::rewind() {
  for (std::size_t p = 0; p < windows_.size(); ++p) {
    windows_[p].rewind();
    cursor_.seen[p] = windows_[p].confirmed();
  }
}

void FeedDelivery::was_read() {
  for (std::size_t p = 0; p < windows_.size(); ++p) windows_[p].passed(cursor_.seen[p]);
}

projections::FeedCursor FeedDelivery::confirmed() const {
  projections::FeedCursor cursor;
  for (const DeliveryWindow& window : windows_) cursor.seen.push_back(window.confirmed());
  return cursor;
}

}  // namespace reprise::actors
