#include "actors/services.hpp"

#include <sys/random.h>

#include <algorithm>
#include <caf/actor_system.hpp>
#include <chrono>

#include "actors/engine_commit.hpp"
#include "actors/queue_actor.hpp"
#include "actors/resumed_calls.hpp"

namespace reprise::actors {

Services::Services(const EngineOptions& engine_options)
    : options(engine_options), store(*engine_options.store), signer(engine_options.store->secret()) {}

Services::~Services() = default;

Time Services::now() const {
  if (options.clock) return options.clock();
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

Time Services::steady() const {
  if (options.deterministic) return now();
  return Time(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

std::uint64_t Services::random() const {
  if (options.random) return options.random();
  // Bits for ids and seeds, not secrets: a generator of each thread, seeded by the system.
  thread_local std::uint64_t state = [] {
    std::uint64_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
      seed = static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    return seed;
  }();
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ull);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ z >> 27) * 0x94D049BB133111EBull;
  return z ^ z >> 31;
}

QueueActor Services::queue(const std::string& name) {
  std::lock_guard guard(queues_mutex_);
  auto found = queues_.find(name);
  if (found == queues_.end() && closed.load(std::memory_order_acquire)) return {};
  if (found == queues_.end()) found = queues_.emplace(name, system->spawn(queue_actor, this, name)).first;
  return found->second;
}

std::vector<QueueActor> Services::queues() const {
  std::lock_guard guard(queues_mutex_);
  std::vector<QueueActor> out;
  for (const auto& [name, actor] : queues_) out.push_back(actor);
  out.insert(out.end(), retired_queues_.begin(), retired_queues_.end());
  return out;
}

bool Services::may_poll(const std::string& queue) const {
  constexpr std::size_t kMostQueues = 10'000;
  std::lock_guard guard(queues_mutex_);
  return queues_.size() < kMostQueues || queues_.contains(queue);
}

void Services::retire_queue(const std::string& name) {
  std::lock_guard guard(queues_mutex_);
  const auto found = queues_.find(name);
  if (found == queues_.end()) return;
  retired_queues_.push_back(std::move(found->second));
  queues_.erase(found);
}

void Services::forget_queue(const QueueActor& retired) {
  std::lock_guard guard(queues_mutex_);
  std::erase(retired_queues_, retired);
}

void Services::end_actors() {
  timers = nullptr;
  outbox = nullptr;
  schedule_clock = nullptr;
  supervisor = nullptr;
  admissions.clear();
  directory->clear();
  std::lock_guard guard(queues_mutex_);
  queues_.clear();
  retired_queues_.clear();
}

void Services::note_poll(const std::string& queue, const std::vector<std::string>& actions) {
  constexpr std::size_t kPatternsKept = 1'000, kActivities = 10'000;
  static constexpr Duration kForgotten{3'600'000};
  const auto at = now();
  std::lock_guard guard(queues_mutex_);
  if (activity_.size() >= kActivities && !activity_.contains(queue)) {
    std::erase_if(activity_, [at](const auto& each) { return each.second.last_poll + kForgotten < at; });
    if (activity_.size() >= kActivities) return;
  }
  auto& activity = activity_[queue];
  if (activity.last_poll == at) return;
  activity.last_poll = at;
  if (activity.last_actions != actions) activity.last_actions = actions;
  if (actions.empty()) {
    activity.by_pattern["*"] = at;
    return;
  }
  for (const auto& pattern : actions) {
    if (activity.by_pattern.size() < kPatternsKept || activity.by_pattern.contains(pattern))
      activity.by_pattern[pattern] = at;
  }
}

void Services::note_oldest(const std::string& queue, Time offered_at) {
  std::lock_guard guard(queues_mutex_);
  if (offered_at == Time{}) {
    oldest_.erase(queue);
  } else {
    oldest_[queue] = offered_at;
  }
}

Time Services::oldest_queued() const {
  std::lock_guard guard(queues_mutex_);
  Time oldest{};
  for (const auto& [queue, at] : oldest_) {
    if (oldest == Time{} || at < oldest) oldest = at;
  }
  return oldest;
}

QueueActivity Services::activity(const std::string& queue) const {
  std::lock_guard guard(queues_mutex_);
  const auto found = activity_.find(queue);
  return found == activity_.end() ? QueueActivity{} : found->second;
}

ExecutionId Services::new_execution_id() {
  const std::uint64_t present = static_cast<std::uint64_t>(to_millis(now())) << 12;
  std::uint64_t newest = newest_id_.load(std::memory_order_relaxed), next = 0;
  do next = std::max(present, newest + 1);
  while (!newest_id_.compare_exchange_weak(newest, next, std::memory_order_relaxed));
  return uuid_v7(Time(Duration(static_cast<std::int64_t>(next >> 12))), next & 0xFFF, random());
}

void Services::answer(Ticket ticket, Answer answer) {
  if (ticket.sink == nullptr) return;
  std::vector<Delivery> batch;
  batch.push_back({ticket.id, std::move(answer)});
  ticket.sink->deliver(std::move(batch));
}

void Services::refuse(Ticket ticket, errc code, std::string detail) {
  Answer out;
  out.error = Error{code, std::move(detail), {}};
  answer(ticket, std::move(out));
}

bool Services::store_rows(storage::RowBatch rows, std::function<void(bool durable)> then, bool urgent) {
  auto commit = std::make_unique<EngineCommit>();
  commit->rows = std::move(rows);
  commit->generation = journal->generation();
  if (then) {
    commit->then = [then = std::move(then)](storage::CommitOutcome outcome, const Error&) {
      then(outcome == storage::CommitOutcome::durable);
    };
  }
  std::unique_ptr<storage::Commit> base = std::move(commit);
  return journal->submit(base, urgent);
}

void Services::answer_in_turn(std::uint64_t generation, Answer answer, Ticket ticket) {
  auto commit = std::make_unique<EngineCommit>();
  commit->generation = generation;
  commit->replies.push_back({ticket, std::move(answer)});
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (!journal->submit(base)) refuse(ticket, errc::unavailable, "the store does not take writes at the moment");
}

void Services::release_idempotency(const std::string& row_key, bool durable) {
  const auto [id, followers] = first_uses.end(row_key);
  for (const auto& [ticket, wait] : followers) {
    if (!durable) {
      refuse(ticket, errc::unavailable, "the first request with this idempotency key could not be stored");
      continue;
    }
    if (wait > Duration(0)) audience.wait(id, ticket, wait);
    loader->post(
        [this, id = id, ticket = ticket, waits = wait > Duration(0)] {
          if (waits) {
            const auto row = store.get(storage::Family::status, id.view());
            const auto parsed = row ? projections::parse_status_row(*row) : tl::unexpected(row.error());
            if (parsed && !parsed->final) return;  // the end will answer it
            if (!audience.leave(id, ticket)) return;
          }
          answer_with_row(id, ticket);
        },
        true);
  }
}

void Services::answer_with_row(const ExecutionId& id, Ticket ticket) {
  Answer out;
  out.id = id;
  auto row = store.get(storage::Family::status, id.view());
  if (row) {
    out.row = std::move(*row);
  } else {
    out.error = row.error();
    if (out.error.code == errc::not_found)
      out.error = Error{errc::not_found_execution, "no execution " + to_string(id), {}};
  }
  answer(ticket, std::move(out));
}

}  // namespace reprise::actors
