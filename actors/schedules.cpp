#include "actors/schedules.hpp"

#include <algorithm>
#include <caf/send.hpp>
#include <utility>

#include "actors/chunk_commit.hpp"
#include "actors/outbox_entry.hpp"
#include "actors/services.hpp"
#include "events/json.hpp"
#include "projections/execution_view.hpp"
#include "storage/keys.hpp"
#include "workflow/owed.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kLooks = 100;      // schedules dealt with before the loader's other work gets its turn
constexpr Duration kStoreFails{200};     // when to look again while the store takes no writes
constexpr Duration kDamaged{5'000};      // and where a row cannot be read
constexpr Duration kOpenRun{3'600'000};  // how long one wait for an open run lasts; then it is made again
const std::uint8_t kStartRun = static_cast<std::uint8_t>(workflow::OwedMessage(workflow::StartRun{}).index());

Uuid stream_of(const projections::ScheduleRow& row) { return projections::schedule_uuid(row.workspace, row.put.name); }

events::ScheduleFired event_of(const workflow::Firing& firing) {
  events::ScheduleFired fired;
  fired.due = firing.due;
  fired.outcome = firing.outcome;
  if (firing.count > 1) fired.message = std::to_string(firing.count) + " due times since " + to_string(firing.first);
  return fired;
}

}  // namespace

// ---- what is kept in memory

Expected<Schedules::Entry> Schedules::read(const Key& key) const {
  Entry entry;
  entry.generation = services_.journal->generation();
  const auto value = services_.store.get(storage::Family::schedules, projections::schedule_key(key.first, key.second));
  if (!value) {
    if (value.error().code != errc::not_found) return tl::unexpected(value.error());
    entry.row.workspace = key.first;
    entry.row.put.name = key.second;
    entry.row.deleted = true;
    entry.head = events::genesis(stream_of(entry.row));
  } else {
    auto row = projections::parse_schedule_row(*value);
    if (!row) return tl::unexpected(row.error());
    entry.row = std::move(*row);
    const auto head =
        head_before(services_.store, stream_of(entry.row), entry.row.next_event_id, "schedule " + key.second);
    if (!head) return tl::unexpected(head.error());
    entry.head = *head;
    if (!entry.row.deleted) {
      auto table = workflow::Timetable::make(entry.row.put, entry.row.put_at);
      if (!table) return fail(errc::corrupt, "schedule " + key.second + " cannot be read: " + table.error().detail);
      entry.table = *table;
    }
  }
  entry.durable = std::make_shared<std::atomic<std::uint64_t>>(entry.row.next_event_id - 1);
  return entry;
}

Expected<Schedules::Entry*> Schedules::entry(const Key& key) {
  // While the store recovers, what is read may not be what is stored.
  if (services_.journal->failing()) return fail(errc::unavailable, "the store does not take writes at the moment");
  auto found = entries_.find(key);
  if (found != entries_.end() && found->second.generation == services_.journal->generation()) return &found->second;
  auto fresh = read(key);
  if (!fresh) return tl::unexpected(fresh.error());
  if (found == entries_.end()) {
    found = entries_.emplace(key, std::move(*fresh)).first;
  } else {
    fresh->due = found->second.due;
    fresh->waits = found->second.waits;
    found->second = std::move(*fresh);
  }
  return &found->second;
}

bool Schedules::full() const {
  if (entries_.size() < kMostSchedules) return false;
  const auto there =
      std::count_if(entries_.begin(), entries_.end(), [](const auto& e) { return !e.second.row.deleted; });
  return static_cast<std::size_t>(there) >= kMostSchedules;
}

void Schedules::forget_if_gone(const Key& key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  const Entry& entry = found->second;
  if (!entry.row.deleted || entry.row.next_event_id != entry.durable->load() + 1) return;
  due_.erase({entry.due, key});
  if (entry.waits != 0) {
    services_.audience.leave(Ticket{this, entry.waits});
    waits_.erase(entry.waits);
  }
  entries_.erase(found);
}

void Schedules::load() {
  std::vector<Key> keys;
  {
    auto rows = services_.store.cursor(storage::Family::schedules);
    for (rows.seek({}); rows.valid(); rows.next()) {
      const auto row = projections::parse_schedule_row(rows.value());
      if (!row || row->deleted || rows.key() != projections::schedule_key(row->workspace, row->put.name)) continue;
      keys.emplace_back(row->workspace, row->put.name);
    }
  }
  awake_since_ = services_.now();
  loaded_ = true;
  for (const Key& key : keys) {
    if (const auto known = entry(key)) plan(key, **known);
  }
  look();
}

// ---- the clock

// When to look at it again, and for which run it waits.
void Schedules::plan(const Key& key, Entry& entry) {
  due_.erase({entry.due, key});
  entry.due = Time{};
  if (entry.row.deleted || entry.row.paused || !entry.table) return;
  if (entry.row.buffered) {
    ExecutionId open;
    if (running(entry, open)) {
      wait_for(key, entry, open);
    } else {
      entry.due = services_.now();
    }
  }
  if (const auto next = entry.table->next(entry.row.dealt_with)) {
    if (entry.due == Time{} || *next < entry.due) entry.due = *next;
  }
  if (entry.due != Time{}) due_.insert({entry.due, key});
}

void Schedules::set_clock() {
  Time at = due_.empty() ? Time{} : due_.begin()->first;
  for (const auto& [ticket, pending] : pending_) {
    if (at == Time{} || pending.until < at) at = pending.until;
  }
  if (at != Time{} && services_.journal->failing()) at = std::max(at, services_.now() + kStoreFails);
  if (at != Time{} && !services_.closed.load()) caf::anon_send(services_.schedule_clock, ScheduleDue{at});
}

void Schedules::look() {
  if (!loaded_ || services_.stopping.load()) return;
  const Time now = services_.now();
  for (auto each = pending_.begin(); each != pending_.end();) {
    auto& [ticket, pending] = *each;
    if (pending.until > now) {
      ++each;
      continue;
    }
    services_.audience.leave(Ticket{this, ticket});
    Services::answer(pending.ticket, std::move(pending.answer));
    each = pending_.erase(each);
  }
  std::size_t looks = 0;
  while (!services_.journal->failing() && !due_.empty() && due_.begin()->first <= now && looks++ < kLooks) {
    const Key key = due_.begin()->second;
    due_.erase(due_.begin());
    auto known = entry(key);
    if (known) {
      deal_with(key, **known, now);
    } else if (const auto stale = entries_.find(key); stale != entries_.end()) {
      stale->second.due = now + kDamaged;
      due_.insert({stale->second.due, key});
    }
  }
  set_clock();
}

// ---- firing

bool Schedules::running(const Entry& entry, ExecutionId& which) const {
  const auto is_open = [this](const ExecutionId& id) -> std::optional<bool> {
    const auto row = services_.store.get(storage::Family::status, id.view());
    if (row) return !projections::is_final_status_row(*row);
    return row.error().code == errc::not_found ? std::nullopt : std::optional<bool>(true);
  };
  for (auto run = entry.row.runs.rbegin(); run != entry.row.runs.rend(); ++run) {
    which = run->id;
    if (run->event_id > entry.durable->load()) return true;
    auto open = is_open(run->id);
    if (!open) {
      // It is on its way, or came between the two looks, or never could start.
      const storage::OutboxKey key{stream_of(entry.row), run->event_id, kStartRun};
      if (services_.store.get(storage::Family::outbox, storage::outbox_key(key))) return true;
      open = is_open(run->id);
    }
    if (open.value_or(false)) return true;
  }
  return false;
}

void Schedules::wait_for(const Key& key, Entry& entry, const ExecutionId& run) {
  if (entry.waits != 0) return;
  entry.waits = ++tickets_;
  waits_[entry.waits] = key;
  services_.audience.wait(run, Ticket{this, entry.waits}, kOpenRun);
  // It may have ended before anybody waited.
  const auto row = services_.store.get(storage::Family::status, run.view());
  if (row && projections::is_final_status_row(*row) && services_.audience.leave(run, Ticket{this, entry.waits})) {
    deliver({Delivery{entry.waits, Answer{}}});
  }
}

void Schedules::deliver(std::vector<Delivery>&& batch) noexcept {
  auto shared = std::make_shared<std::vector<Delivery>>(std::move(batch));
  services_.loader->post(
      [this, shared] {
        for (auto& delivery : *shared) {
          if (const auto wait = waits_.find(delivery.ticket); wait != waits_.end()) {
            const Key key = wait->second;
            waits_.erase(wait);
            const auto known = entries_.find(key);
            if (known == entries_.end() || services_.stopping.load()) continue;
            known->second.waits = 0;
            due_.erase({known->second.due, key});
            known->second.due = services_.now();
            due_.insert({known->second.due, key});
            continue;
          }
          const auto pending = pending_.find(delivery.ticket);
          if (pending == pending_.end()) continue;
          services_.audience.leave(Ticket{this, delivery.ticket});
          if (delivery.answer.error.code != errc::ok) pending->second.answer = std::move(delivery.answer);
          Services::answer(pending->second.ticket, std::move(pending->second.answer));
          pending_.erase(pending);
        }
        look();
      },
      true);
}

Expected<Json> Schedules::startable(const events::SchedulePut& put, const std::string& workspace,
                                    const Json& inputs) const {
  const auto plan = services_.definitions->load(workspace, put.workflow_id, 0);
  if (!plan) return tl::unexpected(plan.error());
  const auto parsed = parse_json(inputs.bytes);
  if (!parsed) return tl::unexpected(parsed.error());
  auto admitted = workflow::admit_inputs(**plan, &parsed->root(), inputs.bytes);
  if (!admitted) return admitted;
  return inputs;
}

void Schedules::owe(EngineCommit& commit, const Entry& entry, std::uint64_t event_id, const ExecutionId& run,
                    const Json& inputs) const {
  workflow::StartRun start;
  start.id = run;
  start.workflow_id = entry.row.put.workflow_id;
  start.inputs = inputs;
  start.trigger = events::Trigger::scheduled;
  start.origin.emplace();
  start.origin->kind = events::OriginKind::schedule;
  start.origin->name = entry.row.put.name;
  auto message =
      outbox_entry(stream_of(entry.row), event_id, start, events::Principal{entry.row.user, entry.row.workspace});
  put_row(commit.rows, message);
  commit.owed.push_back(std::move(message));
}

void Schedules::deal_with(const Key& key, Entry& entry, Time now) {
  if (entry.row.deleted || entry.row.paused || !entry.table) return plan(key, entry);
  ExecutionId open;
  workflow::FiringSituation situation;
  situation.overlap = entry.row.put.overlap;
  situation.catchup_window = entry.row.put.catchup_window;
  situation.dealt_with = entry.row.dealt_with;
  situation.buffered = entry.row.buffered;
  situation.running = situation.overlap != events::Overlap::allow && running(entry, open);
  situation.awake_since = awake_since_;
  situation.now = now;
  auto firings = workflow::firings_due(*entry.table, situation);
  if (firings.empty()) return plan(key, entry);

  const auto stored = projections::read_schedule_inputs(services_.store, key.first, key.second);
  const auto inputs = stored ? startable(entry.row.put, key.first, *stored) : stored;
  if (!inputs && inputs.error().code != errc::not_found_workflow && inputs.error().code != errc::inputs_rejected) {
    return look_soon(key);  // it could not be read just now
  }
  if (!inputs) {
    // Nothing starts, so nothing overlaps either.
    situation.overlap = events::Overlap::allow;
    firings = workflow::firings_due(*entry.table, situation);
  }
  auto commit = std::make_unique<EngineCommit>();
  std::vector<events::Event> happened;
  for (const auto& firing : firings) {
    auto fired = event_of(firing);
    if (fired.outcome == events::FiringOutcome::started) {
      if (inputs) {
        const auto run = uuid_derived(stream_of(entry.row), "due/" + std::to_string(to_millis(fired.due)));
        fired.execution_id = to_string(run);
        owe(*commit, entry, entry.row.next_event_id + happened.size(), run, *inputs);
      } else {
        fired.outcome = events::FiringOutcome::failed;
        fired.message = inputs.error().detail;
      }
    }
    happened.emplace_back(std::move(fired));
  }
  const events::Principal principal{entry.row.user, entry.row.workspace};
  const std::string causation = "schedule/" + std::to_string(to_millis(firings.back().due));
  const bool written = submit(key, entry, now, std::move(happened), principal, causation, std::move(commit));
  plan(key, entry);
  if (!written) look_soon(key);
}

// What was decided is not stored: it is decided again once the store takes writes.
void Schedules::look_soon(const Key& key) {
  const auto known = entries_.find(key);
  if (known == entries_.end() || services_.stopping.load()) return;
  due_.erase({known->second.due, key});
  known->second.due = services_.now() + kStoreFails;
  due_.insert({known->second.due, key});
  set_clock();
}

bool Schedules::submit(const Key& key, Entry& entry, Time now, std::vector<events::Event> events,
                       const events::Principal& principal, std::string causation,
                       std::unique_ptr<EngineCommit> commit) {
  const auto row_before = entry.row;
  const auto head_before = entry.head;
  if (!events.empty()) {
    events::Chunk chunk;
    chunk.execution_id = stream_of(entry.row);
    chunk.first_event_id = entry.row.next_event_id;
    chunk.time = now;
    chunk.principal = principal;
    chunk.causation = std::move(causation);
    chunk.events = std::move(events);
    commit_chunk(chunk, entry.head, services_.store, *commit);
    entry.row.fold(chunk);
    projections::write_schedule_inputs(chunk, commit->rows);
    projections::write_schedule_row(entry.row, commit->rows);
  }
  commit->generation = entry.generation;
  auto settled = std::move(commit->then);
  commit->then = [this, key, durable = entry.durable, last = entry.row.next_event_id - 1, gone = entry.row.deleted,
                  settled = std::move(settled)](storage::CommitOutcome outcome, const Error& error) {
    if (outcome == storage::CommitOutcome::durable) {
      durable->store(last);
      if (gone) services_.loader->post([this, key] { forget_if_gone(key); }, true);
    } else {
      services_.loader->post([this, key] { look_soon(key); }, true);
    }
    if (settled) settled(outcome, error);
  };
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (services_.journal->submit(base)) return true;
  entry.row = row_before;
  entry.head = head_before;
  for (auto& reply : static_cast<EngineCommit&>(*base).replies) {
    Services::refuse(reply.ticket, errc::unavailable, "the store does not take writes at the moment");
  }
  return false;
}

}  // namespace reprise::actors
