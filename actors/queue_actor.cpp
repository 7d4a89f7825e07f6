#include "actors/queue_actor.hpp"

#include <algorithm>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <utility>

#include "actors/services.hpp"
#include "events/json.hpp"
#include "events/json_time.hpp"
#include "workflow/task_number.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kPollsBound = 10'000;
constexpr Duration kUnwritten{40};     // a lease waits so long for a result to be stored together with
constexpr Duration kLookedFor{2'000};  // at most, for a poll that does not wait, while rows are looked through
constexpr Duration kIdle{10'000};      // before an actor that nobody uses goes
constexpr Duration kPassingOn{5'000};  // and how long it is still there for those who have its handle

Answer no_tasks(const PollContext& poll) {
  Answer answer;
  answer.body = R"({"tasks":[],"outcomes":)" + poll.outcomes + "}";
  answer.damage = poll.damage;
  return answer;
}

// A row can be read before the journal's thread has told the queue of it. What was read comes behind all that was
// written before, or a task that is handed out meanwhile would then be offered for the first time.
void tell_in_turn(Services& services, const QueueActor& queue, TasksLoaded message) {
  if (services.store_rows(
          {}, [queue, message](bool) { caf::anon_send(queue, message); }, true))
    return;
  message.error = Error{errc::busy, "too many commits wait to be written", {}};
  caf::anon_send(queue, std::move(message));
}

}  // namespace

void QueueState::attach(QueueActor::pointer self, Services* services, std::string queue) {
  self_ = self;
  services_ = services;
  queue_ = std::move(queue);
  window_.emplace(queue_, services->options.queue_window);
  read_on();
}

template <class Message>
bool QueueState::passed_on(const Message& message) {
  if (!retired_at_) return false;
  if (const auto successor = services_->queue(queue_)) caf::anon_send(successor, message);
  return true;
}

bool QueueState::wanted(std::string_view action) const {
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [action](const auto& poll) { return matches(poll->actions, action); });
}

void QueueState::offer(const OfferTasks& message) {
  if (passed_on(message)) return;
  bool left = false;
  for (auto& entry : *message.entries) {
    const bool awaited = !window_->complete() && wanted(entry.action);
    left = !window_->offer(std::move(entry), awaited) || left;
  }
  serve_waiting();
  window_->shrink();
  if (left && window_->wants_more()) read_on();
  count();
}

void QueueState::withdraw(const WithdrawTasks& message) {
  if (passed_on(message)) return;
  for (const auto& task : *message.tasks) window_->withdraw(task);
  count();
}

// For the window, or else for the first poll that waits for rows.
void QueueState::read_on() {
  if (window_->reading() || trouble_.pauses(services_->now())) return;
  if (window_->wants_more()) {
    if (auto reading = window_->read_on({})) return read(std::move(*reading));
  }
  for (const auto& poll : waiting_) {
    if (poll->taken.load(std::memory_order_acquire)) continue;
    if (auto reading = window_->read_on(poll->actions)) return read(std::move(*reading));
  }
}

void QueueState::read(TaskWindow::Reading reading) {
  auto self = caf::actor_cast<QueueActor>(self_);
  services_->loader->post(
      [services = services_, self, queue = queue_, reading = std::move(reading)] {
        TasksLoaded message;
        message.entries = std::make_shared<std::vector<QueueEntry>>();
        message.last_key = reading.after;
        const std::string prefix = queue + '\0';
        auto cursor = services->store.cursor(storage::Family::queue);
        std::size_t looked = 0, bytes = 0;
        message.end = true;
        for (cursor.seek(reading.after + '\0'); cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
          if (message.entries->size() >= reading.tasks || bytes >= reading.bytes || ++looked > reading.rows) {
            message.end = false;
            break;
          }
          message.last_key = cursor.key();
          auto entry = parse_queue_row(cursor.key(), cursor.value());
          if (!entry || !matches(reading.patterns, entry->action)) continue;
          bytes += cursor.value().size();
          message.entries->push_back(std::move(*entry));
        }
        if (const auto read = cursor.status(); !read) message.error = read.error();
        tell_in_turn(*services, self, std::move(message));
      },
      true);
}

void QueueState::loaded(TasksLoaded& message) {
  trouble_.found(*services_, message.error);
  if (message.error) {
    window_->not_loaded();
  } else {
    window_->loaded(std::move(*message.entries), std::move(message.last_key), message.end);
  }
  serve_waiting();
  window_->shrink();
  read_on();
  count();
}

void QueueState::take(const TakeTasks& message) {
  if (passed_on(message)) return;
  const auto& poll = message.poll;
  if (poll->taken.load(std::memory_order_acquire)) return;
  if (serve(*poll)) return count();
  if (poll->wait == Duration(0) && window_->complete(poll->actions)) return answer_with_nothing(*poll);
  if (waiting_.size() >= kPollsBound) {
    if (!poll->taken.exchange(true)) Services::refuse(poll->ticket, errc::busy, "too many polls wait on this queue");
    return;
  }
  waiting_.push_back(poll);
  read_on();
  count();
}

// Unless another of its queues may have something.
void QueueState::answer_with_nothing(PollContext& poll) {
  if (poll.asked.fetch_add(1) + 1 < poll.queues.size()) return;
  if (poll.taken.exchange(true)) return;
  Services::answer(poll.ticket, no_tasks(poll));
}

bool QueueState::serve(PollContext& poll) {
  auto entry = window_->take(poll.actions);
  if (!entry) return false;
  if (poll.taken.exchange(true)) {
    window_->offer(std::move(*entry), true);
    return true;
  }
  const auto now = services_->now();
  std::string body = R"({"tasks":[)";
  for (std::uint32_t n = 0; entry;) {
    if (hand_out(std::move(entry), poll, body, now)) ++n;
    const bool full = n >= poll.max || body.size() >= services_->options.queue_window.answer;
    entry = full ? nullptr : window_->take(poll.actions);
  }
  body += R"(],"outcomes":)" + poll.outcomes + "}";
  Answer answer;
  answer.body = std::move(body);
  answer.damage = poll.damage;
  Services::answer(poll.ticket, std::move(answer));
  if (window_->wants_more()) read_on();
  return true;
}

void QueueState::fail_for(const QueueEntry& entry, const Error& error, const PollContext& poll) {
  auto envelope = std::make_shared<Envelope>();
  envelope->id = entry.key.id;
  envelope->task = entry.key.task;
  envelope->attempt = entry.attempt;
  envelope->delivery = entry.delivery;
  envelope->command = workflow::Fail{{}, entry.attempt, entry.delivery, error.detail, "SecretError", true};
  envelope->principal = poll.principal;
  envelope->causation = "poll";
  services_->deliver(std::move(envelope));
}

bool QueueState::hand_out(std::shared_ptr<QueueEntry> held, PollContext& poll, std::string& body, Time now) {
  const QueueEntry& entry = *held;
  std::string revealed;
  if (entry.recorded) {
    auto args = services_->secrets->reveal(entry.args, poll.principal.workspace);
    if (!args) {
      fail_for(entry, args.error(), poll);
      return false;
    }
    revealed = std::move(*args);
  }
  const std::string& args = entry.recorded ? revealed : entry.args;
  if (!body.ends_with('[')) body += ',';
  const auto lease_until = now + poll.lease;
  auto deadline = entry.deadline;
  if (deadline == Time{} && entry.timeout > Duration(0)) deadline = now + entry.timeout;
  body += R"({"task_token":")";
  services_->signer.append(body, {entry.key.id, entry.key.task, entry.attempt, entry.delivery});
  body += R"(","execution_id":")";
  append_uuid(body, entry.key.id);
  body += R"(","workflow_id":)";
  append_json_string(body, entry.workflow_id);
  body += R"(,"ref":)";
  append_json_string(body, entry.ref);
  body += R"(,"action":)";
  append_json_string(body, entry.action);
  body += R"(,"args":)";
  body += args.empty() ? "{}" : args;
  body += R"(,"attempt":)" + std::to_string(entry.attempt) + R"(,"delivery":)" + std::to_string(entry.delivery);
  if (workflow::is_iteration(entry.key.task)) {
    body += R"(,"iteration":)" + std::to_string(workflow::iteration_of(entry.key.task)) + R"(,"item":)";
    body += entry.item.empty() ? "null" : entry.item;
  } else {
    body += R"(,"iteration":null,"item":null)";
  }
  body += R"(,"lease_expires_at":)";
  append_json_time(body, lease_until);
  body += R"(,"deadline":)";
  append_json_time(body, deadline);
  body += '}';

  auto envelope = std::make_shared<Envelope>();
  envelope->id = entry.key.id;
  envelope->task = entry.key.task;
  envelope->attempt = entry.attempt;
  envelope->delivery = entry.delivery;
  envelope->command = workflow::Lease{{}, entry.attempt, entry.delivery, poll.worker, lease_until};
  envelope->principal = poll.principal;
  envelope->causation = "poll";
  handed_out_.push_back({services_->steady(), held});
  envelope->entry = std::move(held);
  services_->deliver(std::move(envelope));
  return true;
}

void QueueState::serve_waiting() {
  auto polls = std::exchange(waiting_, {});
  for (auto& poll : polls) {
    if (poll->taken.load(std::memory_order_acquire)) continue;
    if (!window_->empty() && serve(*poll)) continue;
    if (poll->wait == Duration(0) && window_->complete(poll->actions)) {
      answer_with_nothing(*poll);  // it waited only for rows to be read, and there are none for it
    } else {
      waiting_.push_back(std::move(poll));
    }
  }
}

void QueueState::write_old_leases(Time now) {
  const Duration age = services_->stopping.load(std::memory_order_relaxed) ? Duration(0) : kUnwritten;
  for (std::size_t n = handed_out_.size(); n > 0 && handed_out_.front().looked_at + age <= now; --n) {
    auto oldest = std::move(handed_out_.front());
    handed_out_.pop_front();
    if (const auto entry = oldest.entry.lock()) {
      services_->directory->write_now(entry->key.id);
      oldest.looked_at = now;
      handed_out_.push_back(std::move(oldest));
    }
  }
}

void QueueState::answer_overdue(Time now) {
  const bool leaving = services_->stopping.load(std::memory_order_relaxed);
  std::erase_if(waiting_, [&](const auto& poll) {
    if (poll->taken.load(std::memory_order_acquire)) return true;
    const Time until = poll->wait == Duration(0) ? poll->until + kLookedFor : poll->until;
    if (!leaving && until > now) return false;
    if (poll->taken.exchange(true)) return true;
    Services::answer(poll->ticket, no_tasks(*poll));
    return true;
  });
}

void QueueState::tick() {
  const auto now = services_->steady();
  if (retired_at_) {
    if (*retired_at_ + kPassingOn > now) return;
    services_->forget_queue(caf::actor_cast<QueueActor>(self_));
    return self_->quit();
  }
  write_old_leases(now);
  answer_overdue(now);
  if (!waiting_.empty()) read_on();
  note_oldest();
  count();
  retire(now);
}

void QueueState::retire(Time now) {
  const bool idle = window_->complete() && window_->empty() && waiting_.empty() && handed_out_.empty();
  if (!idle) return idle_since_.reset();
  if (!idle_since_) idle_since_ = now;
  if (*idle_since_ + kIdle > now) return;
  services_->retire_queue(queue_);
  retired_at_ = now;
}

void QueueState::note_oldest() {
  const Time oldest = window_->oldest();
  if (oldest == oldest_noted_) return;
  oldest_noted_ = oldest;
  services_->note_oldest(queue_, oldest);
}

void QueueState::count() {
  const auto size = static_cast<std::int64_t>(window_->size());
  if (size != counted_) services_->numbers.queued.fetch_add(size - counted_, std::memory_order_relaxed);
  counted_ = size;
  const auto polls = static_cast<std::int64_t>(waiting_.size());
  if (polls != counted_polls_) services_->numbers.polls.fetch_add(polls - counted_polls_, std::memory_order_relaxed);
  counted_polls_ = polls;
}

QueueActor::behavior_type queue_actor(QueueActor::stateful_pointer<QueueState> self, Services* services,
                                      std::string queue) {
  self->state.attach(self, services, std::move(queue));
  return {
      [self](const OfferTasks& m) { self->state.offer(m); },
      [self](const WithdrawTasks& m) { self->state.withdraw(m); },
      [self](TasksLoaded& m) { self->state.loaded(m); },
      [self](const TakeTasks& m) { self->state.take(m); },
      [self](QueueTick) { self->state.tick(); },
  };
}

}  // namespace reprise::actors
