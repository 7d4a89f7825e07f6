// Where those who keep subscriptions (the loader's thread) and those who deliver for them (a thread of their own) leave
// notes for each other: which subscriptions have changed, and how their deliveries go.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery_rows.hpp"

namespace reprise::actors {

// How the deliveries of one subscription go.
struct DeliveryView {
  std::uint64_t epoch = 0;
  DeliveryRecord record;
  LaneRows lanes;  // those that are not where the shared reader is
};

struct DeliveryNumbers {
  std::uint64_t delivered = 0;                         // since the server started
  std::uint64_t refused = 0;                           // answered with another status than 2xx
  std::uint64_t failed = 0;                            // not answered
  std::uint64_t under_way = 0;                         // now
  std::uint64_t active = 0, paused = 0, disabled = 0;  // subscriptions
  std::uint64_t lag = 0;                               // events, of the active subscription that is furthest behind
};

// Any thread, all of it.
class SubscriptionBoard {
 public:
  using Key = std::pair<std::string, std::string>;  // workspace, name

  // Bounded by the number of subscriptions. Quick: may be called on the journal's thread.
  void changed(Key key) {
    const std::lock_guard lock(mutex_);
    changes_.insert(std::move(key));
    if (wake_) wake_();
  }
  std::set<Key> take_changes() {
    const std::lock_guard lock(mutex_);
    return std::exchange(changes_, {});
  }
  // What wakes the deliverer: quick, and takes no lock of this class. Empty: nobody delivers (any more).
  void on_change(std::function<void()> wake) {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    if (!wake_) views_.clear();
  }

  void show(const Uuid& id, DeliveryView view) {
    const std::lock_guard lock(mutex_);
    views_[id] = std::move(view);
  }
  void forget(const Uuid& id) {
    const std::lock_guard lock(mutex_);
    views_.erase(id);
  }
  void show(projections::FeedCursor shared, const DeliveryNumbers& numbers) {
    const std::lock_guard lock(mutex_);
    shared_ = std::move(shared);
    numbers_ = numbers;
  }

  // Nothing where nobody delivers for it (of that epoch): the rows have it.
  std::optional<std::pair<DeliveryView, projections::FeedCursor>> view(const Uuid& id, std::uint64_t epoch) const {
    const std::lock_guard lock(mutex_);
    const auto found = views_.find(id);
    if (found == views_.end() || found->second.epoch != epoch) return std::nullopt;
    return std::pair{found->second, shared_};
  }
  DeliveryNumbers numbers() const {
    const std::lock_guard lock(mutex_);
    return numbers_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<Key> changes_;
  std::function<void()> wake_;
  std::map<Uuid, DeliveryView> views_;
  projections::FeedCursor shared_;
  DeliveryNumbers numbers_;
};

}  // namespace reprise::actors
