// What journal tests share: a listener that remembers, and commits that look like an execution's.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/journal.hpp"
#include "storage/keys.hpp"

namespace reprise::testing {

struct TestCommit : storage::Commit {
  std::uint64_t tag = 0;
};

struct Settled {
  std::uint64_t tag = 0;
  storage::CommitOutcome outcome = storage::CommitOutcome::durable;
  errc code = errc::ok;
};

class Remembering : public storage::CommitListener {
 public:
  void settled(std::vector<std::unique_ptr<storage::Commit>>&& batch, storage::CommitOutcome outcome,
               const Error& error) override {
    const std::lock_guard lock(mutex_);
    ++batches_;
    for (auto& commit : batch)
      all_.push_back({static_cast<TestCommit&>(*commit).tag, outcome,
                      outcome == storage::CommitOutcome::durable ? errc::ok : error.code});
    batch.clear();
    heard_.notify_all();
  }
  std::vector<Settled> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }
  std::size_t batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  std::vector<Settled> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(all_, {});
  }
  bool wait_for(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return heard_.wait_for(lock, std::chrono::seconds(120), [&] { return all_.size() >= count; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable heard_;
  std::vector<Settled> all_;
  std::size_t batches_ = 0;
};

inline ExecutionId test_id(std::uint64_t number) {
  return uuid_v7(from_millis(1'760'000'000'000 + static_cast<std::int64_t>(number)), number,
                 number * 0x9E3779B97F4A7C15ull);
}

// A chunk of `events` events, a status row that holds the tag, and one counter.
inline std::unique_ptr<TestCommit> commit_of(const ExecutionId& id, std::uint16_t partition, std::uint64_t first_event,
                                             std::uint32_t events, std::uint64_t tag, std::size_t payload = 40) {
  auto commit = std::make_unique<TestCommit>();
  commit->tag = tag;
  commit->id = id;
  commit->partition = partition;
  std::string chunk(9, '\0');
  chunk[0] = 1;
  storage::append_be64(chunk, tag);
  chunk.append(payload, 'x');
  const auto at = commit->rows.put_at(storage::Family::chunks, storage::chunk_key(id, first_event), chunk);
  commit->chunks.push_back({at, first_event, events});
  std::string value;
  storage::append_be64(value, tag);
  commit->rows.put(storage::Family::status, id.view(), value);
  commit->counters.push_back({"all", 1});
  return commit;
}

inline bool give(storage::Journal& journal, std::unique_ptr<TestCommit> commit, bool urgent = false) {
  commit->generation = journal.generation();
  std::unique_ptr<storage::Commit> base = std::move(commit);
  return journal.submit(base, urgent);
}

}  // namespace reprise::testing
