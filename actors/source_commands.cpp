// What sources are asked: put, pause, resume, delete; and how they are shown.
#include <algorithm>
#include <utility>

#include "actors/services.hpp"
#include "actors/sources.hpp"
#include "actors/streams/source_properties.hpp"
#include "actors/streams/source_reader.hpp"
#include "events/json_members.hpp"

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

void append_partition(std::string& out, std::uint32_t partition, const SourcePosition& position,
                      const SourceStatus::View* seen) {
  JsonMembers members(out);
  members.number("partition", partition);
  members.number("position", position.next);
  const auto end = seen == nullptr ? decltype(seen->ends.end())() : seen->ends.find(partition);
  if (seen != nullptr && end != seen->ends.end()) {
    members.number("end", end->second);
    members.number("lag", end->second - std::min(end->second, position.next));
  } else {
    members.null("end");
    members.null("lag");
  }
  members.number("records", position.records);
  members.number("refused", position.refused);
  members.time("last_record_at", position.last_record);
  members.end();
}

void append_refusal(std::string& out, const projections::SourceRow::Refusal& refusal) {
  JsonMembers members(out);
  members.number("event_id", refusal.event_id);
  members.text("topic", refusal.refused.topic);
  members.number("partition", refusal.refused.partition);
  members.number("offset", refusal.refused.offset);
  members.text("reason", refusal.refused.reason);
  members.time("refused_at", refusal.at);
  members.end();
}

void append_move(std::string& out, const projections::SourceRow::Move& move) {
  JsonMembers members(out);
  members.number("event_id", move.event_id);
  members.text("topic", move.moved.topic);
  members.number("partition", move.moved.partition);
  members.number("from", move.moved.from);
  members.number("to", move.moved.to);
  members.time("moved_at", move.at);
  members.end();
}

void append_kafka(std::string& out, const events::SourcePut& put) {
  JsonMembers members(out);
  members.text_or_null("brokers", put.brokers);
  members.text("topic", put.topic);
  members.text("start", name(put.start));
  members.json("properties", put.properties.bytes);
  members.end();
}

void append_target(std::string& out, const events::SourcePut& put) {
  JsonMembers members(out);
  if (put.workflow_id.empty()) {
    members.boolean("interaction", true);
  } else {
    members.text("workflow_id", put.workflow_id);
    members.text("inputs", name(put.inputs));
  }
  members.end();
}

}  // namespace

std::string Sources::json_of(const projections::SourceRow& row, const SourcePositions& positions) const {
  const auto status = status_of({row.workspace, row.put.name});
  const auto seen = status ? std::optional(status->view()) : std::nullopt;
  std::string out;
  JsonMembers members(out);
  members.text("name", row.put.name);
  members.id("source_id", projections::source_uuid(row.workspace, row.put.name));
  append_kafka(members.key("kafka"), row.put);
  append_target(members.key("target"), row.put);
  members.text("dead_letter_topic", row.put.dead_letter_topic);
  members.number("max_in_flight", row.put.max_in_flight);
  members.text("state", name(row.paused ? SourceState::paused : seen ? seen->state : SourceState::starting));
  members.boolean("paused", row.paused);
  members.text_or_null("pause_reason", row.pause_reason);
  members.text_or_null("last_error", seen ? std::string_view(seen->last_error) : std::string_view());
  members.time("last_error_at", seen ? seen->last_error_at : Time{});
  members.time("created_at", row.made_at);
  members.time("updated_at", row.put_at);
  members.number("refused", row.refused);
  members.number("lost", row.lost);
  append_json_list(members.key("partitions"), positions.partitions,
                   [&](const auto& each) { append_partition(out, each.first, each.second, seen ? &*seen : nullptr); });
  append_json_list(members.key("recent_refusals"), row.refusals.rbegin(), row.refusals.rend(),
                   [&out](const auto& refusal) { append_refusal(out, refusal); });
  append_json_list(members.key("recent_moves"), row.moves.rbegin(), row.moves.rend(),
                   [&out](const auto& move) { append_move(out, move); });
  members.end();
  return out;
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
    return services_.answer_in_turn(entry.generation, std::move(answer), ticket);
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
    return services_.answer_in_turn(entry.generation, std::move(answer), ticket);
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
