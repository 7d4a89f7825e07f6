#include "actors/timer_actor.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/services.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kWindow = 65'536;     // timers held in memory
constexpr std::size_t kRefill = 16'384;     // rows read at once
constexpr std::size_t kBurst = 512;         // timers fired before other messages get their turn
constexpr std::size_t kLoadsAhead = 2'048;  // executions being woken at once on account of timers
constexpr Duration kPace{5};
constexpr Duration kStoreFails{200};
// Of executions that cannot be read: the pause before the next try, how many are known, and how many the log names.
constexpr Duration kFirstPause{5'000}, kLongestPause{300'000};
constexpr std::size_t kUnreadable = 100'000, kTold = 20;
constexpr Duration kLongest{1'000};  // between looks at the clock: it may be set, or the machine may have slept

}  // namespace

void TimerState::attach(TimerActor::pointer self, Services* services) {
  self_ = self;
  services_ = services;
  read_on();
}

void TimerState::insert(const storage::TimerKey& key) {
  // What lies beyond the horizon is read when its turn comes. While rows are being read the scan may have passed its
  // place already, so that it has to be kept.
  if (!complete_ && !reading_ && horizon_ < key) return;
  window_.insert(key);
  if (window_.size() > kWindow + kRefill) {
    auto last = window_.begin();
    std::advance(last, static_cast<std::ptrdiff_t>(kWindow));
    horizon_ = *std::prev(last);
    window_.erase(last, window_.end());
    complete_ = false;
  }
}

void TimerState::arm(const std::vector<storage::TimerKey>& timers) {
  for (const auto& key : timers) insert(key);
  services_->numbers.timers.store(static_cast<std::int64_t>(window_.size()), std::memory_order_relaxed);
  schedule_wake_up();
}

void TimerState::disarm(const std::vector<storage::TimerKey>& timers) {
  for (const auto& key : timers) window_.erase(key);
  if (window_.empty() && !complete_) read_on();
  services_->numbers.timers.store(static_cast<std::int64_t>(window_.size()), std::memory_order_relaxed);
}

void TimerState::put_off(const PutOffTimer& message) {
  const auto& id = message.timer.id;
  Duration pause = kLongestPause;
  if (const auto known = unreadable_.find(id); known != unreadable_.end()) {
    pause = known->second = std::min(2 * known->second, kLongestPause);
  } else if (unreadable_.size() < kUnreadable) {
    pause = unreadable_.emplace(id, kFirstPause).first->second;
    if (services_->options.warn && unreadable_.size() <= kTold) {
      std::string sentence = "a timer of execution " + to_string(id) + " is due, which cannot be read: " + message.why;
      if (unreadable_.size() == kTold) sentence += "; further ones are not named here";
      services_->options.warn(sentence);
    }
  }
  const ArmTimers again{std::make_shared<std::vector<storage::TimerKey>>(1, message.timer)};
  if (services_->options.deterministic) return arm(*again.timers);  // nothing fires before the next look at the clock
  self_->delayed_anon_send(caf::actor_cast<TimerActor>(self_), pause, again);
}

void TimerState::read_on() {
  if (reading_ || complete_ || trouble_.pauses(services_->now())) return;
  reading_ = true;
  auto self = caf::actor_cast<TimerActor>(self_);
  services_->loader->post(
      [services = services_, self, from = horizon_] {
        TimersLoaded message;
        message.timers = std::make_shared<std::vector<storage::TimerKey>>();
        auto cursor = services->store.cursor(storage::Family::timers);
        cursor.seek(storage::timer_key(from));
        for (; cursor.valid(); cursor.next()) {
          const auto key = storage::parse_timer_key(cursor.key());
          if (!key || *key == from) continue;
          if (message.timers->size() == kRefill) {
            message.more = true;
            break;
          }
          message.timers->push_back(*key);
        }
        if (auto read = cursor.status(); !read) {
          message.more = true;  // try again from where the rows end
          message.error = std::move(read.error());
        }
        caf::anon_send(self, std::move(message));
      },
      true);
}

void TimerState::loaded(const TimersLoaded& message) {
  reading_ = false;
  trouble_.found(*services_, message.error);
  for (const auto& key : *message.timers) window_.insert(key);
  if (message.more) {
    if (!message.timers->empty()) horizon_ = std::max(horizon_, message.timers->back());
  } else {
    complete_ = true;
  }
  tick(generation_);
}

void TimerState::tick(std::uint64_t generation) {
  if (generation != generation_) return;
  wake_up_ = Time{};
  const auto now = services_->now();
  std::size_t fired = 0;
  const bool failing = services_->journal->failing();
  while (!failing && !window_.empty() && window_.begin()->due <= now && fired < kBurst &&
         services_->loader->waiting() < kLoadsAhead) {
    const auto key = *window_.begin();
    if (!complete_ && horizon_ < key) break;  // rows before it are not read yet
    window_.erase(window_.begin());
    fire(key);
    ++fired;
  }
  if (reached_horizon()) read_on();
  count(now);
  schedule_wake_up();
}

// Whether rows have to be read before anything else can fire.
bool TimerState::reached_horizon() const { return !complete_ && (window_.empty() || horizon_ < *window_.begin()); }

void TimerState::count(Time now) {
  services_->numbers.timers.store(static_cast<std::int64_t>(window_.size()), std::memory_order_relaxed);
  std::int64_t overdue = 0;  // what lies beyond the window is not counted
  for (auto timer = window_.begin(); timer != window_.end() && timer->due <= now; ++timer) ++overdue;
  services_->numbers.overdue.store(overdue, std::memory_order_relaxed);
}

void TimerState::fire(const storage::TimerKey& key) {
  auto envelope = std::make_shared<Envelope>();
  envelope->id = key.id;
  envelope->task = key.task;
  envelope->timer = key;
  envelope->causation = "timer";
  workflow::TimerFired fired;
  fired.kind = static_cast<workflow::TimerKind>(key.kind);
  fired.attempt = key.attempt;
  fired.delivery = key.delivery;
  envelope->command = fired;
  services_->deliver(std::move(envelope));
}

void TimerState::schedule_wake_up() {
  const auto now = services_->now();
  const bool pauses = reached_horizon() && trouble_.pauses(now);
  if (window_.empty() && !pauses) return;
  auto at = pauses ? trouble_.until() : window_.begin()->due;
  if (at <= now) at = now + (services_->journal->failing() ? kStoreFails : kPace);
  if (services_->options.deterministic) return;  // Engine::run() ticks
  at = std::min(at, now + kLongest);
  if (wake_up_ != Time{} && wake_up_ <= at) return;
  wake_up_ = at;
  ++generation_;
  self_->delayed_anon_send(caf::actor_cast<TimerActor>(self_), at - now, TimerTick{generation_});
}

TimerActor::behavior_type timer_actor(TimerActor::stateful_pointer<TimerState> self, Services* services) {
  self->state.attach(self, services);
  return {
      [self](const ArmTimers& m) { self->state.arm(*m.timers); },
      [self](const DisarmTimers& m) { self->state.disarm(*m.timers); },
      [self](const PutOffTimer& m) { self->state.put_off(m); },
      [self](const TimersLoaded& m) { self->state.loaded(m); },
      [self](TimerTick m) { self->state.tick(m.generation); },
  };
}

}  // namespace reprise::actors
