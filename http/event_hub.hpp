// All events, handed on to any number of subscribers as they become durable. One thread reads each event once, renders
// it once, keeps the newest of them in a bounded ring, and wakes the subscribers that an event passes the filter of;
// they take it off the ring on their own threads. It reads nothing while nobody is subscribed.
//
// A subscriber is `current` when it has taken all that the hub has read. The hub then tells it of the next batch that
// concerns it, once, until it has taken that and whatever came meanwhile: so a round that comes too fast for a loop
// joins the next. A subscriber that the ring has passed, or that begins at an old cursor, reads the store by itself up
// to a mark of the hub, and takes its place there: between two cursors there is exactly one set of events, so nothing
// is left out or repeated.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/answer.hpp"
#include "actors/commit_bell.hpp"
#include "http/event_batch.hpp"
#include "projections/feed.hpp"

namespace reprise::http {

struct HubLimits {
  std::size_t ring_bytes = 16u << 20;
  std::size_t batch_events = 512;
  std::size_t batch_bytes = 256u << 10;  // after which a batch takes no further event
  // So many subscribers are woken at once; then the loops have a moment for everybody else.
  std::size_t woken_at_once = 128;
  std::chrono::microseconds pause{1000};
};

struct HubNumbers {
  std::uint64_t subscribers = 0, ring_bytes = 0, events = 0, read_failures = 0;
  std::uint64_t sent = 0, cut_off = 0;  // told by the subscribers
};

class EventHub {
 public:
  class Seat;  // of one subscriber

  // How far the hub has read.
  struct Mark {
    std::shared_ptr<const projections::FeedCursor> cursor;
    std::uint64_t next = 0;  // number of the batch that comes after
  };
  struct Taken {
    std::vector<std::shared_ptr<const EventBatch>> batches;
    bool current = false;                                   // there is no more now; the seat's ticket will be called
    std::shared_ptr<const projections::FeedCursor> passed;  // set: the ring has passed the seat, which stood here
  };

  // The feed and the bell outlive it.
  EventHub(const projections::Feed& feed, actors::CommitBell& bell, HubLimits limits = {});
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  void start();  // its thread; else step() is called by hand
  // Waits until the thread has ended: nobody is woken any more. Before the sinks of the tickets go.
  void stop();

  // Any thread, all of these.

  // A seat that is current: it gets what the hub reads from now on. `from` is where that is.
  std::shared_ptr<Seat> join(actors::Ticket ticket, projections::FeedFilter filter, Mark& from);
  // A seat that is not: its owner reads the store.
  std::shared_ptr<Seat> join_behind(actors::Ticket ticket, projections::FeedFilter filter);
  void leave(Seat& seat);

  Mark mark() const;
  // The seat's owner has read everything up to the mark and nothing beyond. False: the ring has passed the mark.
  bool attach(Seat& seat, const Mark& mark);
  // The seat's ticket is called when the hub has gone on from the mark. False: it has already.
  bool call_when_past(Seat& seat, const Mark& mark);
  // The next batches of a seat that was told, of about `bytes`.
  Taken take(Seat& seat, std::size_t bytes);
  // The ring has passed what the seat was told of.
  bool passed(const Seat& seat) const;
  // The text of the cursor where a current seat stands; empty when it is not current.
  std::string where(const Seat& seat) const;

  void count_sent(std::size_t events) { sent_.fetch_add(events, std::memory_order_relaxed); }
  void count_cut_off() { cut_off_.fetch_add(1, std::memory_order_relaxed); }
  HubNumbers numbers() const;

  enum class Step : std::uint8_t { idle, read, failed };
  // Reads one batch and wakes whom it concerns. On one thread.
  Step step();

 private:
  void run();
  void add(std::shared_ptr<Seat> seat);
  bool told_is_passed(const Seat& seat) const;
  void publish(const std::shared_ptr<EventBatch>& batch);
  void wake(std::vector<actors::Ticket>& tickets);

  const projections::Feed& feed_;
  actors::CommitBell& bell_;
  const HubLimits limits_;

  mutable std::mutex mutex_;
  std::condition_variable joined_;
  std::vector<std::shared_ptr<Seat>> seats_;
  std::shared_ptr<const projections::FeedCursor> end_;
  std::deque<std::shared_ptr<const EventBatch>> ring_;
  std::uint64_t next_ = 0;  // number of the batch after the newest; the ring's are those before it
  std::size_t ring_bytes_ = 0;

  std::atomic<bool> stopped_{false};
  std::atomic<std::uint64_t> events_{0}, failures_{0}, sent_{0}, cut_off_{0};
  std::thread thread_;
};

// Its members are the hub's.
class EventHub::Seat {
 public:
  Seat(actors::Ticket ticket, projections::FeedFilter filter) : ticket_(ticket), filter_(std::move(filter)) {}
  const projections::FeedFilter& filter() const { return filter_; }

 private:
  friend class EventHub;
  enum class State : std::uint8_t {
    behind,   // its owner reads the store
    current,  // has all that the hub has read, of what concerns it
    told,     // of the batch `next_`
    waiting,  // behind, and called with the next batch
  };

  const actors::Ticket ticket_;
  const projections::FeedFilter filter_;
  State state_ = State::behind;
  std::size_t place_ = 0;                                  // in seats_
  std::uint64_t next_ = 0;                                 // told: number of the next batch
  std::shared_ptr<const projections::FeedCursor> cursor_;  // told: where that batch begins
};

}  // namespace reprise::http
