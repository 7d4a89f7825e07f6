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

constexpr Family kRebuilt[] = {Family::status,      Family::index,         Family::counters,
                               Family::idempotency, Family::definitions,   Family::interactions,
                               Family::schedules,   Family::subscriptions, Family::sources};

tl::unexpected<Error> with_note(Error error, std::string_view note) {
  error.detail.append(error.detail.empty() ? "" : "; ").append(note);
  return tl::unexpected<Error>(std::move(error));
}

// Every chunk in order, its bytes and its place in its stream checked.
template <class Visit>
Expected<void> each_chunk(const storage::Store& store, Visit visit) {
  ExecutionId id;
  std::uint64_t next_event = 0;  // of the stream; 0: none yet
  events::Sha256 head{};
  auto cursor = store.cursor(Family::chunks);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    const std::string_view key = cursor.key();
    if (key.size() < id.bytes.size()) return fail(errc::corrupt, "a chunk with a key that is too short");
    const ExecutionId here = Uuid::from_view(key.substr(0, id.bytes.size()));
    if (next_event == 0 || here != id) {
      id = here;
      next_event = 1;
      head = events::genesis(id);
    }
    const auto chunk = events::decode(cursor.value(), id, &head);
    if (!chunk) return tl::unexpected(chunk.error());
    if (chunk->first_event_id != next_event || storage::event_id_of_chunk_key(key) != next_event) {
      return fail(errc::corrupt, "event " + std::to_string(next_event) + " of " + to_string(id) + " is missing");
    }
    if (chunk->events.empty()) return fail(errc::corrupt, "a chunk of " + to_string(id) + " has no events");
    next_event += chunk->events.size();
    if (auto visited = visit(*chunk); !visited) return visited;
  }
  return cursor.status();
}

// Reads all that the rebuild will read, which is also what clearing has to read.
Expected<void> check(const storage::Store& store) {
  auto read = each_chunk(store, [](const events::Chunk&) { return Expected<void>{}; });
  for (const Family family : kRebuilt) {
    if (!read) return read;
    auto cursor = store.cursor(family);
    for (cursor.seek({}); cursor.valid(); cursor.next()) {
    }
    read = cursor.status();
  }
  return read;
}

class Rebuild {
 public:
  Rebuild(storage::Store& store, const std::function<void(std::uint64_t)>& progress)
      : store_(store), writer_(store), progress_(progress) {}

  Expected<std::uint64_t> run() {
    // The rows that are there are better than none: they go only when it is known that they can be made again.
    if (auto whole = check(store_); !whole) return with_note(whole.error(), "nothing was changed");
    writer_.rows().put(Family::meta, storage::kRebuildMark, {});
    if (auto marked = writer_.write(); !marked) return tl::unexpected(marked.error());
    if (auto made = make(); !made)
      return with_note(made.error(), "the rebuild is not finished: run it again once that is mended");
    if (progress_) progress_(executions_);
    return executions_;
  }

 private:
  Expected<void> make() {
    for (const Family family : kRebuilt) {
      if (auto cleared = store_.clear(family); !cleared) return cleared;
    }
    if (auto read = each_chunk(store_, [this](const events::Chunk& chunk) { return fold(chunk); }); !read) return read;
    if (auto ended = end_stream(); !ended) return ended;
    for (const auto& [key, count] : counters_) {
      if (count == 0) continue;
      writer_.rows().put(Family::counters, key, storage::counter_value(count));
      if (auto written = writer_.written_when_large(); !written) return written;
    }
    writer_.rows().del(Family::meta, storage::kRebuildMark);
    return writer_.write();
  }

  Expected<void> fold(const events::Chunk& chunk) {
    if (chunk.first_event_id == 1) {
      if (auto ended = end_stream(); !ended) return ended;
      const events::Event& first = chunk.events.front();
      if (std::holds_alternative<events::ExecutionStarted>(first)) {
        view_.emplace(chunk.execution_id);
      } else if (begins_schedule(first)) {
        schedule_.emplace();
      } else if (begins_subscription(first)) {
        subscription_.emplace();
      } else if (begins_source(first)) {
        source_.emplace();
      }
    }
    if (view_) {
      view_->fold(chunk);
    } else if (schedule_) {
      schedule_->fold(chunk);
      write_schedule_inputs(chunk, writer_.rows());
    } else if (subscription_) {
      subscription_->fold(chunk);
    } else if (source_) {
      source_->fold(chunk);
    } else {
      write_workflow_rows(chunk, writer_.rows());
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
