#include "http/feed_stream.hpp"

#include "http/error_body.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kPageEvents = 512;
constexpr std::size_t kPageLookedAt = 10'000;
constexpr std::size_t kPageBytes = 256u << 10;

}  // namespace

FeedStream::FeedStream(const Surface& surface, projections::FeedFilter filter)
    : feed_(surface.gateway.feed()),
      hub_(surface.hub),
      high_water_(surface.options.stream_high_water),
      filter_(std::move(filter)),
      heartbeat_(surface.options.heartbeat_s) {}

void FeedStream::begin(Exchange& exchange, std::optional<projections::FeedCursor> from) {
  const actors::Ticket ticket =
      exchange.defer([self = shared_from_this()](Exchange& e, actors::Answer&&) { self->wake(e); },
                     [self = shared_from_this()](actors::Ticket) {
                       self->ended_ = true;
                       self->hub_.leave(*self->seat_);
                     });
  exchange.begin_stream(event_stream_head());
  exchange.on_drained([self = shared_from_this()](Exchange& e) {
    if (self->blocked_) self->wake(e);
  });
  exchange.on_tick([self = shared_from_this()](Exchange& e) { self->tick(e); });
  std::string front(kRetryLine);
  if (from) {
    seat_ = hub_.join_behind(ticket, filter_);
    cursor_ = std::move(*from);
    append_stream_id(front, feed_.text(cursor_));
    exchange.write(front);
    behind_ = true;
    return catch_up(exchange);
  }
  EventHub::Mark now;
  seat_ = hub_.join(ticket, filter_, now);
  // A client that is cut off before its first event goes on from here all the same.
  append_stream_id(front, feed_.text(*now.cursor));
  exchange.write(front);
}

// The hub has news, or the client has room again.
void FeedStream::wake(Exchange& exchange) {
  if (ended_ || reading_) return;
  if (behind_) return catch_up(exchange);
  take(exchange);
}

void FeedStream::take(Exchange& exchange) {
  std::string out;
  std::size_t count = 0;
  const auto send = [&] {
    if (count == 0) return;
    hub_.count_sent(count);
    exchange.write(out);
    count = 0;
  };
  for (;;) {
    if (exchange.unsent() + out.size() >= high_water_) {
      blocked_ = true;  // on_drained goes on
      return send();
    }
    blocked_ = false;
    EventHub::Taken taken = hub_.take(*seat_, kPageBytes);
    if (taken.passed) {
      send();
      cursor_ = *taken.passed;
      behind_ = true;
      return catch_up(exchange);
    }
    for (const auto& batch : taken.batches) count += batch->append(out, filter_);
    if (taken.current) return send();
  }
}

void FeedStream::catch_up(Exchange& exchange) {
  if (full(exchange)) {
    blocked_ = true;
    return;
  }
  blocked_ = false;
  reading_ = true;
  auto page = std::make_shared<Page>();
  page->cursor = cursor_;
  page->mark = hub_.mark();
  exchange.read_then(
      [self = shared_from_this(), page] {
        self->read(*page);
        return std::string();
      },
      [self = shared_from_this(), page](Exchange& e, std::string&&) { self->went_on(e, *page); });
}

// On a query thread.
void FeedStream::read(Page& page) const {
  const auto done = feed_.read(page.cursor, *page.mark.cursor, filter_, {kPageEvents, kPageLookedAt},
                               [&](const projections::FeedEvent& event) {
                                 append_stream_event(page.text, feed_.text(page.cursor), event.record, event.subject);
                                 ++page.events;
                                 return page.text.size() < kPageBytes;
                               });
  if (done) {
    page.reached = *done;
  } else {
    page.error = done.error();
  }
}

void FeedStream::went_on(Exchange& exchange, Page& page) {
  reading_ = false;
  if (ended_) return;
  // The client comes back where it was.
  if (page.error) {
    exchange.note_damage(damage_of(*page.error));
    leave();
    return exchange.break_off();
  }
  // So that what the filter leaves out is not read again by a client that comes back.
  if (page.events == 0 && page.cursor != cursor_) append_stream_id(page.text, feed_.text(page.cursor));
  cursor_ = std::move(page.cursor);
  if (!page.text.empty()) exchange.write(page.text);
  hub_.count_sent(page.events);
  if (!page.reached) return catch_up(exchange);
  if (cursor_ == *page.mark.cursor) {
    if (!hub_.attach(*seat_, page.mark)) return catch_up(exchange);
    behind_ = false;
    return take(exchange);
  }
  // In some partition the client is ahead of the hub, which will have read that far in a moment.
  if (!hub_.call_when_past(*seat_, page.mark)) catch_up(exchange);
}

void FeedStream::tick(Exchange& exchange) {
  if (ended_) return;
  if (blocked_ && !behind_ && hub_.passed(*seat_)) return cut_off(exchange);
  if (!heartbeat_.due(exchange)) return;
  std::string out(kHeartbeat.substr(0, kHeartbeat.size() - 1));
  const std::string where = behind_ ? std::string() : hub_.where(*seat_);
  if (where.empty()) {
    out += '\n';
  } else {
    append_stream_id(out, where);
  }
  exchange.write(out);
}

// It takes less than comes: what it has not taken in time it may come back for.
void FeedStream::cut_off(Exchange& exchange) {
  hub_.count_cut_off();
  leave();
  exchange.end_stream();
}

void FeedStream::leave() {
  ended_ = true;
  hub_.leave(*seat_);
}

}  // namespace reprise::http
