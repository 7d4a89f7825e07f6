// What projection tests share: a store in a folder of its own, a journal that is stepped by hand, and executions whose
// events go the way that an execution actor sends them.
#pragma once

#include <stdlib.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "events/record.hpp"
#include "projections/execution_view.hpp"
#include "projections/feed.hpp"
#include "projections/queries.hpp"
#include "storage/journal.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"

namespace reprise::testing {

using storage::Family;
using storage::Reach;

inline Time at(std::int64_t ms) { return from_millis(1'770'000'000'000 + ms); }  // 2026-02-02T02:40:00.000Z and on

inline ExecutionId id_of(std::uint64_t number, std::int64_t ms = 0) {
  return uuid_v7(at(ms), number, number * 0x9E3779B97F4A7C15ull);
}

inline events::ExecutionStarted started(std::string workflow = "orders", std::string key = {}) {
  events::ExecutionStarted event;
  event.workflow_id = std::move(workflow);
  event.workflow_version = 3;
  event.inputs.bytes = R"({"n":1})";
  event.timeout = Duration{300'000};
  event.idempotency_key = std::move(key);
  return event;
}
inline events::TaskScheduled scheduled(std::string ref, std::uint32_t attempt = 1) {
  return {std::move(ref), "acme.charge", attempt, "default", Json{"{}"}, {}};
}
inline events::TaskStarted task_started(std::string ref, std::uint32_t attempt = 1) {
  return {std::move(ref), attempt, 1, "w1", {}};
}
inline events::TaskCompleted task_completed(std::string ref, std::uint32_t attempt = 1) {
  return {std::move(ref), attempt, 1, Json{"true"}, {}};
}

// One run that is being made, with what an actor keeps of it.
struct Run {
  explicit Run(const ExecutionId& id, std::string user = "alice", std::string workspace = "default")
      : view(id), head(events::genesis(id)), principal{std::move(user), std::move(workspace)} {}
  projections::ExecutionView view;
  events::Sha256 head;
  events::Principal principal;
  projections::ExecutionView::Written written{};
};

inline events::Chunk chunk_of(const Run& run, Time time, std::vector<events::Event> events) {
  return {run.view.id, run.view.last_event_id + 1, time, run.principal, "request/1", std::move(events)};
}

class Rig : public storage::CommitListener {
 public:
  Rig() {
    std::string pattern = (std::filesystem::temp_directory_path() / "reprise-projections-XXXXXX").string();
    BOOST_REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
    open();
  }
  ~Rig() override {
    close();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  storage::StoreOptions options() const {
    storage::StoreOptions options;
    options.path = folder_ + "/store";
    options.memory_budget = 8u << 20;
    return options;
  }
  void open() { open(options()); }
  void open(const storage::StoreOptions& options) {
    auto opened = storage::Store::open(options);
    BOOST_REQUIRE_MESSAGE(opened, opened.error().detail);
    store = std::move(*opened);
    journal = std::make_unique<storage::Journal>(*store, *this);
    queries = std::make_unique<projections::Queries>(*store, journal.get());
    feed = std::make_unique<projections::Feed>(*store, *journal);
  }
  void close() {
    feed.reset();
    queries.reset();
    journal.reset();
    store.reset();
  }

  // Adds the events of one command to the batch that flush() writes.
  void add(Run& run, Time time, std::vector<events::Event> events) {
    const events::Chunk chunk = chunk_of(run, time, std::move(events));
    auto commit = commit_of(chunk, run.head);
    run.view.fold(chunk);
    run.view.write_rows(run.written, commit->rows, commit->counters);
    if (const auto* row = run.view.idempotency_row(); row != nullptr && !run.written.any) {
      commit->rows.put(Family::idempotency, row->key, row->value);
    }
    run.written = run.view.written();
    submit(std::move(commit));
  }
  void commit(Run& run, Time time, std::vector<events::Event> events) {
    add(run, time, std::move(events));
    flush();
  }
  // An event of a workflow's own stream.
  void commit_workflow(const std::string& workspace, const std::string& user, const std::string& workflow, Time time,
                       events::Event event) {
    auto& [head, next] = workflows_[{workspace, workflow}];
    const ExecutionId id = workflow_uuid(workspace, workflow);
    if (next == 0) {
      head = events::genesis(id);
      next = 1;
    }
    const events::Chunk chunk{id, next++, time, {user, workspace}, "request/1", {std::move(event)}};
    auto commit = commit_of(chunk, head);
    projections::write_workflow_rows(chunk, commit->rows);
    submit(std::move(commit));
    flush();
  }
  void flush() {
    while (journal->step()) {
    }
    BOOST_REQUIRE_EQUAL(failed_.load(), 0u);
  }

  // All rows of a family.
  std::map<std::string, std::string> rows(Family family) const {
    std::map<std::string, std::string> all;
    auto cursor = store->cursor(family);
    for (cursor.seek({}); cursor.valid(); cursor.next()) all.emplace(cursor.key(), cursor.value());
    BOOST_REQUIRE(cursor.status());
    return all;
  }

  std::unique_ptr<storage::Store> store;
  std::unique_ptr<storage::Journal> journal;
  std::unique_ptr<projections::Queries> queries;
  std::unique_ptr<projections::Feed> feed;

 private:
  std::unique_ptr<storage::Commit> commit_of(const events::Chunk& chunk, events::Sha256& head) {
    auto commit = std::make_unique<storage::Commit>();
    commit->id = chunk.execution_id;
    commit->partition = storage::partition_of(chunk.execution_id, store->partitions());
    const std::string bytes = events::encode(chunk, head);
    const auto offset =
        commit->rows.put_at(Family::chunks, storage::chunk_key(chunk.execution_id, chunk.first_event_id), bytes);
    commit->chunks.push_back({offset, chunk.first_event_id, static_cast<std::uint32_t>(chunk.events.size())});
    return commit;
  }
  void submit(std::unique_ptr<storage::Commit> commit) {
    commit->generation = journal->generation();
    BOOST_REQUIRE(journal->submit(commit));
  }
  void settled(std::vector<std::unique_ptr<storage::Commit>>&& batch, storage::CommitOutcome outcome,
               const Error&) override {
    batch.clear();
    if (outcome != storage::CommitOutcome::durable) ++failed_;
  }

  std::string folder_;
  std::atomic<std::size_t> failed_{0};
  std::map<std::pair<std::string, std::string>, std::pair<events::Sha256, std::uint64_t>> workflows_;
};

}  // namespace reprise::testing
