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

constexpr std::size_t kWindow = 20'000;    // tasks held in memory
constexpr std::size_t kRefill = 5'000;     // rows read at once
constexpr std::size_t kScanned = 200'000;  // rows looked at for a poll of few actions
constexpr std::size_t kPollsBound = 10'000;
constexpr Duration kUnwritten{40};  // a lease waits so long for a result to be stored together with

}  // namespace

bool matches(const std::vector<std::string>& patterns, std::string_view action) {
  if (patterns.empty()) return true;
  return std::any_of(patterns.begin(), patterns.end(), [action](std::string_view pattern) {
    if (!pattern.ends_with('*')) return pattern == action;
    pattern.remove_suffix(1);
    return action.starts_with(pattern);
  });
}

void QueueState::attach(QueueActor::pointer self, Services* services, std::string queue) {
  self_ = self;
  services_ = services;
  queue_ = std::move(queue);
  horizon_ = queue_;
  horizon_ += '\0';
  read_on({});
}

void QueueState::insert(QueueEntry entry) {
  auto& tasks = ready_[entry.action];
  const auto at = place(entry.key);
  auto [known, fresh] = tasks.try_emplace(at);
  if (fresh || known->second.delivery <= entry.delivery) known->second = std::move(entry);
  if (fresh) ++size_;
}

void QueueState::offer(std::vector<QueueEntry>& entries) {
  for (auto& entry : entries) {
    // Beyond the window the rows wait in the store. While rows are being read everything is kept: the scan may have
    // passed.
    if (!complete_ && !reading_ && size_ >= kWindow) continue;
    if (complete_ && size_ >= kWindow + kRefill) {
      // From here on memory holds only the oldest; what came in order of time is behind the newest that is kept.
      complete_ = false;
      horizon_.clear();
      for (const auto& [action, tasks] : ready_) {
        if (!tasks.empty()) horizon_ = std::max(horizon_, storage::queue_key(tasks.rbegin()->second.key));
      }
      continue;
    }
    insert(std::move(entry));
  }
  serve_waiting();
  count();
}

void QueueState::withdraw(const std::vector<WithdrawnTask>& withdrawn) {
  for (const auto& task : withdrawn) {
    const auto at = place(task.key);
    if (reading_) gone_.insert({at, task.delivery});
    for (auto action = ready_.begin(); action != ready_.end(); ++action) {
      const auto found = action->second.find(at);
      if (found == action->second.end()) continue;
      if (found->second.delivery == task.delivery) {
        action->second.erase(found);
        --size_;
        if (action->second.empty()) ready_.erase(action);
      }
      break;
    }
  }
  count();
}

void QueueState::read_on(std::vector<std::string> patterns) {
  if (reading_ || complete_) return;
  reading_ = true;
  auto self = caf::actor_cast<QueueActor>(self_);
  services_->loader->post(
      [services = services_, self, queue = queue_, from = horizon_, patterns = std::move(patterns)] {
        TasksLoaded message;
        message.entries = std::make_shared<std::vector<QueueEntry>>();
        message.selective = !patterns.empty();
        message.last_key = from;
        const std::string prefix = queue + '\0';
        auto cursor = services->store.cursor(storage::Family::queue);
        std::size_t scanned = 0;
        message.end = true;
        for (cursor.seek(from); cursor.valid() && cursor.key().starts_with(prefix); cursor.next()) {
          if (message.entries->size() >= kRefill || ++scanned > kScanned) {
            message.end = false;
            break;
          }
          message.last_key = cursor.key();
          auto entry = parse_queue_row(cursor.key(), cursor.value());
          if (entry && matches(patterns, entry->action)) message.entries->push_back(std::move(*entry));
        }
        if (!cursor.status()) message.end = false;
        caf::anon_send(self, std::move(message));
      },
      true);
}

void QueueState::loaded(TasksLoaded& message) {
  reading_ = false;
  for (auto& entry : *message.entries) {
    const std::pair which{place(entry.key), entry.delivery};
    if (gone_.contains(which) || unstored_.contains(which)) continue;
    insert(std::move(entry));
  }
  gone_.clear();
  if (!message.selective) {
    horizon_ = std::move(message.last_key);
    complete_ = message.end;
  }
  serve_waiting();
  count();
}

void QueueState::take(const std::shared_ptr<PollContext>& poll) {
  if (poll->taken.load(std::memory_order_acquire)) return;
  if (serve(*poll)) {
    count();
    return;
  }
  const bool may_have_more = !complete_;
  if (poll->wait == Duration(0) && !may_have_more) {
    if (poll->asked.fetch_add(1) + 1 < poll->queues.size()) return;  // another queue may have something
    if (poll->taken.exchange(true)) return;
    Answer answer;
    answer.body = R"({"tasks":[],"outcomes":)" + poll->outcomes + "}";
    answer.damage = poll->damage;
    return Services::answer(poll->ticket, std::move(answer));
  }
  if (waiting_.size() >= kPollsBound) {
    if (!poll->taken.exchange(true)) Services::refuse(poll->ticket, errc::busy, "too many polls wait on this queue");
    return;
  }
  waiting_.push_back(poll);
  if (may_have_more) read_on(size_ < kWindow / 2 ? std::vector<std::string>{} : poll->actions);
  count();
}

std::map<std::string, QueueState::Tasks>::iterator QueueState::oldest(const PollContext& poll) {
  auto best = ready_.end();
  for (auto action = ready_.begin(); action != ready_.end(); ++action) {
    if (!matches(poll.actions, action->first)) continue;
    if (best == ready_.end() || action->second.begin()->first < best->second.begin()->first) best = action;
  }
  return best;
}

bool QueueState::serve(PollContext& poll) {
  auto action = oldest(poll);
  if (action == ready_.end()) return false;
  if (poll.taken.exchange(true)) return true;
  const auto now = services_->now();
  std::string body = R"({"tasks":[)";
  for (std::uint32_t n = 0; n < poll.max && action != ready_.end();) {
    auto first = action->second.begin();
    if (reading_) gone_.insert({first->first, first->second.delivery});
    if (hand_out(first->second, poll, body, now)) ++n;
    action->second.erase(first);
    --size_;
    if (action->second.empty()) {
      ready_.erase(action);
      action = oldest(poll);
    } else if (ready_.size() > 1) {
      action = oldest(poll);
    }
  }
  body += R"(],"outcomes":)" + poll.outcomes + "}";
  Answer answer;
  answer.body = std::move(body);
  answer.damage = poll.damage;
  Services::answer(poll.ticket, std::move(answer));
  if (size_ < kWindow / 4 && !complete_) read_on({});
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

bool QueueState::hand_out(QueueEntry& entry, PollContext& poll, std::string& body, Time now) {
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
  envelope->entry = std::make_shared<QueueEntry>(std::move(entry));
  const std::pair which{place(envelope->entry->key), envelope->delivery};
  unstored_.insert(which);
  handed_out_.push_back({now, envelope->entry, which});
  services_->deliver(std::move(envelope));
  return true;
}

void QueueState::serve_waiting() {
  auto polls = std::exchange(waiting_, {});
  for (auto& poll : polls) {
    if (poll->taken.load(std::memory_order_acquire)) continue;
    if (!ready_.empty() && serve(*poll)) continue;
    if (poll->wait == Duration(0) && complete_) {
      take(poll);  // it waited only for rows to be read, and there are none for it
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
    } else {
      unstored_.erase(oldest.which);
    }
  }
}

void QueueState::tick() {
  const auto now = services_->now();
  write_old_leases(now);
  std::erase_if(waiting_, [now, this](const auto& poll) {
    if (poll->taken.load(std::memory_order_acquire)) return true;
    const bool leaving = services_->stopping.load(std::memory_order_relaxed);
    if (!leaving && (poll->until > now || (poll->wait == Duration(0) && reading_))) return false;
    if (poll->taken.exchange(true)) return true;
    Answer answer;
    answer.body = R"({"tasks":[],"outcomes":)" + poll->outcomes + "}";
    answer.damage = poll->damage;
    Services::answer(poll->ticket, std::move(answer));
    return true;
  });
  if (!waiting_.empty() && !complete_ && next_scan_ <= now) {
    next_scan_ = now + std::chrono::seconds(1);
    read_on(waiting_.front()->actions);
  }
  note_oldest();
  count();
}

void QueueState::note_oldest() {
  Time oldest{};
  for (const auto& [action, tasks] : ready_) {
    const auto at = tasks.begin()->second.key.offered_at;
    if (oldest == Time{} || at < oldest) oldest = at;
  }
  if (oldest == oldest_noted_) return;
  oldest_noted_ = oldest;
  services_->note_oldest(queue_, oldest);
}

void QueueState::count() {
  const auto size = static_cast<std::int64_t>(size_);
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
      [self](const OfferTasks& m) { self->state.offer(*m.entries); },
      [self](const WithdrawTasks& m) { self->state.withdraw(*m.tasks); },
      [self](TasksLoaded& m) { self->state.loaded(m); },
      [self](const TakeTasks& m) { self->state.take(m.poll); },
      [self](QueueTick) { self->state.tick(); },
  };
}

}  // namespace reprise::actors
