#include "actors/streams/delivery_window.hpp"

#include <algorithm>
#include <utility>

namespace reprise::actors {

bool DeliveryWindow::send(std::uint64_t position) {
  while (!before_.empty() && before_.front().position < position) before_.pop_front();
  bool arrived = false;
  if (!before_.empty() && before_.front().position == position) {
    arrived = before_.front().arrived;
    before_.pop_front();
  }
  sent_.push_back({position, arrived});
  passed(position);
  return !arrived;
}

void DeliveryWindow::passed(std::uint64_t position) {
  read_ = std::max(read_, position);
  drop_arrived();
}

void DeliveryWindow::delivered(std::uint64_t position) {
  const auto found = std::lower_bound(sent_.begin(), sent_.end(), position,
                                      [](const Entry& entry, std::uint64_t wanted) { return entry.position < wanted; });
  if (found == sent_.end() || found->position != position) return;
  found->arrived = true;
  drop_arrived();
}

void DeliveryWindow::rewind() {
  read_ = confirmed();
  // What an earlier rewind knew and was not come to again lies behind what was sent since.
  sent_.insert(sent_.end(), before_.begin(), before_.end());
  before_ = std::exchange(sent_, {});
}

void DeliveryWindow::drop_arrived() {
  while (!sent_.empty() && sent_.front().arrived) sent_.pop_front();
}

}  // namespace reprise::actors
