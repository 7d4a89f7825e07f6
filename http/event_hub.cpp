#include "http/event_hub.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace reprise::http {
namespace {

constexpr std::chrono::milliseconds kLongestWait{1000};
constexpr std::chrono::milliseconds kAfterFailure{200};

}  // namespace

EventHub::EventHub(const projections::Feed& feed, actors::CommitBell& bell, HubLimits limits)
    : feed_(feed), bell_(bell), limits_(limits) {}

EventHub::~EventHub() { stop(); }

void EventHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_.store(true);
  }
  joined_.notify_all();
  bell_.ring();  // it may wait for that
  if (thread_.joinable()) thread_.join();
}

void EventHub::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void EventHub::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      joined_.wait(lock, [this] { return stopped_.load() || !seats_.empty(); });
    }
    const std::uint64_t heard = bell_.count();  // before the end is asked for: what comes after it rings
    if (stopped_.load()) return;                // after it: stop() rings when it has said so
    switch (step()) {
      case Step::read: break;
      case Step::idle: bell_.wait(heard, kLongestWait); break;
      case Step::failed: std::this_thread::sleep_for(kAfterFailure); break;
    }
  }
}

// Under the mutex. The first subscriber starts the hub at what is durable now.
void EventHub::add(std::shared_ptr<Seat> seat) {
  if (seats_.empty()) end_ = std::make_shared<const projections::FeedCursor>(feed_.end());
  seat->place_ = seats_.size();
  seats_.push_back(std::move(seat));
  joined_.notify_one();
}

std::shared_ptr<EventHub::Seat> EventHub::join(actors::Ticket ticket, projections::FeedFilter filter, Mark& from) {
  auto seat = std::make_shared<Seat>(ticket, std::move(filter));
  const std::lock_guard lock(mutex_);
  add(seat);
  seat->state_ = Seat::State::current;
  from = {end_, next_};
  return seat;
}

std::shared_ptr<EventHub::Seat> EventHub::join_behind(actors::Ticket ticket, projections::FeedFilter filter) {
  auto seat = std::make_shared<Seat>(ticket, std::move(filter));
  const std::lock_guard lock(mutex_);
  add(seat);
  return seat;
}

void EventHub::leave(Seat& seat) {
  const std::lock_guard lock(mutex_);
  if (seat.place_ >= seats_.size() || seats_[seat.place_].get() != &seat) return;  // it has left already
  const std::size_t place = seat.place_;
  std::swap(seats_[place], seats_.back());
  seats_[place]->place_ = place;
  const auto gone = std::move(seats_.back());
  seats_.pop_back();
  if (!seats_.empty()) return;
  ring_.clear();
  ring_bytes_ = 0;
}

EventHub::Mark EventHub::mark() const {
  const std::lock_guard lock(mutex_);
  return {end_, next_};
}

bool EventHub::attach(Seat& seat, const Mark& mark) {
  const std::lock_guard lock(mutex_);
  if (mark.next == next_) {
    seat.state_ = Seat::State::current;
    return true;
  }
  seat.next_ = mark.next;
  seat.cursor_ = mark.cursor;
  seat.state_ = Seat::State::told;
  if (!told_is_passed(seat)) return true;
  seat.state_ = Seat::State::behind;
  return false;
}

bool EventHub::call_when_past(Seat& seat, const Mark& mark) {
  const std::lock_guard lock(mutex_);
  if (mark.next != next_) return false;
  seat.state_ = Seat::State::waiting;
  return true;
}

// Under the mutex.
bool EventHub::told_is_passed(const Seat& seat) const {
  return seat.state_ == Seat::State::told && seat.next_ < next_ - ring_.size();
}

EventHub::Taken EventHub::take(Seat& seat, std::size_t bytes) {
  Taken taken;
  const std::lock_guard lock(mutex_);
  if (told_is_passed(seat)) {
    seat.state_ = Seat::State::behind;
    taken.passed = std::move(seat.cursor_);
    return taken;
  }
  if (seat.state_ == Seat::State::told) {
    for (std::size_t sum = 0; seat.next_ != next_ && (taken.batches.empty() || sum < bytes); ++seat.next_) {
      const auto& batch = ring_[ring_.size() - static_cast<std::size_t>(next_ - seat.next_)];
      sum += batch->bytes();
      seat.cursor_ = batch->end();
      taken.batches.push_back(batch);
    }
    if (seat.next_ == next_) seat.state_ = Seat::State::current;
  }
  taken.current = seat.state_ == Seat::State::current;
  return taken;
}

bool EventHub::passed(const Seat& seat) const {
  const std::lock_guard lock(mutex_);
  return told_is_passed(seat);
}

std::string EventHub::where(const Seat& seat) const {
  std::shared_ptr<const projections::FeedCursor> cursor;
  {
    const std::lock_guard lock(mutex_);
    if (seat.state_ != Seat::State::current) return {};
    cursor = end_;
  }
  return feed_.text(*cursor);
}

HubNumbers EventHub::numbers() const {
  HubNumbers numbers;
  {
    const std::lock_guard lock(mutex_);
    numbers.subscribers = seats_.size();
    numbers.ring_bytes = ring_bytes_;
  }
  numbers.events = events_.load(std::memory_order_relaxed);
  numbers.read_failures = failures_.load(std::memory_order_relaxed);
  numbers.sent = sent_.load(std::memory_order_relaxed);
  numbers.cut_off = cut_off_.load(std::memory_order_relaxed);
  return numbers;
}

EventHub::Step EventHub::step() {
  std::shared_ptr<const projections::FeedCursor> begin;
  {
    const std::lock_guard lock(mutex_);
    if (seats_.empty()) return Step::idle;
    begin = end_;
  }
  const projections::FeedCursor until = feed_.end();
  if (until == *begin) return Step::idle;
  auto batch = std::make_shared<EventBatch>(*begin);
  projections::FeedCursor cursor = *begin;
  const auto read = feed_.read(cursor, until, {}, {limits_.batch_events, limits_.batch_events},
                               [&](const projections::FeedEvent& event) {
                                 batch->add(event, feed_.text(cursor));
                                 return batch->bytes() < limits_.batch_bytes;
                               });
  if (!read) {
    failures_.fetch_add(1, std::memory_order_relaxed);
    return Step::failed;
  }
  batch->end_at(std::move(cursor));
  publish(batch);
  return Step::read;
}

void EventHub::publish(const std::shared_ptr<EventBatch>& batch) {
  std::vector<actors::Ticket> tickets;
  {
    const std::lock_guard lock(mutex_);
    // All have left meanwhile, and others come: they begin elsewhere.
    if (seats_.empty() || *end_ != *batch->begin()) return;
    const std::uint64_t number = next_++;
    end_ = batch->end();
    ring_bytes_ += batch->bytes();
    ring_.push_back(batch);
    while (ring_.size() > 1 && ring_bytes_ > limits_.ring_bytes) {
      ring_bytes_ -= ring_.front()->bytes();
      ring_.pop_front();
    }
    for (const auto& seat : seats_) {
      if (seat->state_ == Seat::State::current) {
        if (!batch->any_passes(seat->filter_)) continue;
        seat->state_ = Seat::State::told;
        seat->next_ = number;
        seat->cursor_ = batch->begin();
      } else if (seat->state_ == Seat::State::waiting) {
        seat->state_ = Seat::State::behind;
      } else {
        continue;
      }
      tickets.push_back(seat->ticket_);
    }
  }
  events_.fetch_add(batch->size(), std::memory_order_relaxed);
  wake(tickets);
}

// A delivery for each loop, some tickets at a time.
void EventHub::wake(std::vector<actors::Ticket>& tickets) {
  for (std::size_t begin = 0; begin < tickets.size() && !stopped_.load(); begin += limits_.woken_at_once) {
    if (begin != 0) std::this_thread::sleep_for(limits_.pause);
    const auto first = tickets.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last =
        tickets.begin() + static_cast<std::ptrdiff_t>(std::min(begin + limits_.woken_at_once, tickets.size()));
    std::sort(first, last, [](const auto& a, const auto& b) { return std::less<>()(a.sink, b.sink); });
    for (auto at = first; at != last;) {
      std::vector<actors::Delivery> batch;
      actors::ReplySink* const sink = at->sink;
      for (; at != last && at->sink == sink; ++at) batch.push_back({at->id, {}});
      if (sink != nullptr) sink->deliver(std::move(batch));
    }
  }
}

}  // namespace reprise::http
