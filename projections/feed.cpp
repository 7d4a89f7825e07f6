#include "projections/feed.hpp"

#include <algorithm>
#include <deque>

#include "projections/feed_streams.hpp"
#include "projections/row_bytes.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

using storage::Family;
using storage::Reach;

namespace {

constexpr std::size_t kRowsAtOnce = 32;  // of one partition's part of the feed

// What is still to be read of one partition: rows of the feed, the first of them with its chunk.
class Lane {
 public:
  Lane(const storage::Store& store, std::uint16_t partition, std::uint64_t seen, std::uint64_t until, Reach reach)
      : store_(store), reach_(reach), partition_(partition), seen_(seen), until_(until) {}

  std::uint16_t partition() const { return partition_; }
  bool done() const { return seen_ >= until_; }
  Time time() const { return chunk_->time; }
  const events::Chunk& chunk() const { return *chunk_; }
  const storage::FeedValue& row() const { return rows_.front().value; }
  // The next event: its place in the chunk, and in the partition.
  std::size_t index() const { return static_cast<std::size_t>(seen_ + 1 - rows_.front().position); }
  std::uint64_t position() const { return seen_ + 1; }

  // Makes chunk() the one that holds the next event; done() afterwards when there is none.
  Expected<void> load() {
    while (!done() && !chunk_) {
      if (rows_.empty()) {
        if (auto read = refill(); !read) return read;
        if (rows_.empty()) {
          seen_ = until_;  // what was there has been dropped by retention
          return {};
        }
      }
      // Dropped by retention, up to here.
      seen_ = std::max(seen_, rows_.front().position - 1);
      if (done()) return {};
      const auto& row = rows_.front().value;
      const auto bytes = store_.get(Family::chunks, storage::chunk_key(row.id, row.first_event_id), reach_);
      if (!bytes) {
        if (bytes.error().code != errc::not_found) return tl::unexpected(bytes.error());
        return fail(errc::corrupt, "the events at position " + std::to_string(rows_.front().position) +
                                       " of partition " + std::to_string(partition_) + " are missing");
      }
      auto chunk = events::decode(*bytes, row.id);
      if (!chunk) return tl::unexpected(chunk.error());
      if (chunk->events.size() != row.count) {
        return fail(errc::corrupt, "the feed names another number of events than execution " + to_string(row.id) +
                                       " has at event " + std::to_string(row.first_event_id));
      }
      chunk_ = std::move(*chunk);
    }
    return {};
  }

  // Past the next event.
  void advance() {
    ++seen_;
    if (index() < chunk_->events.size()) return;
    rows_.pop_front();
    chunk_.reset();
  }

 private:
  struct Row {
    std::uint64_t position = 0;
    storage::FeedValue value;
  };

  Expected<void> refill() {
    auto cursor = store_.bounded_cursor(Family::feed, reach_);
    cursor.bound(storage::feed_key(partition_, until_ + 1));
    cursor.seek_before(storage::feed_key(partition_, seen_ + 2));
    // The row before may be of another partition, or end before the next event: then the next row is it.
    for (bool first = true; cursor.valid() && rows_.size() < kRowsAtOnce; cursor.next(), first = false) {
      const auto key = cursor.key();
      const auto value = storage::parse_feed_value(cursor.value());
      if (key.size() != 10 || !value) return fail(errc::corrupt, "a row of the feed is damaged");
      const std::uint64_t position = storage::read_be64(key.substr(2));
      if (storage::read_be16(key) != partition_ || position + value->count <= seen_ + 1) {
        if (first) continue;
        break;
      }
      rows_.push_back({position, *value});
    }
    if (auto read = cursor.status(); !read) return read;
    if (!rows_.empty()) return {};
    // Nothing at or before: what follows further on, when the front was dropped.
    cursor.seek(storage::feed_key(partition_, seen_ + 1));
    if (!cursor.valid()) return cursor.status();
    const auto value = storage::parse_feed_value(cursor.value());
    if (!value || cursor.key().size() != 10) return fail(errc::corrupt, "a row of the feed is damaged");
    rows_.push_back({storage::read_be64(cursor.key().substr(2)), *value});
    return {};
  }

  const storage::Store& store_;
  const Reach reach_;
  const std::uint16_t partition_;
  std::uint64_t seen_;
  const std::uint64_t until_;
  std::deque<Row> rows_;
  std::optional<events::Chunk> chunk_;
};

}  // namespace

struct Feed::Impl {
  Impl(const storage::Store& s, const storage::Journal& j) : store(s), journal(j), streams(s) {}
  const storage::Store& store;
  const storage::Journal& journal;
  FeedStreams streams;

  // Ties a cursor to the store that gave it.
  std::string mark() const { return store.identity().substr(0, 8); }
};

bool FeedFilter::passes(const events::Event& event, std::string_view of_workspace, std::string_view subject) const {
  return passes(events::type_of(event).number, events::stream_kind(event), of_workspace, subject);
}

bool FeedFilter::passes(std::uint16_t type, events::StreamKind kind, std::string_view of_workspace,
                        std::string_view subject) const {
  if (!types[type]) return false;
  if (!workspace.empty() && workspace != of_workspace) return false;
  return workflow_id.empty() || (workflow_id == subject && kind <= events::StreamKind::workflow);
}

Feed::Feed(const storage::Store& store, const storage::Journal& journal)
    : impl_(std::make_unique<Impl>(store, journal)) {}
Feed::~Feed() = default;

FeedCursor Feed::begin() const { return {std::vector<std::uint64_t>(impl_->store.partitions(), 0)}; }

FeedCursor Feed::end() const {
  FeedCursor cursor = begin();
  std::uint16_t partition = 0;
  for (std::uint64_t& position : cursor.seen) position = impl_->journal.position(partition++);
  return cursor;
}

std::string Feed::text(const FeedCursor& cursor) const { return write_feed_cursor(cursor, impl_->mark()); }

Expected<FeedCursor> Feed::parse(std::string_view text) const {
  auto cursor = read_feed_cursor(text, impl_->mark(), impl_->store.partitions());
  if (cursor && !end().covers(*cursor)) {
    return fail(errc::invalid, "the cursor is ahead of what this store holds");
  }
  return cursor;
}

Expected<bool> Feed::read(FeedCursor& cursor, const FeedCursor& until, const FeedFilter& filter,
                          const FeedLimits& limits, const Sink& sink, Reach reach) const {
  std::vector<Lane> lanes;
  for (std::size_t p = 0; p < cursor.seen.size(); ++p) {
    if (cursor.seen[p] >= until.seen[p]) continue;
    lanes.emplace_back(impl_->store, static_cast<std::uint16_t>(p), cursor.seen[p], until.seen[p], reach);
  }
  for (Lane& lane : lanes) {
    if (auto loaded = lane.load(); !loaded) return tl::unexpected(loaded.error());
  }
  std::size_t given = 0, looked_at = 0;
  for (;;) {
    Lane* next = nullptr;
    for (Lane& lane : lanes) {
      if (lane.done()) {
        cursor.seen[lane.partition()] = until.seen[lane.partition()];
      } else if (next == nullptr || lane.time() < next->time()) {
        next = &lane;
      }
    }
    if (next == nullptr) return true;
    // All events of a chunk in a row: they are of one instant.
    const auto stream = impl_->streams.of(next->row(), next->chunk(), reach);
    if (!stream) return tl::unexpected(stream.error());
    const std::size_t in_chunk = next->chunk().events.size();
    for (std::size_t i = next->index(); i < in_chunk; ++i) {
      if (given >= limits.events || looked_at >= limits.looked_at || next->done()) break;
      ++looked_at;
      const events::Event& event = next->chunk().events[i];
      cursor.seen[next->partition()] = next->position();
      bool go_on = true;
      if (filter.passes(event, (*stream)->workspace, (*stream)->subject)) {
        const events::Chunk& chunk = next->chunk();
        events::Record record;
        record.partition = next->partition();
        record.position = next->position();
        record.execution_id = chunk.execution_id;
        record.event_id = chunk.first_event_id + i;
        record.time = chunk.time;
        record.principal = chunk.principal;
        record.causation = chunk.causation;
        record.event = event;
        ++given;
        go_on = sink(FeedEvent{record, (*stream)->subject, (*stream)->workspace});
      }
      next->advance();
      if (!go_on) return cursor == until;
    }
    if (given >= limits.events || looked_at >= limits.looked_at) return cursor == until;
    if (auto loaded = next->load(); !loaded) return tl::unexpected(loaded.error());
  }
}

}  // namespace reprise::projections
