#include "actors/sources.hpp"

#include <future>
#include <utility>

#include "actors/chunk_commit.hpp"
#include "actors/outbox_entry.hpp"
#include "actors/services.hpp"
#include "actors/streams/record_answers.hpp"
#include "actors/streams/source_reader.hpp"
#include "storage/keys.hpp"

namespace reprise::actors {

namespace {

Uuid stream_of(const projections::SourceRow& row) { return projections::source_uuid(row.workspace, row.put.name); }

}  // namespace

Sources::Sources(Services& services) : services_(services), answers_(std::make_unique<RecordAnswers>(services)) {}

Sources::~Sources() { stop(); }

// ---- what is kept in memory

Expected<Sources::Entry> Sources::read(const SourceKey& key) const {
  Entry entry;
  entry.generation = services_.journal->generation();
  const Uuid id = projections::source_uuid(key.first, key.second);
  const auto value = services_.store.get(storage::Family::sources, projections::source_key(key.first, key.second));
  if (!value) {
    if (value.error().code != errc::not_found) return tl::unexpected(value.error());
    entry.row.workspace = key.first;
    entry.row.put.name = key.second;
    entry.row.deleted = true;
    entry.head = events::genesis(id);
  } else {
    auto row = projections::parse_source_row(*value);
    if (!row) return tl::unexpected(row.error());
    entry.row = std::move(*row);
    const auto head = head_before(services_.store, id, entry.row.next_event_id, "source " + key.second);
    if (!head) return tl::unexpected(head.error());
    entry.head = *head;
  }
  auto positions = read_source_positions(services_.store, id, entry.row.epoch);
  if (!positions) return tl::unexpected(positions.error());
  entry.positions = std::move(*positions);
  return entry;
}

Expected<Sources::Entry*> Sources::entry(const SourceKey& key) {
  // While the store recovers, what is read may not be what is stored.
  if (services_.journal->failing()) return fail(errc::unavailable, "the store does not take writes at the moment");
  const auto found = entries_.find(key);
  if (found != entries_.end() && found->second.generation == services_.journal->generation()) return &found->second;
  auto fresh = read(key);
  if (!fresh) return tl::unexpected(fresh.error());
  return &(entries_[key] = std::move(*fresh));
}

void Sources::load() {
  std::vector<SourceKey> keys;
  {
    auto rows = services_.store.cursor(storage::Family::sources);
    for (rows.seek({}); rows.valid(); rows.next()) {
      const auto row = projections::parse_source_row(rows.value());
      if (row && !row->deleted) keys.emplace_back(row->workspace, row->put.name);
    }
  }
  for (const SourceKey& key : keys) {
    if (const auto known = entry(key)) read_anew(key, **known);
  }
}

// ---- readers

void Sources::read_anew(const SourceKey& key, const Entry& entry) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ending_, [](const auto& reader) { return reader->has_ended(); });
  Reading& reading = readings_[key];
  if (reading.reader) {
    reading.reader->end();
    ending_.push_back(std::move(reading.reader));
  }
  if (entry.row.deleted) {
    readings_.erase(key);
    return;
  }
  if (!reading.status || reading.epoch != entry.row.epoch) reading.status = std::make_shared<SourceStatus>();
  reading.epoch = entry.row.epoch;
  reading.status->set(entry.row.paused ? SourceState::paused : SourceState::starting);
  if (entry.row.paused || stopping_ || services_.options.deterministic) return;
  reading.reader = std::make_unique<SourceReader>(services_, key, reading.status);
}

void Sources::begin_stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  for (auto& [key, reading] : readings_) {
    if (!reading.reader) continue;
    reading.reader->end();
    ending_.push_back(std::move(reading.reader));
  }
}

void Sources::stop() {
  begin_stop();
  std::vector<std::unique_ptr<SourceReader>> ending;
  {
    const std::lock_guard lock(mutex_);
    ending.swap(ending_);
  }
}

std::shared_ptr<SourceStatus> Sources::status_of(const SourceKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = readings_.find(key);
  return found == readings_.end() ? nullptr : found->second.status;
}

std::optional<SourceSetting> Sources::setting(const SourceKey& key) {
  const auto answer = std::make_shared<std::promise<std::optional<SourceSetting>>>();
  auto said = answer->get_future();
  const bool posted = services_.loader->post(
      [this, key, answer] {
        const auto known = entry(key);
        const bool wanted = known && !(*known)->row.deleted && !(*known)->row.paused;
        answer->set_value(wanted ? std::optional(SourceSetting{(*known)->row, (*known)->positions, changes_[key]})
                                 : std::nullopt);
      },
      true);
  return posted ? said.get() : std::nullopt;
}

Stored Sources::store(const SourceKey& key, SourceBatch batch) {
  const auto answer = std::make_shared<std::promise<Stored>>();
  auto said = answer->get_future();
  auto shared = std::make_shared<SourceBatch>(std::move(batch));
  const bool posted = services_.loader->post(
      [this, key, shared, answer] { store_now(key, *shared, [answer](Stored stored) { answer->set_value(stored); }); },
      true);
  return posted ? said.get() : Stored::no;
}

std::uint64_t Sources::owed(const Uuid& source, std::uint64_t most) const {
  std::uint64_t owed = 0;
  auto rows = services_.store.cursor(storage::Family::outbox);
  for (rows.seek(source.view()); owed < most && rows.valid() && rows.key().starts_with(source.view()); rows.next()) {
    ++owed;
  }
  return owed;
}

// ---- the commit of a batch

void Sources::store_now(const SourceKey& key, SourceBatch& batch, const std::function<void(Stored)>& done) {
  auto known = entry(key);
  if (!known) return done(Stored::no);
  Entry& entry = **known;
  if (entry.row.deleted || entry.row.paused || entry.row.epoch != batch.epoch || changes_[key] != batch.changes) {
    return done(Stored::outdated);
  }
  auto positions = entry.positions;
  const Time now = services_.now();
  for (const auto& step : batch.steps) {
    const auto stands = positions.partitions.find(step.partition);
    const bool there = stands != positions.partitions.end();
    if (there != step.from.has_value() || (there && stands->second.next != *step.from)) return done(Stored::outdated);
    auto& position = positions.partitions[step.partition];
    position.next = step.to;
    position.records += step.records;
    position.refused += step.refused;
    if (step.records != 0) position.last_record = now;
  }
  const Uuid source = stream_of(entry.row);
  auto commit = std::make_unique<EngineCommit>();
  const events::Principal principal{entry.row.user, entry.row.workspace};
  for (const auto& start : batch.starts) {
    auto message = outbox_entry(source, positions.next_item++, start, principal);
    put_row(commit->rows, message);
    commit->owed.push_back(std::move(message));
  }
  for (const auto& step : batch.steps) {
    put_source_position(commit->rows, source, entry.row.epoch, step.partition, positions.partitions[step.partition]);
  }
  if (!batch.starts.empty()) put_source_next_item(commit->rows, source, positions.next_item);
  commit->then = [done](storage::CommitOutcome outcome, const Error&) {
    done(outcome == storage::CommitOutcome::durable ? Stored::yes : Stored::no);
  };
  std::swap(entry.positions, positions);
  if (submit(entry, now, std::move(batch.happened), principal, std::move(batch.causation), std::move(commit))) return;
  std::swap(entry.positions, positions);
  done(Stored::no);
}

bool Sources::submit(Entry& entry, Time now, std::vector<events::Event> happened, const events::Principal& principal,
                     std::string causation, std::unique_ptr<EngineCommit> commit) {
  const auto row_before = entry.row;
  const auto head_before = entry.head;
  if (!happened.empty()) {
    events::Chunk chunk;
    chunk.execution_id = stream_of(entry.row);
    chunk.first_event_id = entry.row.next_event_id;
    chunk.time = now;
    chunk.principal = principal;
    chunk.causation = std::move(causation);
    chunk.events = std::move(happened);
    commit_chunk(chunk, entry.head, services_.store, *commit);
    entry.row.fold(chunk);
    projections::write_source_row(entry.row, commit->rows);
  }
  commit->generation = entry.generation;
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
