#include "actors/live_execution.hpp"

#include <algorithm>
#include <utility>

#include "actors/chunk_commit.hpp"
#include "events/record.hpp"
#include "projections/log_lines.hpp"
#include "workflow/follow_up.hpp"

namespace reprise::actors {

namespace {

constexpr std::uint64_t kByParent = std::uint64_t{workflow::kWholeRun} << 32 | 1;  // the item of a child's stop
constexpr std::size_t kLinesKept = 16u << 10;  // beyond, the answer reads its lines from the store

}  // namespace

LiveExecution::LiveExecution(const ExecutionId& id, std::shared_ptr<const workflow::Plan> plan)
    : state(id, std::move(plan)), view(id), head(events::genesis(id)) {}

storage::QueueKey LiveExecution::queue_key(std::uint32_t task, Time offered_at) const {
  const auto& queue = state.plan->tasks[workflow::action_of(task)].queue;
  return {queue_name(view.workspace, queue), offered_at, state.id, task};
}

storage::TimerKey LiveExecution::timer_key(const workflow::Effects::Timer& timer) const {
  return {timer.due,     state.id,         static_cast<std::uint8_t>(timer.id.kind),
          timer.id.task, timer.id.attempt, timer.id.delivery};
}

Expected<void> LiveExecution::turn(const workflow::Command& command, const events::Principal& principal,
                                   std::string causation, Time now, EngineCommit& commit) {
  workflow::Effects effects;
  events::Chunk chunk;
  chunk.first_event_id = state.next_event_id;
  auto decided = workflow::decide(state, command, workflow::Now{now}, effects);
  if (!decided) return tl::unexpected(std::move(decided.error()));
  chunk.execution_id = state.id;
  chunk.time = now;
  chunk.principal = principal;
  chunk.causation = std::move(causation);
  chunk.events = std::move(*decided);

  add_chunk(chunk, head, commit);
  if (chunk.first_event_id == 1) commit.started = true;
  commit.events = true;

  view.fold(chunk);
  if (lines_whole_) {
    lines_whole_ = projections::append_chunk_lines(lines_, chunk, newest_line_) && lines_.size() <= kLinesKept;
    if (!lines_whole_) lines_ = {};
  }
  write_effects(effects, commit);
  return {};
}

void LiveExecution::write_effects(const workflow::Effects& effects, EngineCommit& commit) {
  using storage::Family;
  for (const auto& timer : effects.arm) {
    commit.arm.push_back(timer_key(timer));
    if (timer.id.kind == workflow::TimerKind::lease) ++commit.leased_tasks;
  }
  for (const auto& timer : effects.disarm) {
    auto key = timer_key(timer);
    disarm(key, commit);
    if (timer.id.kind != workflow::TimerKind::lease) continue;
    --commit.leased_tasks;
    if (const auto extended = lease_ends.find(timer.id.task); extended != lease_ends.end()) {
      key.due = extended->second;
      disarm(key, commit);
      commit.rows.del(Family::leases, storage::task_key(state.id, timer.id.task));
      lease_ends.erase(extended);
    }
  }
  for (const auto& attempt : effects.withdraw) {
    auto key = queue_key(attempt.task, attempt.offered_at);
    const auto offered = std::erase_if(commit.offers, [&](const QueueEntry& entry) {
      return entry.key == key && entry.attempt == attempt.attempt && entry.delivery == attempt.delivery;
    });
    if (offered == 0) commit.withdrawn.push_back({std::move(key), attempt.attempt, attempt.delivery});
  }
  for (const auto& attempt : effects.offer) {
    const auto action = workflow::action_of(attempt.task);
    const auto& task = *state.find(attempt.task);
    const auto& plan = state.plan->tasks[action];
    QueueEntry entry;
    entry.key = queue_key(attempt.task, attempt.offered_at);
    entry.attempt = attempt.attempt;
    entry.delivery = attempt.delivery;
    entry.timeout = plan.retry.timeout;
    entry.deadline = task.deadline;
    entry.workflow_id = state.plan->workflow_id;
    entry.action = plan.action;
    entry.ref = plan.ref;
    entry.args = task.args.bytes;
    entry.recorded = !plan.args.secrets().empty();
    if (workflow::is_iteration(attempt.task)) {
      entry.item = state.tasks[action].loop->items.item(plan.for_each, workflow::iteration_of(attempt.task));
    }
    commit.offers.push_back(std::move(entry));
  }
  for (const auto& attempt : effects.stop) {
    if (std::erase(commit.runs, attempt.task) == 0)
      commit.rows.del(Family::calls, storage::task_key(state.id, attempt.task));
  }
  for (const auto& attempt : effects.run) commit.runs.push_back(attempt.task);
  for (const auto& owed : effects.owe) owe(owed, commit);
  if (effects.ended) commit.ended = true;
}

void LiveExecution::owe(const workflow::Owed& owed, EngineCommit& commit) {
  if (const auto* stop = std::get_if<workflow::StopRun>(&owed.message)) {
    // Wanted by an earlier turn of the same commit, which nobody has heard of.
    const auto wanted = std::erase_if(commit.owed, [&](const OutboxEntry& entry) {
      const auto message = entry.key.kind == 1 ? parse_outbox_row(entry.key, *entry.value) : std::nullopt;
      return message && std::get<workflow::StartRun>(message->message).id == stop->id;
    });
    if (wanted != 0) return;
  }
  commit.owed.push_back(outbox_entry(state.id, owed, principal()));
}

void LiveExecution::stop_successor(bool terminate, const std::string& reason, EngineCommit& commit) {
  const auto successor = parse_uuid(state.successor);
  if (successor) owe({workflow::kWholeRun, 0, workflow::StopRun{*successor, terminate, reason}}, commit);
}

void LiveExecution::stop_unwanted(const ExecutionId& child, EngineCommit& commit) {
  const bool terminate = state.status == workflow::Status::terminated;
  workflow::StopRun stop{child, terminate, "the parent execution no longer waits for it"};
  commit.owed.push_back(outbox_entry(child, kByParent, stop, principal()));
  // Behind the start of what it may have gone on as, which has to wait until this message is taken: so that one is
  // stopped before it does anything, and a chain that goes on without a pause has an end.
  stop.id = workflow::successor_id(child);
  commit.owed.push_back(outbox_entry(child, workflow::Owed{workflow::kWholeRun, 0, stop}, principal()));
}

void LiveExecution::disarm(const storage::TimerKey& key, EngineCommit& commit) {
  if (std::erase(commit.arm, key) == 0) commit.disarm.push_back(key);
}

void LiveExecution::finish(EngineCommit& commit) {
  using storage::Family;
  commit.id = state.id;
  for (const auto& key : commit.disarm) commit.rows.del(Family::timers, storage::timer_key(key));
  for (const auto& key : commit.arm) commit.rows.put(Family::timers, storage::timer_key(key), {});
  for (const auto& task : commit.withdrawn) commit.rows.del(Family::queue, storage::queue_key(task.key));
  for (const auto& entry : commit.offers)
    commit.rows.put(Family::queue, storage::queue_key(entry.key), queue_row_value(entry));
  for (const auto& entry : commit.owed) put_row(commit.rows, entry);
  for (const auto task : commit.runs) commit.rows.put(Family::calls, storage::task_key(state.id, task), {});
  if (!commit.events) return;
  view.write_rows(written_, commit.rows, commit.counters);
  written_ = view.written();
}

void LiveExecution::extend_lease(std::uint32_t task, Time until, EngineCommit& commit) {
  lease_ends[task] = until;
  std::string value;
  storage::append_be64(value, static_cast<std::uint64_t>(to_millis(until)));
  commit.rows.put(storage::Family::leases, storage::task_key(state.id, task), value);
}

void LiveExecution::rearm_lease(const storage::TimerKey& fired, Time until, EngineCommit& commit) {
  commit.rows.del(storage::Family::timers, storage::timer_key(fired));
  auto key = fired;
  key.due = until;
  commit.arm.push_back(key);
}

Expected<void> LiveExecution::replay(const events::Chunk& chunk) {
  for (const auto& event : chunk.events) {
    if (auto applied = workflow::apply(state, event, chunk.time); !applied) return applied;
  }
  view.fold(chunk);
  written_ = view.written();
  lines_whole_ = false;
  return {};
}

std::string LiveExecution::status_row() const {
  std::string row;
  projections::append_status_row(row, view);
  return row;
}

bool LiveExecution::only_waits(Time now) const {
  if (workflow::final(state.status)) return true;
  if (state.status == workflow::Status::paused) return true;
  bool waits = true;
  workflow::each_task(state, [&](std::uint32_t, const workflow::TaskState& task) {
    switch (task.status) {
      case workflow::TaskStatus::queued:
      case workflow::TaskStatus::running: waits = false; break;
      case workflow::TaskStatus::delayed:
        if (task.delay_until < now + std::chrono::seconds(1)) waits = false;
        break;
      case workflow::TaskStatus::answering: {
        const Time until = task.interaction->until;
        if (until != Time{} && until < now + std::chrono::seconds(1)) waits = false;
        break;
      }
      default: break;
    }
  });
  return waits;
}

}  // namespace reprise::actors
