// Questions about one execution: its status row, its body, its events.
#include "projections/queries.hpp"

#include "projections/chunk_reader.hpp"
#include "projections/list_keys.hpp"
#include "projections/queries_impl.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

using storage::Family;
using storage::Reach;

namespace {

constexpr std::size_t kBodyLines = 1000;  // the newest ones, in the body of GET /api/executions/{id}

tl::unexpected<Error> unknown(const ExecutionId& id) {
  return fail(errc::not_found_execution, "no execution " + to_string(id));
}

}  // namespace

Queries::Queries(const storage::Store& store, const storage::Journal* journal)
    : impl_(std::make_unique<Impl>(store, journal)) {}
Queries::~Queries() = default;

Expected<std::int64_t> Queries::Impl::counter(std::string_view key, Reach reach) const {
  return journal != nullptr ? Expected<std::int64_t>(journal->counter(key)) : stored_counter(key, reach);
}

Expected<std::int64_t> Queries::Impl::stored_counter(std::string_view key, Reach reach) const {
  std::string bytes;
  if (auto found = store.get(Family::counters, key, bytes, reach); !found) return tl::unexpected(found.error());
  return storage::parse_counter_value(bytes);
}

Expected<std::int64_t> Queries::open_executions() const {
  std::int64_t total = 0;
  auto counters = impl_->store.cursor(Family::counters);
  const std::string kind(1, static_cast<char>(ListKind::all));
  for (counters.seek(kind); counters.valid() && counters.key().starts_with(kind); counters.next()) {
    if (!final(static_cast<Status>(counters.key().back()))) total += storage::parse_counter_value(counters.value());
  }
  if (auto good = counters.status(); !good) return tl::unexpected(std::move(good.error()));
  return total;
}

Expected<void> Queries::execution(const ExecutionId& id, std::string_view workspace, std::string& out,
                                  Reach reach) const {
  if (impl_->bodies.append(id, workspace, out)) return {};
  const auto bytes = impl_->store.get(Family::status, id.view(), reach);
  if (!bytes) return bytes.error().code == errc::not_found ? unknown(id) : tl::unexpected(bytes.error());
  const auto row = parse_status_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  if (row->workspace != workspace) return unknown(id);
  const auto lines = newest_lines(impl_->store, *row, id, kBodyLines, reach);
  if (!lines) return tl::unexpected(lines.error());

  const std::size_t begin = out.size();
  out.reserve(begin + row->json.size() + lines->size() + 12);
  out += row->json.substr(0, row->json.size() - 1);
  out += R"(,"logs":[)";
  out += *lines;
  out += "]}";
  if (row->final) impl_->bodies.keep(id, workspace, std::string_view(out).substr(begin));
  return {};
}

Expected<std::string> Queries::status_row(const ExecutionId& id, std::string_view workspace, Reach reach) const {
  auto bytes = impl_->store.get(Family::status, id.view(), reach);
  if (!bytes) return bytes.error().code == errc::not_found ? unknown(id) : tl::unexpected(bytes.error());
  const auto row = parse_status_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  if (row->workspace != workspace) return unknown(id);
  return bytes;
}

Expected<std::uint64_t> Queries::events(const ExecutionId& id, std::uint64_t after, std::size_t limit,
                                        const RecordSink& sink, Reach reach) const {
  const std::uint16_t partition = storage::partition_of(id, impl_->store.partitions());
  ChunkReader reader(impl_->store, id, reach);
  reader.to_event(after + 1);
  if (!reader.valid()) {
    if (auto read = reader.status(); !read) return tl::unexpected(read.error());
    return unknown(id);
  }
  // The chain's head before this chunk is stored at the end of the one before: no history is folded for a page.
  events::Sha256 head = events::genesis(id);
  if (reader.first_event_id() > 1) {
    reader.previous();
    if (!reader.valid()) {
      if (auto read = reader.status(); !read) return tl::unexpected(read.error());
      return fail(errc::corrupt, "events of execution " + to_string(id) + " are missing");
    }
    const auto stored = events::head_of(reader.bytes());
    if (!stored) return tl::unexpected(stored.error());
    head = *stored;
    reader.next();
  }
  std::size_t given = 0;
  std::uint64_t last = after;
  for (; reader.valid(); reader.next()) {
    const auto records = events::decode_records(reader.bytes(), id, partition, head);
    if (!records) return tl::unexpected(records.error());
    for (std::span<const events::Record> rest(*records); !rest.empty();) {
      const events::Record& record = rest.front();
      rest = rest.subspan(1);
      if (record.event_id <= after) continue;
      if (given == limit) return last;
      sink(record, rest);
      last = record.event_id;
      ++given;
    }
  }
  if (auto read = reader.status(); !read) return tl::unexpected(read.error());
  return 0;
}

Expected<void> Queries::chunks(const ExecutionId& id,
                               const std::function<bool(const events::Chunk&, std::string_view bytes)>& sink) const {
  ChunkReader reader(impl_->store, id, Reach::disk);
  std::uint64_t expected = 1;
  for (reader.to_first(); reader.valid(); reader.next()) {
    const auto chunk = reader.chunk();
    if (!chunk) return tl::unexpected(chunk.error());
    if (chunk->first_event_id != expected) {
      return fail(errc::corrupt,
                  "event " + std::to_string(expected) + " of execution " + to_string(id) + " is missing");
    }
    expected += chunk->events.size();
    if (!sink(*chunk, reader.bytes())) break;
  }
  return reader.status();
}

// Read off the chunks, not off the status rows: an execution whose rows are lost has to be found as well.
Expected<std::vector<ExecutionId>> Queries::executions_after(const ExecutionId& after, std::size_t limit) const {
  std::vector<ExecutionId> ids;
  auto cursor = impl_->store.cursor(Family::chunks, Reach::disk);
  const auto past = [](const ExecutionId& id) { return storage::chunk_key(id, ~std::uint64_t{0}); };
  for (cursor.seek(after.nil() ? std::string() : past(after)); ids.size() < limit && cursor.valid();) {
    if (cursor.key().size() < 16) return fail(errc::corrupt, "a chunk with a key that is too short");
    const ExecutionId id = Uuid::from_view(cursor.key().substr(0, 16));
    const auto chunk = events::decode(cursor.value(), id);
    if (!chunk) return tl::unexpected(chunk.error());
    const bool is_execution =
        !chunk->events.empty() && std::holds_alternative<events::ExecutionStarted>(chunk->events.front());
    if (is_execution) ids.push_back(id);
    cursor.seek(past(id));
  }
  if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
  return ids;
}

}  // namespace reprise::projections
