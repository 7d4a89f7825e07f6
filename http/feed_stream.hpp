// GET /api/events/stream: one subscriber of all events, on its loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/event_hub.hpp"
#include "http/event_stream.hpp"
#include "http/surface.hpp"

namespace reprise::http {

class FeedStream : public std::enable_shared_from_this<FeedStream> {
 public:
  FeedStream(const Surface& surface, projections::FeedFilter filter);

  // On the exchange's loop; once. `from`: where the client goes on; none: now.
  void begin(Exchange& exchange, std::optional<projections::FeedCursor> from);

 private:
  // What was read of the store for a subscriber that is behind.
  struct Page {
    projections::FeedCursor cursor;
    EventHub::Mark mark;  // read up to there at most
    std::string text;
    std::size_t events = 0;
    bool reached = false;
    std::optional<Error> error;
  };

  void wake(Exchange& exchange);
  void take(Exchange& exchange);
  void catch_up(Exchange& exchange);
  void read(Page& page) const;
  void went_on(Exchange& exchange, Page& page);
  void tick(Exchange& exchange);
  void cut_off(Exchange& exchange);
  void leave();
  bool full(const Exchange& exchange) const { return exchange.unsent() >= high_water_; }

  const projections::Feed& feed_;
  EventHub& hub_;
  const std::size_t high_water_;
  const projections::FeedFilter filter_;
  std::shared_ptr<EventHub::Seat> seat_;
  projections::FeedCursor cursor_;  // while it is behind
  Heartbeat heartbeat_;
  bool behind_ = false;   // reads the store
  bool reading_ = false;  // a page is on its way
  bool blocked_ = false;  // the client has not taken what was written
  bool ended_ = false;
};

}  // namespace reprise::http
