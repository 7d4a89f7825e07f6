#include "actors/audit.hpp"

#include <utility>

#include "actors/queue_entry.hpp"
#include "actors/replay_run.hpp"
#include "actors/wanted_run.hpp"
#include "events/json.hpp"
#include "events/sha256.hpp"
#include "projections/execution_view.hpp"
#include "projections/queries.hpp"
#include "storage/keys.hpp"
#include "workflow/child_task.hpp"
#include "workflow/decide.hpp"

namespace reprise::actors {

namespace {

constexpr int kTries = 5;  // a run that goes on while it is compared is compared again

std::string sha256_hex(std::string_view bytes) {
  std::string out;
  events::append_hex(out, events::sha256(bytes));
  return out;
}

std::string_view family_name(storage::Family family) {
  switch (family) {
    case storage::Family::status: return "status";
    case storage::Family::index: return "index";
    case storage::Family::interactions: return "interactions";
    default: return "other";
  }
}

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_instant(std::string& out, std::string_view name, Time t) {
  out += ",\"";
  out += name;
  out += "\":";
  if (t == Time{}) {
    out += "null";
  } else {
    out += '"';
    append_time(out, t);
    out += '"';
  }
}

void append_wanted(std::string& out, const std::optional<WantedRun>& wanted) {
  out += ",\"follow_up\":";
  if (!wanted) {
    out += "null";
    return;
  }
  out += "{\"kind\":\"";
  out += events::name(wanted->kind);
  out += "\",\"execution_id\":\"";
  append_uuid(out, wanted->id);
  out += '"';
  append_text(out, "workflow_id", wanted->workflow_id);
  append_text(out, "fate", name(wanted->fate));
  append_text(out, "status", wanted->status);
  append_text(out, "message", wanted->message);
  append_text(out, "type", wanted->type);
  out += '}';
}

// The whole run folded by apply. `stop` ends it early.
template <class Stop>
Expected<std::unique_ptr<ReplayRun>> fold_all(Gateway& gateway, const ExecutionId& id, std::string_view workspace,
                                              Stop stop) {
  auto run = std::make_unique<ReplayRun>(gateway, id, std::string(workspace));
  auto read = gateway.queries().chunks(id, [&](const events::Chunk& chunk, std::string_view bytes) {
    if (stop(chunk)) return false;
    return run->fold(chunk, bytes, false);
  });
  if (run->error()) return tl::unexpected(*run->error());
  if (!run->difference().empty()) return fail(errc::corrupt, run->difference());
  if (!read) return tl::unexpected(std::move(read.error()));
  if (!run->begun()) return fail(errc::not_found_execution, "no execution " + to_string(id));
  return run;
}

// Compares the derived rows with the stored ones, and gathers both for the hashes.
std::string compare_rows(const Gateway& gateway, const ReplayRun& run, std::string& derived, std::string& stored) {
  std::string difference;
  auto& store = const_cast<Gateway&>(gateway).store();
  const auto compare = [&](storage::Family family, const std::string& key, const std::string& value) {
    derived += key;
    derived += value;
    auto row = store.get(family, key);
    if (row) {
      stored += key;
      stored += *row;
      if (*row != value && difference.empty()) {
        difference = "a row of family " + std::string(family_name(family)) + " differs from its events";
      }
    } else if (difference.empty()) {
      difference = "a row of family " + std::string(family_name(family)) + " is missing";
    }
  };
  for (const auto& row : projections::rows_of(run.view())) compare(row.family, row.key, row.value);
  if (const auto* row = run.view().idempotency_row()) compare(storage::Family::idempotency, row->key, row->value);
  return difference;
}

// The engine's own rows of a run must be what its state still owes: queued offers, and nothing at all once it is over.
std::string compare_obligations(Gateway& gateway, const ReplayRun& run) {
  const auto& state = run.state();
  for (const auto& attempt : workflow::outstanding(state).offer) {
    const auto& queue = state.plan->tasks[workflow::action_of(attempt.task)].queue;
    const storage::QueueKey key{queue_name(run.view().workspace, queue), attempt.offered_at, state.id, attempt.task};
    if (!gateway.store().get(storage::Family::queue, storage::queue_key(key))) {
      return "the queue row of task " + workflow::ref_of(*state.plan, attempt.task) + " is missing";
    }
  }
  for (const auto& attempt : workflow::outstanding(state).run) {
    if (!gateway.store().get(storage::Family::calls, storage::task_key(state.id, attempt.task))) {
      return "the call row of task " + workflow::ref_of(*state.plan, attempt.task) + " is missing";
    }
  }
  // A child that a task waits for exists, or is still to be started.
  std::string missing;
  workflow::each_task(state, [&](std::uint32_t number, const workflow::TaskState& task) {
    const auto& plan = state.plan->tasks[workflow::action_of(number)];
    if (plan.kind != workflow::ActionKind::child || task.status != workflow::TaskStatus::running) return;
    const std::string ref = workflow::ref_of(*state.plan, number);
    const auto child = task.child ? task.child->id : child_uuid(state.id, ref, task.attempt);
    if (gateway.store().get(storage::Family::status, child.view())) return;
    const storage::OutboxKey key{state.id, std::uint64_t{number} << 32 | task.attempt, 1};
    if (gateway.store().get(storage::Family::outbox, storage::outbox_key(key))) return;
    missing = "the child of task " + ref + " is missing, and nothing is going to start it";
  });
  return missing;
}

}  // namespace

Expected<ReplayReport> Audit::replay(const ExecutionId& id, std::string_view workspace) const {
  ReplayReport report;
  for (int tries = 0; tries < kTries; ++tries) {
    ReplayRun run(gateway_, id, std::string(workspace));
    auto read = gateway_.queries().chunks(
        id, [&](const events::Chunk& chunk, std::string_view bytes) { return run.fold(chunk, bytes, true); });
    if (run.error()) return tl::unexpected(*run.error());
    report = {};
    if (!run.begun()) {
      if (!read && read.error().code != errc::not_found_execution) {
        report.first_difference = read.error().detail;
        return report;
      }
      if (!run.difference().empty()) {
        report.first_difference = run.difference();
        return report;
      }
      return fail(errc::not_found_execution, "no execution " + to_string(id));
    }
    report.events = run.events();
    report.first_difference = run.difference();
    if (report.first_difference.empty() && !read) report.first_difference = read.error().detail;
    std::string derived, stored;
    auto rows = compare_rows(gateway_, run, derived, stored);
    if (report.first_difference.empty()) report.first_difference = std::move(rows);
    if (report.first_difference.empty()) report.first_difference = compare_obligations(gateway_, run);
    const auto applied = run.canonical_applied(), decided = run.canonical_decided();
    if (report.first_difference.empty() && applied != decided) {
      report.first_difference = "the state that the events make is not the one that the commands make";
    }
    report.state_hash = sha256_hex(decided + derived);
    report.stored_state_hash = sha256_hex(applied + stored);
    report.matches = report.first_difference.empty();
    if (report.matches) return report;
    // The run may have gone on between reading its events and its rows.
    auto row = gateway_.queries().status_row(id, workspace, storage::Reach::disk);
    const auto parsed = row ? projections::parse_status_row(*row) : tl::unexpected(row.error());
    if (!parsed || parsed->last_event_id == run.events()) return report;
  }
  return report;
}

Expected<std::string> Audit::state(const ExecutionId& id, std::string_view workspace, const At& at) const {
  // A command's events happen at one instant and are one chunk; inside a chunk `at` may name any of its events.
  auto run = std::make_unique<ReplayRun>(gateway_, id, std::string(workspace));
  auto read = gateway_.queries().chunks(id, [&](const events::Chunk& chunk, std::string_view bytes) {
    if (at.time && chunk.time > *at.time) return false;
    if (at.event_id && chunk.first_event_id > *at.event_id) return false;
    if (at.event_id && chunk.first_event_id + chunk.events.size() - 1 > *at.event_id) {
      run->fold_part(chunk, static_cast<std::size_t>(*at.event_id - chunk.first_event_id + 1));
      return false;
    }
    return run->fold(chunk, bytes, false);
  });
  if (run->error()) return tl::unexpected(*run->error());
  if (!run->begun()) {
    if (!read) return tl::unexpected(std::move(read.error()));
    auto row = gateway_.queries().status_row(id, workspace, storage::Reach::disk);
    if (!row) return tl::unexpected(std::move(row.error()));
    return fail(errc::invalid, "`at` lies before the first event of the execution");
  }
  if (!run->difference().empty()) return fail(errc::corrupt, run->difference());
  std::string out;
  workflow::append_json(out, run->state());
  return out;
}

Expected<std::string> Audit::explain(const ExecutionId& id, std::string_view workspace) const {
  auto run = fold_all(gateway_, id, workspace, [](const events::Chunk&) { return false; });
  if (!run) return tl::unexpected(std::move(run.error()));
  const auto& state = (*run)->state();
  const auto explanation = workflow::explain(state);
  const auto wanted = wanted_run(gateway_, state, workspace);
  if (!wanted) return tl::unexpected(wanted.error());
  std::string out = R"({"execution_id":")" + to_string(id) + '"';
  append_text(out, "status", projections::workflow_api_name((*run)->view().status));
  append_text(out, "sentence", explanation.sentence + (*wanted ? sentence_of(**wanted) : std::string()));
  append_wanted(out, *wanted);
  out += R"(,"open":[)";
  bool first = true;
  for (const auto& waiting : explanation.open) {
    if (!std::exchange(first, false)) out += ',';
    out += R"({"ref":)";
    append_json_string(out, waiting.ref);
    append_text(out, "kind", waiting.kind);
    std::string sentence = waiting.sentence, queue_part;
    if (waiting.kind == "worker" && !waiting.queue.empty()) {
      const auto number = workflow::find_task(*state.plan, waiting.ref);
      const auto* task = number ? state.find(*number) : nullptr;
      const storage::QueueKey key{queue_name((*run)->view().workspace, waiting.queue),
                                  task == nullptr ? Time{} : task->offered_at, id, number.value_or(0)};
      const auto view = gateway_.queue_view(waiting.action, key);
      if (task != nullptr && task->status == workflow::TaskStatus::queued) {
        sentence += view.ahead == QueueView::kMostAhead ? " At least " : " ";
        sentence += std::to_string(view.ahead) + (view.ahead == 1 ? " task is" : " tasks are") + " ahead of it.";
        if (view.last_poll == Time{}) {
          sentence += " No worker has polled this queue since the server started.";
        } else if (view.last_poll_for_action == Time{}) {
          sentence += " Workers poll this queue, but none for this action; the last poll was at " +
                      to_string(view.last_poll) + ".";
        } else {
          sentence += " A worker last polled for this action at " + to_string(view.last_poll_for_action) + ".";
        }
      }
      queue_part = R"(,"ahead":)" + std::to_string(view.ahead);
      append_instant(queue_part, "last_poll", view.last_poll);
      append_instant(queue_part, "last_poll_for_action", view.last_poll_for_action);
      queue_part += R"(,"last_poll_actions":[)";
      for (std::size_t i = 0; i < view.last_poll_actions.size(); ++i) {
        if (i != 0) queue_part += ',';
        append_json_string(queue_part, view.last_poll_actions[i]);
      }
      queue_part += ']';
    }
    append_text(out, "sentence", sentence);
    append_instant(out, "since", waiting.since);
    append_instant(out, "until", waiting.until);
    append_text(out, "queue", waiting.queue);
    append_text(out, "action", waiting.action);
    append_text(out, "worker", waiting.worker);
    append_text(out, "last_error", waiting.last_error);
    append_text(out, "child_execution_id", waiting.child);
    append_text(out, "interaction_id", waiting.interaction_id);
    append_text(out, "may_answer", waiting.may_answer);
    out += R"(,"attempt":)" + std::to_string(waiting.attempt) + R"(,"waits_for":[)";
    for (std::size_t i = 0; i < waiting.waits_for.size(); ++i) {
      if (i != 0) out += ',';
      append_json_string(out, waiting.waits_for[i]);
    }
    out += ']' + queue_part + '}';
  }
  out += R"(],"first_cause":)";
  if (explanation.first_cause_message.empty() && explanation.first_cause_ref.empty()) {
    out += "null";
  } else {
    out += R"({"message":)";
    append_json_string(out, explanation.first_cause_message);
    append_text(out, "ref", explanation.first_cause_ref);
    append_text(out, "type", explanation.first_cause_type);
    out += '}';
  }
  out += '}';
  return out;
}

Expected<std::string> Audit::tasks(const ExecutionId& id, std::string_view workspace) const {
  auto run = fold_all(gateway_, id, workspace, [](const events::Chunk&) { return false; });
  if (!run) return tl::unexpected(std::move(run.error()));
  std::string state;
  workflow::append_json(state, (*run)->state());
  auto document = parse_json(state);
  if (!document) return tl::unexpected(std::move(document.error()));
  const auto* tasks = find(document->root(), "tasks");
  if (tasks == nullptr) return fail(errc::internal, "the state has no tasks");
  std::string out = R"({"execution_id":")" + to_string(id) + R"(","tasks":)";
  append_json(out, *tasks);
  out += '}';
  return out;
}

}  // namespace reprise::actors
