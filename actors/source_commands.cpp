// What sources are asked: put, pause, resume, delete; and how they are shown.
#include <algorithm>
#include <utility>

#include "actors/services.hpp"
#include "actors/sources.hpp"
#include "actors/streams/source_properties.hpp"
#include "actors/streams/source_reader.hpp"
#include "events/json.hpp"

namespace reprise::actors {

namespace {

constexpr std::size_t kMostEnding = 32;  // readers that were told to end and have not yet
constexpr std::size_t kMostTopic = 249;  // characters, as Kafka has it

bool is_topic(std::string_view name) {
  return !name.empty() && name.size() <= kMostTopic && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
                  c == '-';
         });
}

// Each of a list "host:port,..."
bool all_allowed(std::string_view brokers, const std::vector<std::string>& allowed) {
  for (;;) {
    const std::size_t comma = brokers.find(',');
    if (std::find(allowed.begin(), allowed.end(), brokers.substr(0, comma)) == allowed.end()) return false;
    if (comma == std::string_view::npos) return true;
    brokers.remove_prefix(comma + 1);
  }
}

void append_moment(std::string& out, std::string_view name, Time time) {
  out.append(",\"").append(name).append("\":");
  if (time == Time{}) {
    out += "null";
    return;
  }
  out += '"';
  append_time(out, time);
  out += '"';
}

void append_text(std::string& out, std::string_view name, std::string_view text, bool nullable = false) {
  out.append(",\"").append(name).append("\":");
  if (nullable && text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}

void append_number(std::string& out, std::string_view name, std::uint64_t value) {
  out.append(",\"").append(name).append("\":").append(std::to_string(value));
}

void append_partition(std::string& out, std::uint32_t partition, const SourcePosition& position,
                      const SourceStatus::View* seen) {
  out.append("{\"partition\":").append(std::to_string(partition));
  append_number(out, "position", position.next);
  const auto end = seen == nullptr ? decltype(seen->ends.end())() : seen->ends.find(partition);
  if (seen != nullptr && end != seen->ends.end()) {
    append_number(out, "end", end->second);
    append_number(out, "lag", end->second - std::min(end->second, position.next));
  } else {
    out += ",\"end\":null,\"lag\":null";
  }
  append_number(out, "records", position.records);
  append_number(out, "refused", position.refused);
  append_moment(out, "last_record_at", position.last_record);
  out += '}';
}

void append_refusals(std::string& out, const projections::SourceRow& row) {
  out += ",\"recent_refusals\":[";
  for (auto each = row.refusals.rbegin(); each != row.refusals.rend(); ++each) {
    if (each != row.refusals.rbegin()) out += ',';
    out.append("{\"event_id\":").append(std::to_string(each->event_id));
    append_text(out, "topic", each->refused.topic);
    append_number(out, "partition", each->refused.partition);
    append_number(out, "offset", each->refused.offset);
    append_text(out, "reason", each->refused.reason);
    append_moment(out, "refused_at", each->at);
    out += '}';
  }
  out += "],\"recent_moves\":[";
  for (auto each = row.moves.rbegin(); each != row.moves.rend(); ++each) {
    if (each != row.moves.rbegin()) out += ',';
    out.append("{\"event_id\":").append(std::to_string(each->event_id));
    append_text(out, "topic", each->moved.topic);
    append_number(out, "partition", each->moved.partition);
    append_number(out, "from", each->moved.from);
    append_number(out, "to", each->moved.to);
    append_moment(out, "moved_at", each->at);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string Sources::json_of(const projections::SourceRow& row, const SourcePositions& positions) const {
  const auto status = status_of({row.workspace, row.put.name});
  const auto seen = status ? std::optional(status->view()) : std::nullopt;
  std::string out = "{\"name\":";
  append_json_string(out, row.put.name);
  append_text(out, "source_id", to_string(projections::source_uuid(row.workspace, row.put.name)));
  out += ",\"kafka\":{\"brokers\":";
  if (row.put.brokers.empty()) {
    out += "null";
  } else {
    append_json_string(out, row.put.brokers);
  }
  append_text(out, "topic", row.put.topic);
  append_text(out, "start", name(row.put.start));
  out.append(",\"properties\":").append(row.put.properties.bytes);
  out += "},\"target\":";
  if (row.put.workflow_id.empty()) {
    out += "{\"interaction\":true}";
  } else {
    out += "{\"workflow_id\":";
    append_json_string(out, row.put.workflow_id);
    append_text(out, "inputs", name(row.put.inputs));
    out += '}';
  }
  append_text(out, "dead_letter_topic", row.put.dead_letter_topic);
  append_number(out, "max_in_flight", row.put.max_in_flight);
  append_text(out, "state", name(row.paused ? SourceState::paused : seen ? seen->state : SourceState::starting));
  out.append(",\"paused\":").append(row.paused ? "true" : "false");
  append_text(out, "pause_reason", row.pause_reason, true);
  append_text(out, "last_error", seen ? seen->last_error : std::string(), true);
  append_moment(out, "last_error_at", seen ? seen->last_error_at : Time{});
  append_moment(out, "created_at", row.made_at);
  append_moment(out, "updated_at", row.put_at);
  append_number(out, "refused", row.refused);
  append_number(out, "lost", row.lost);
  out += ",\"partitions\":[";
  for (const auto& [partition, position] : positions.partitions) {
    if (out.back() != '[') out += ',';
    append_partition(out, partition, position, seen ? &*seen : nullptr);
  }
  out += ']';
  append_refusals(out, row);
  return out += '}';
}

Expected<std::string> Sources::json(const std::string& workspace, const std::string& name) const {
  const auto row = projections::read_source(services_.store, workspace, name);
  if (!row) return tl::unexpected(row.error());
  const auto positions = read_source_positions(services_.store, projections::source_uuid(workspace, name), row->epoch);
  if (!positions) return tl::unexpected(positions.error());
  return json_of(*row, *positions);
}

Expected<NamedPage> Sources::list(const std::string& workspace, const std::string& after, std::size_t limit) const {
  auto found = projections::read_sources(services_.store, workspace, after, limit);
  if (!found) return tl::unexpected(found.error());
  NamedPage page{{}, std::move(found->next)};
  for (const auto& row : found->rows) {
    const auto positions =
        read_source_positions(services_.store, projections::source_uuid(workspace, row.put.name), row.epoch);
    if (!positions) return tl::unexpected(positions.error());
    page.rows.push_back({row.put.name, json_of(row, *positions)});
  }
  return page;
}

std::vector<SourceNumbers> Sources::numbers() const {
  std::vector<SourceNumbers> out;
  const std::lock_guard lock(mutex_);
  for (const auto& [key, reading] : readings_) {
    const auto& status = *reading.status;
    SourceNumbers numbers;
    numbers.workspace = key.first;
    numbers.name = key.second;
    numbers.records = status.records.load();
    numbers.starts = status.starts.load();
    numbers.answers = status.answers.load();
    numbers.refused = status.refused.load();
    const auto seen = status.view();
    numbers.lag = seen.lag();
    numbers.reading = seen.state == SourceState::running;
    out.push_back(std::move(numbers));
  }
  return out;
}

// Nothing changes. The answer still waits for its turn behind the commits before it.
void Sources::answer_unchanged(const Entry& entry, Answer answer, Ticket ticket) {
  auto commit = std::make_unique<EngineCommit>();
  commit->generation = entry.generation;
  commit->replies.push_back({ticket, std::move(answer)});
  std::unique_ptr<storage::Commit> base = std::move(commit);
  if (!services_.journal->submit(base)) {
    Services::refuse(ticket, errc::unavailable, "the store does not take writes at the moment");
  }
}

Expected<void> Sources::check(const events::SourcePut& put, const std::string& workspace) const {
  constexpr auto kForm = " must be 1 to 249 characters of A-Z a-z 0-9 . _ -";
  if (!is_topic(put.topic)) return fail(errc::invalid, std::string("kafka/topic") + kForm);
  if (!is_topic(put.dead_letter_topic)) return fail(errc::invalid, std::string("dead_letter_topic") + kForm);
  if (put.dead_letter_topic == put.topic) {
    return fail(errc::invalid, "dead_letter_topic must be another topic than kafka/topic");
  }
  const KafkaOptions& server = services_.options.kafka;
  if (put.brokers.empty() && server.brokers.empty()) {
    return fail(errc::invalid, "kafka/brokers is missing, and the server has none of its own (--kafka-brokers)");
  }
  if (!put.brokers.empty() && !all_allowed(put.brokers, server.allowed)) {
    return fail(errc::invalid, "kafka/brokers must be left out or be of the server's --kafka-allowed-brokers");
  }
  if (auto checked = check_source_properties(put.properties); !checked) return checked;
  if (put.workflow_id.empty()) return {};
  const auto plan = services_.definitions->load(workspace, put.workflow_id, 0);
  if (!plan) return tl::unexpected(plan.error());
  return {};
}

void Sources::put(PutSourceRequest request, Ticket ticket) {
  const SourceKey key{request.principal.workspace, request.put.name};
  if (request.put.dead_letter_topic.empty()) request.put.dead_letter_topic = request.put.topic + ".dead-letter";
  if (const auto checked = check(request.put, key.first); !checked) {
    return Services::refuse(ticket, checked.error().code, checked.error().detail);
  }
  auto known = entry(key);
  if (!known) return Services::refuse(ticket, known.error().code, known.error().detail);
  Entry& entry = **known;
  const bool made = entry.row.deleted;
  const auto sources =
      std::count_if(entries_.begin(), entries_.end(), [](const auto& e) { return !e.second.row.deleted; });
  if (made && static_cast<std::size_t>(sources) >= kMostSources) {
    if (entry.row.next_event_id == 1) entries_.erase(key);
    return Services::refuse(ticket, errc::busy, "the server has 64 sources, which is the most");
  }
  Answer answer;
  if (!made && request.put == entry.row.put) {
    answer.body = json_of(entry.row, entry.positions);
    return answer_unchanged(entry, std::move(answer), ticket);
  }
  change(key, entry, request.put, request.principal, std::move(request.causation), made ? 1 : 0, ticket);
}

void Sources::steer(SourceRequest request, Ticket ticket) {
  const SourceKey key{request.principal.workspace, request.name};
  auto known = entry(key);
  if (!known) return Services::refuse(ticket, known.error().code, known.error().detail);
  Entry& entry = **known;
  if (entry.row.deleted) {
    if (entry.row.next_event_id == 1) entries_.erase(key);
    return Services::refuse(ticket, errc::not_found, "no source " + request.name);
  }
  const bool pauses = request.what == SourceCommand::pause;
  if (request.what == SourceCommand::remove) {
    return change(key, entry, events::SourceDeleted{request.name}, request.principal, std::move(request.causation), 0,
                  ticket);
  }
  if (pauses == entry.row.paused) {
    Answer answer;
    answer.body = json_of(entry.row, entry.positions);
    return answer_unchanged(entry, std::move(answer), ticket);
  }
  events::Event event = events::SourceResumed{};
  if (pauses) event = events::SourcePaused{std::move(request.reason)};
  change(key, entry, std::move(event), request.principal, std::move(request.causation), 0, ticket);
}

void Sources::change(const SourceKey& key, Entry& entry, events::Event event, const events::Principal& principal,
                     std::string causation, std::uint64_t number, Ticket ticket) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(ending_, [](const auto& reader) { return reader->has_ended(); });
    if (ending_.size() >= kMostEnding) {
      return Services::refuse(ticket, errc::busy, "too many sources are still ending what they did");
    }
  }
  const Time now = services_.now();
  auto after = entry.row;
  events::Chunk chunk;
  chunk.time = now;
  chunk.principal = principal;
  chunk.events.push_back(std::move(event));
  after.fold(chunk);
  auto commit = std::make_unique<EngineCommit>();
  const auto positions_before = entry.positions;
  if (after.deleted || after.epoch != entry.row.epoch) {
    const Uuid source = projections::source_uuid(key.first, key.second);
    if (const auto cleared = delete_source_positions(services_.store, commit->rows, source); !cleared) {
      return Services::refuse(ticket, cleared.error().code, cleared.error().detail);
    }
    entry.positions.partitions.clear();
  }
  Answer answer;
  answer.flag = true;
  answer.number = number;
  answer.body = json_of(after, entry.positions);
  commit->replies.push_back({ticket, std::move(answer)});
  // Until then the reader of before goes on, and nothing that it hands over is taken.
  commit->then = [this, key](storage::CommitOutcome outcome, const Error&) {
    if (outcome == storage::CommitOutcome::not_written) return;
    services_.loader->post(
        [this, key] {
          if (const auto stored = this->entry(key)) read_anew(key, **stored);
        },
        true);
  };
  if (!submit(entry, now, std::move(chunk.events), principal, std::move(causation), std::move(commit))) {
    entry.positions = positions_before;
    return;
  }
  ++changes_[key];
}

}  // namespace reprise::actors
