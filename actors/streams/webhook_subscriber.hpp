// One subscription as its deliverer sees it: its lanes, how they go, and what of that is stored.
//
// A lane is a partition of the feed, and has one delivery under way at most: so the events of an execution, which are
// all in one partition, arrive in order, and one that fails holds up its lane alone. Only a lane with something to do
// is kept in memory: all others stand where the shared reader stands. A lane keeps a small window of events; when it is
// full, or its delivery fails, the rest is read from the feed again later.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/delivery_rows.hpp"
#include "actors/streams/webhook_sender.hpp"
#include "actors/subscription_board.hpp"
#include "projections/subscription_rows.hpp"

namespace reprise::actors::streams {

inline constexpr std::size_t kWindowEvents = 32;
inline constexpr std::size_t kWindowBytes = 256 << 10;  // one event at least

struct WebhookLane {
  struct Pending {
    std::uint64_t position = 0;
    std::shared_ptr<const WebhookMessage> message;
  };
  LaneRow row;
  std::uint64_t read_to = 0;   // what is for it up to here is in the window, or delivered
  bool live = false;           // gets what the shared reader reads from here on
  WebhookSender::Id post = 0;  // the delivery of the window's first event; 0: none is under way
  bool queued = false;         // somebody will look at it
  Time retry_at{};             // not before
  std::deque<Pending> window;
  std::size_t bytes = 0;  // of the window

  bool full() const { return window.size() >= kWindowEvents || bytes >= kWindowBytes; }
  void push(std::uint64_t position, std::shared_ptr<const WebhookMessage> message);
  void delivered();  // the first event is
  // What is not under way is read again.
  void drop_window();
};

// All of it on the deliverer's thread.
class WebhookSubscriber {
 public:
  using Key = std::pair<std::string, std::string>;  // workspace, name

  explicit WebhookSubscriber(projections::SubscriptionRow subscription)
      : row(std::move(subscription)), id(subscription_uuid(row)) {}

  projections::SubscriptionRow row;
  const Uuid id;
  events::TypeSet types;
  std::vector<SigningSecret> secrets;
  DeliveryRecord record;
  std::map<std::uint16_t, WebhookLane> lanes;
  std::uint32_t under_way = 0;       // deliveries
  std::uint32_t failures = 0;        // in a row, over all lanes
  std::vector<std::uint16_t> held;   // lanes that wait for another delivery of this subscription to end
  bool disabling = false;            // it was asked for
  bool gone = false;                 // deleted, or replaced by a later epoch
  bool dirty = true, shown = false;  // to be stored, to be published

  bool active() const { return row.active() && !disabling && !gone; }
  void touch() {
    dirty = true;
    shown = false;
  }

  // The lane of a partition, made where the shared reader stands at `shared`.
  WebhookLane& lane_at(std::uint16_t partition, std::uint64_t shared);
  // Nothing is delivered for the time being: every lane stays where it is.
  void hold(const projections::FeedCursor& shared);
  // A fresh try: failures are forgotten.
  void take_heart();

  DeliveryView view() const;
  // The rows that differ from what is stored; afterwards they count as stored.
  void write(storage::RowBatch& rows, std::uint16_t partitions);
  // It is not known what is stored: write() says all.
  void doubt() { in_doubt_ = dirty = true; }
  void stored(LaneRows rows) { stored_ = std::move(rows); }
  void stored(const DeliveryRecord& as_stored) { stored_record_ = as_stored; }

 private:
  LaneRows stored_;
  DeliveryRecord stored_record_;
  bool in_doubt_ = false;
};

}  // namespace reprise::actors::streams
