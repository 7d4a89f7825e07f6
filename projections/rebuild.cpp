// Building every projection again from the chunks.
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "projections/execution_view.hpp"
#include "projections/queries.hpp"
#include "projections/schedule_rows.hpp"
#include "projections/source_rows.hpp"
#include "projections/subscription_rows.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

using storage::Family;

namespace {

constexpr std::size_t kHeaderRoom = 12;        // Store::write wants it in front of the rows
constexpr std::size_t kWriteBytes = 4u << 20;  // rows gathered before they are written
constexpr std::uint64_t kProgressStep = 1000;

// Gathers rows and writes them in batches.
class Writer {
 public:
  explicit Writer(storage::Store& store) : store_(store) {}

  storage::RowBatch& rows() { return rows_; }

  Expected<void> written_when_large() { return rows_.bytes().size() < kWriteBytes ? Expected<void>{} : write(); }

  Expected<void> write() {
    bytes_.assign(kHeaderRoom, '\0');
    bytes_ += rows_.bytes();
    const std::uint32_t count = rows_.rows();
    rows_.clear();
    return store_.write(bytes_, count);
  }

 private:
  storage::Store& store_;
  storage::RowBatch rows_;
  std::string bytes_;
};

class Rebuild {
 public:
  Rebuild(storage::Store& store, const std::function<void(std::uint64_t)>& progress)
      : store_(store), writer_(store), progress_(progress) {}

  Expected<std::uint64_t> run() {
    for (const Family family :
         {Family::status, Family::index, Family::counters, Family::idempotency, Family::definitions,
          Family::interactions, Family::schedules, Family::subscriptions, Family::sources}) {
      if (auto cleared = store_.clear(family); !cleared) return tl::unexpected(cleared.error());
    }
    auto cursor = store_.cursor(Family::chunks);
    for (cursor.seek({}); cursor.valid(); cursor.next()) {
      if (auto folded = fold(cursor.key(), cursor.value()); !folded) return tl::unexpected(folded.error());
    }
    if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
    if (auto ended = end_stream(); !ended) return tl::unexpected(ended.error());
    for (const auto& [key, count] : counters_) {
      if (count == 0) continue;
      writer_.rows().put(Family::counters, key, storage::counter_value(count));
      if (auto written = writer_.written_when_large(); !written) return tl::unexpected(written.error());
    }
    if (auto written = writer_.write(); !written) return tl::unexpected(written.error());
    if (progress_) progress_(executions_);
    return executions_;
  }

 private:
  Expected<void> fold(std::string_view key, std::string_view bytes) {
    if (key.size() < id_.bytes.size()) return fail(errc::corrupt, "a chunk with a key that is too short");
    const ExecutionId id = Uuid::from_view(key.substr(0, id_.bytes.size()));
    if (next_event_ == 0 || id != id_) {
      if (auto ended = end_stream(); !ended) return ended;
      id_ = id;
      next_event_ = 1;
      head_ = events::genesis(id);
    }
    const auto chunk = events::decode(bytes, id, &head_);
    if (!chunk) return tl::unexpected(chunk.error());
    if (chunk->first_event_id != next_event_ || storage::event_id_of_chunk_key(key) != next_event_) {
      return fail(errc::corrupt, "event " + std::to_string(next_event_) + " of " + to_string(id) + " is missing");
    }
    if (chunk->events.empty()) return fail(errc::corrupt, "a chunk of " + to_string(id) + " has no events");
    next_event_ += chunk->events.size();
    if (chunk->first_event_id == 1 && std::holds_alternative<events::ExecutionStarted>(chunk->events.front())) {
      view_.emplace(id);
    } else if (chunk->first_event_id == 1 && begins_schedule(chunk->events.front())) {
      schedule_.emplace();
    } else if (chunk->first_event_id == 1 && begins_subscription(chunk->events.front())) {
      subscription_.emplace();
    } else if (chunk->first_event_id == 1 && begins_source(chunk->events.front())) {
      source_.emplace();
    }
    if (view_) {
      view_->fold(*chunk);
    } else if (schedule_) {
      schedule_->fold(*chunk);
      write_schedule_inputs(*chunk, writer_.rows());
    } else if (subscription_) {
      subscription_->fold(*chunk);
    } else if (source_) {
      source_->fold(*chunk);
    } else {
      write_workflow_rows(*chunk, writer_.rows());
    }
    return writer_.written_when_large();
  }

  // The stream before is at its end: the rows of an execution, a schedule, a subscription and a source are those of its
  // last event.
  Expected<void> end_stream() {
    if (schedule_) write_schedule_row(*schedule_, writer_.rows());
    if (subscription_) write_subscription_row(*subscription_, writer_.rows());
    schedule_.reset();
    subscription_.reset();
    if (source_) write_source_row(*source_, writer_.rows());
    source_.reset();
    if (!view_) return {};
    deltas_.clear();
    view_->write_rows(ExecutionView::Written{}, writer_.rows(), deltas_);
    if (const auto* row = view_->idempotency_row()) writer_.rows().put(Family::idempotency, row->key, row->value);
    for (const storage::CounterDelta& delta : deltas_) counters_[delta.key] += delta.delta;
    view_.reset();
    if (++executions_ % kProgressStep == 0 && progress_) progress_(executions_);
    return writer_.written_when_large();
  }

  storage::Store& store_;
  Writer writer_;
  const std::function<void(std::uint64_t)>& progress_;
  ExecutionId id_;
  std::uint64_t next_event_ = 0;  // of the stream; 0: none yet
  events::Sha256 head_{};
  std::optional<ExecutionView> view_;
  std::optional<ScheduleRow> schedule_;
  std::optional<SubscriptionRow> subscription_;
  std::optional<SourceRow> source_;
  std::vector<storage::CounterDelta> deltas_;
  std::map<std::string, std::int64_t> counters_;
  std::uint64_t executions_ = 0;
};

}  // namespace

Expected<std::uint64_t> rebuild(storage::Store& store, const std::function<void(std::uint64_t)>& progress) {
  return Rebuild(store, progress).run();
}

}  // namespace reprise::projections
