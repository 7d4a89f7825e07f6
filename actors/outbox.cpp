#include "actors/outbox.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/outbox_delivery.hpp"
#include "actors/services.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kWindowBytes = 32u << 20;       // of the messages held in memory
constexpr std::size_t kUnderWay = 1'024;              // delivered and not taken yet
constexpr Duration kFirstPause{100}, kPause{30'000};  // before a message is tried again: doubling
constexpr Duration kStoreFails{200};

bool same_item(const storage::OutboxKey& a, const storage::OutboxKey& b) {
  return a.sender == b.sender && a.item == b.item;
}

Duration pause_after(std::uint32_t failures) {
  return std::min(kPause, kFirstPause * (std::int64_t{1} << std::min(failures, 10u)));
}

}  // namespace

void OutboxState::attach(OutboxActor::pointer self, Services* services) {
  self_ = self;
  services_ = services;
  read_on();
}

std::size_t OutboxState::most() const { return services_->options.outbox_window; }

bool OutboxState::has_room() const { return window_.size() < most() && bytes_ < kWindowBytes; }

void OutboxState::owe(const std::vector<OutboxEntry>& entries) {
  for (const auto& entry : entries) {
    const auto known = window_.find(entry.key);
    if (known != window_.end()) {
      known->second.next = entry.value;
    } else if (complete_ && has_room()) {
      insert(entry);
    } else if (reading_ && arrived_.size() < most()) {
      arrived_.push_back(entry);  // one of its item may be about to be read, and comes first
    } else {
      complete_ = false;
      missed_ = true;
    }
  }
  pump();
}

void OutboxState::insert(const OutboxEntry& entry) {
  const auto now = services_->now();
  const auto [message, fresh] = window_.try_emplace(entry.key, Message{entry.value, {}, false, 0, now});
  if (!fresh) return;
  by_age_.emplace_back(now, entry.key);
  bytes_ += entry.value->size();
  if (first_of_item(message)) ready_.push_back(entry.key);
}

bool OutboxState::first_of_item(Window::const_iterator message) const {
  return message == window_.begin() || !same_item(std::prev(message)->first, message->first);
}

void OutboxState::settled(const std::vector<storage::OutboxKey>& keys) {
  for (const auto& key : keys) {
    const auto message = window_.find(key);
    if (message == window_.end()) continue;
    if (!message->second.next) {
      drop(message);
      continue;
    }
    if (message->second.under_way) --under_way_;
    bytes_ += message->second.next->size() - message->second.value->size();
    message->second = Message{std::move(message->second.next), {}, false, 0, services_->now()};
    by_age_.emplace_back(message->second.since, key);
    ready_.push_back(key);
  }
  pump();
}

void OutboxState::drop(Window::iterator message) {
  const auto key = message->first;
  if (message->second.under_way) --under_way_;
  bytes_ -= message->second.value->size();
  const auto next = window_.erase(message);
  if (next != window_.end() && same_item(next->first, key)) ready_.push_back(next->first);
}

void OutboxState::try_again(const std::vector<storage::OutboxKey>& keys) {
  for (const auto& key : keys) {
    const auto message = window_.find(key);
    if (message == window_.end() || !message->second.under_way) continue;
    message->second.under_way = false;
    --under_way_;
    const bool failing = services_->journal->failing();
    const Duration pause = failing ? kStoreFails : pause_after(message->second.failures++);
    later_.emplace(services_->now() + pause, key);
  }
  schedule_tick();
}

void OutboxState::look_again() {
  complete_ = false;
  missed_ = true;
  pump();
}

void OutboxState::read_on() {
  if (reading_ || complete_ || window_.size() > most() / 2 || bytes_ > kWindowBytes / 2) return;
  if (services_->journal->failing() || trouble_.pauses(services_->now())) return schedule_tick();
  reading_ = true;
  missed_ = false;
  services_->loader->post(
      [services = services_, self = caf::actor_cast<OutboxActor>(self_), most = most()] {
        OutboxLoaded message;
        message.entries = std::make_shared<std::vector<OutboxEntry>>();
        std::size_t bytes = 0;
        auto cursor = services->store.cursor(storage::Family::outbox);
        for (cursor.seek({}); cursor.valid(); cursor.next()) {
          if (message.entries->size() == most || bytes >= kWindowBytes) {
            message.more = true;
            break;
          }
          const auto key = storage::parse_outbox_key(cursor.key());
          if (!key) continue;
          bytes += cursor.value().size();
          message.entries->push_back({*key, std::make_shared<const std::string>(cursor.value())});
        }
        if (auto read = cursor.status(); !read) {
          message.more = true;
          message.error = std::move(read.error());
        }
        caf::anon_send(self, std::move(message));
      },
      true);
}

void OutboxState::loaded(const OutboxLoaded& message) {
  reading_ = false;
  trouble_.found(*services_, message.error);
  for (const auto& entry : *message.entries) insert(entry);
  const auto arrived = std::exchange(arrived_, {});
  complete_ = !message.more && !missed_;
  if (complete_) return owe(arrived);
  pump();  // what arrived is read
}

void OutboxState::tick() {
  ticking_ = false;
  const auto now = services_->now();
  while (!later_.empty() && later_.begin()->first <= now) {
    ready_.push_back(later_.begin()->second);
    later_.erase(later_.begin());
  }
  pump();
}

void OutboxState::pump() {
  const bool paused = services_->stopping.load(std::memory_order_relaxed) || services_->journal->failing();
  while (!paused && !ready_.empty() && under_way_ < kUnderWay) {
    const auto key = ready_.front();
    ready_.pop_front();
    const auto message = window_.find(key);
    if (message == window_.end() || message->second.under_way) continue;
    auto parsed = parse_outbox_row(key, *message->second.value);
    if (!parsed) {
      drop(message);  // of a newer version, or damaged: its row stays
      continue;
    }
    if (const auto* start = std::get_if<workflow::StartRun>(&parsed->message)) {
      parsed->stop = stop_behind(message, start->id);
      const bool goes_on = start->origin && !start->origin->continues.empty();
      if (goes_on && !parsed->stop) parsed->stop = services_->pursuits->stop_for(start->id);
    }
    message->second.under_way = true;
    ++under_way_;
    deliver_message(*services_, key, std::move(*parsed));
  }
  if (!complete_) read_on();
  tell_numbers();
  schedule_tick();
}

void OutboxState::tell_numbers() {
  const auto gone = [this](const auto& each) {
    const auto message = window_.find(each.second);
    return message == window_.end() || message->second.since != each.first;
  };
  while (!by_age_.empty() && gone(by_age_.front())) by_age_.pop_front();
  if (by_age_.size() > 2 * most() + 64) std::erase_if(by_age_, gone);  // behind one that nobody takes
  const Time oldest = by_age_.empty() ? Time{} : by_age_.front().first;
  services_->numbers.owed.store(static_cast<std::int64_t>(window_.size()), std::memory_order_relaxed);
  services_->numbers.owed_since.store(to_millis(oldest), std::memory_order_relaxed);
}

// The stop that waits for this start: a run which only ends by going on as a new one would else never be caught up
// with.
std::optional<workflow::StopRun> OutboxState::stop_behind(Window::const_iterator start, const ExecutionId& id) const {
  const auto next = std::next(start);
  if (next == window_.end() || !same_item(next->first, start->first)) return std::nullopt;
  const auto parsed = parse_outbox_row(next->first, *next->second.value);
  const auto* stop = parsed ? std::get_if<workflow::StopRun>(&parsed->message) : nullptr;
  if (stop == nullptr || stop->id != id) return std::nullopt;
  return *stop;
}

void OutboxState::schedule_tick() {
  if (ticking_ || services_->options.deterministic || services_->stopping.load(std::memory_order_relaxed)) return;
  Duration wait = kStoreFails;
  if (!services_->journal->failing()) {
    const auto now = services_->now();
    const bool pauses = trouble_.pauses(now);
    if (later_.empty() && !pauses) return;
    auto at = pauses ? trouble_.until() : later_.begin()->first;
    if (!later_.empty()) at = std::min(at, later_.begin()->first);
    wait = std::max(Duration(1), at - now);
  }
  ticking_ = true;
  self_->delayed_anon_send(caf::actor_cast<OutboxActor>(self_), wait, OutboxTick{});
}

OutboxActor::behavior_type outbox_actor(OutboxActor::stateful_pointer<OutboxState> self, Services* services) {
  self->state.attach(self, services);
  return {
      [self](const OweMessages& m) { self->state.owe(*m.entries); },
      [self](const MessagesTaken& m) { self->state.settled(*m.keys); },
      [self](const MessagesRefused& m) { self->state.try_again(*m.keys); },
      [self](const OutboxLoaded& m) { self->state.loaded(m); },
      [self](LookAgain) { self->state.look_again(); },
      [self](OutboxTick) { self->state.tick(); },
  };
}

}  // namespace reprise::actors
