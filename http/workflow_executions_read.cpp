// GET /workflow-executions/{execution_id}, whole or a page of it, and /compact.
#include <memory>

#include "events/json.hpp"
#include "http/history_compact.hpp"
#include "http/history_events.hpp"
#include "http/interaction_states.hpp"
#include "http/part_stream.hpp"
#include "http/workflow_executions.hpp"
#include "projections/queries.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kPartEvents = 1024;        // read at once
constexpr std::size_t kPartBytes = 1u << 20;     // after which no further event is taken
constexpr std::size_t kMaxPageBytes = 8u << 20;  // likewise, of a page that was asked for
constexpr std::size_t kMaxLimit = 10'000;

struct Question {
  actors::Gateway& gateway;
  RunName name;
  std::string workspace;
};

// A run as of one instant: what comes after `last_event_id` is not shown.
struct Run {
  std::string head;  // the ten keys, not closed
  std::uint64_t last_event_id = 0;
  HistoryGroups groups;
};

// Query thread.
Expected<Run> open_run(const Question& question) {
  const auto bytes = find_run(question.gateway, question.name, question.workspace, storage::Reach::disk);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  const auto origin = origin_of(question.gateway, question.name.id);
  if (!origin) return tl::unexpected(origin.error());
  const RunIds ids{workflow_uuid(row->workspace, row->workflow_id),
                   question.name.id,
                   origin->run,
                   origin->parent,
                   std::string(row->user),
                   std::string(row->workspace),
                   origin->environment};
  const auto definition = question.gateway.queries().workflow(row->workspace, row->workflow_id, row->workflow_version);
  if (!definition) return tl::unexpected(definition.error());
  auto groups = HistoryGroups::of(definition->canonical, ids);
  if (!groups) return tl::unexpected(groups.error());
  Run run;
  append_execution_head(run.head, *row, ids);
  run.last_event_id = row->last_event_id;
  run.groups = std::move(*groups);
  return run;
}

// Of the newest version of a workflow; the workflow's id where it has none. Query thread.
std::string title_of(const actors::Gateway& gateway, const std::string& workspace, std::string_view workflow) {
  const auto name = gateway.queries().workflow_name(workspace, workflow, storage::Reach::disk);
  const auto definition = gateway.queries().workflow(workspace, name ? *name : std::string(workflow), 0);
  const auto document = definition ? parse_json(definition->canonical) : tl::unexpected(definition.error());
  const JsonValue* title = document ? find(document->root(), "title") : nullptr;
  const bool named = title != nullptr && title->IsString() && title->GetStringLength() != 0;
  return std::string(named ? text_of(*title) : workflow);
}

// Walks through a run's history in parts. Query threads, one at a time.
class History {
 public:
  explicit History(const Question& question) : question_(question) {}

  // Opens the run; its head goes to `out`.
  Expected<void> open(std::string& out) {
    auto run = open_run(question_);
    if (!run) return tl::unexpected(std::move(run.error()));
    out += run->head;
    out += ",\"events\":[";
    last_ = run->last_event_id;
    asking_ = run->groups.asking();
    events_.emplace(std::move(run->groups),
                    [&gateway = question_.gateway, workspace = question_.workspace](std::string_view workflow) {
                      return title_of(gateway, workspace, workflow);
                    });
    return {};
  }

  // Goes past the events up to `event_id` without showing them.
  Expected<void> skip_to(std::uint64_t event_id) {
    at_ = event_id;
    if (event_id == 0) return {};
    return question_.gateway.queries().chunks(question_.name.id, [&](const events::Chunk& chunk, std::string_view) {
      std::uint64_t id = chunk.first_event_id;
      for (const events::Event& event : chunk.events) {
        if (id <= event_id) {
          events_->skip(id, event);
          interactions_.fold(event, chunk.time);
        }
        ++id;
      }
      return id <= event_id;
    });
  }

  // Appends up to `limit` events, fewer where they take more than `max_bytes`.
  Expected<void> append(std::string& out, std::size_t limit, std::size_t max_bytes) {
    const std::size_t begin = out.size();
    const std::uint64_t from = at_;
    bool full = false;
    const auto next = question_.gateway.queries().events(
        question_.name.id, at_, limit,
        [&](const events::Record& record) {
          if (full || record.event_id > last_) return;
          at_ = record.event_id;
          interactions_.fold(record.event, record.time);
          const std::size_t before = out.size();
          if (any_) out += ',';
          if (events_->append(out, record)) {
            any_ = true;
          } else {
            out.resize(before);
          }
          full = out.size() - begin >= max_bytes;
        },
        storage::Reach::disk);
    if (!next) return tl::unexpected(next.error());
    if (at_ == from) return fail(errc::corrupt, "a history ends before its run's last event");
    return {};
  }

  // What comes after the events. Up to the last of them it is what they say, so of the same instant.
  Expected<void> close(std::string& out) const {
    out += "],\"interaction_states\":";
    if (at_end()) {
      append_interaction_states(out, interactions_);
    } else {
      auto done = append_stored_states(out, question_.gateway, question_.name.id, question_.workspace, asking_);
      if (!done) return done;
    }
    out += '}';
    return {};
  }

  bool at_end() const { return at_ >= last_; }
  std::uint64_t at() const { return at_; }

 private:
  const Question question_;
  std::optional<HistoryEvents> events_;
  projections::Interactions interactions_;
  std::vector<std::string> asking_;
  std::uint64_t at_ = 0, last_ = 0;
  bool any_ = false;
};

// ---- a page

Response history_page(const Question& question, std::uint64_t after, std::size_t limit) {
  History history(question);
  Response response;
  auto done = history.open(response.body);
  if (done) done = history.skip_to(after);
  if (done && !history.at_end()) done = history.append(response.body, limit, kMaxPageBytes);
  if (done) done = history.close(response.body);
  if (!done) return detail_response(done.error());
  if (!history.at_end()) response.headers.emplace_back("X-Next-Cursor", std::to_string(history.at()));
  return response;
}

// ---- the whole

// A history of one part is an answer of known length. After an error in a later part the body is no JSON.
class HistoryStream final : public PartStream {
 public:
  HistoryStream(const Question& question, std::size_t high_water) : PartStream(high_water), history_(question) {}

 private:
  void fill(Part& part) override {
    Expected<void> done;
    if (!opened_) done = history_.open(part.text);
    opened_ = true;
    if (done && !history_.at_end()) done = history_.append(part.text, kPartEvents, kPartBytes);
    if (done && history_.at_end()) {
      part.last = true;
      done = history_.close(part.text);
    }
    if (!done) part.error = done.error();
  }

  Response head() const override { return {}; }
  Response failure(const Error& error) const override { return detail_response(error); }
  bool plain_when_short() const override { return true; }

  History history_;
  bool opened_ = false;
};

void full_read(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto name = run_name(request);
  if (!name) return exchange.respond(name.error());
  const auto limit = query_number(request, "limit", 0, 1, kMaxLimit);
  if (!limit) return exchange.respond(limit.error());
  const auto after = query_number(request, "cursor", 0, 1, INT64_MAX);
  if (!after) return exchange.respond(after.error());
  Question question{surface.gateway, *name, workspace_of(request)};
  if (*limit == 0 && *after == 0) {
    std::make_shared<HistoryStream>(std::move(question), surface.options.stream_high_water)->begin(exchange);
    return;
  }
  exchange.offload([question = std::move(question), after = *after, limit = *limit == 0 ? kMaxLimit : *limit] {
    return history_page(question, after, limit);
  });
}

// ---- compact

Response compact_body(const Question& question) {
  auto run = open_run(question);
  if (!run) return detail_response(run.error());
  HistoryCompact compact(std::move(run->groups));
  projections::Interactions interactions;
  const auto read =
      question.gateway.queries().chunks(question.name.id, [&](const events::Chunk& chunk, std::string_view) {
        std::uint64_t id = chunk.first_event_id;
        if (id > run->last_event_id) return false;
        for (const events::Event& event : chunk.events) {
          compact.fold(id++, chunk.time, event);
          interactions.fold(event, chunk.time);
        }
        return true;
      });
  if (!read) return detail_response(read.error());
  Response response;
  response.body = std::move(run->head);
  response.body += ",\"events\":[";
  compact.append_rows(response.body);
  response.body += "],\"interaction_states\":";
  append_interaction_states(response.body, interactions);
  response.body += '}';
  return response;
}

void compact_read(const Surface& surface, Exchange& exchange) {
  const auto name = run_name(exchange.request());
  if (!name) return exchange.respond(name.error());
  exchange.offload([question = Question{surface.gateway, *name, workspace_of(exchange.request())}] {
    return compact_body(question);
  });
}

}  // namespace

void add_workflow_execution_reads(Router& router, const Surface& surface) {
  add_run_route<full_read>(router, surface, Method::get, "", kMayRead, RateClass::read);
  add_run_route<compact_read>(router, surface, Method::get, "/compact", kMayRead, RateClass::read);
}

}  // namespace reprise::http
