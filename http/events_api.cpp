// GET /api/executions/{id}/events: a page as JSON, or all of them as NDJSON.
#include <algorithm>
#include <memory>

#include "events/json.hpp"
#include "http/feed_request.hpp"
#include "http/part_stream.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kStreamPage = 256;
constexpr std::size_t kLookedAt = 10'000;  // of a page, those too that the filter leaves out
constexpr std::size_t kMaxPageBytes = 8u << 20;
constexpr std::size_t kStreamPageBytes = 512u << 10;
constexpr std::string_view kNdjson = "application/x-ndjson";

struct Question {
  actors::Gateway& gateway;
  ExecutionId id;
  std::string workspace;
  events::TypeSet types;
};

// The workflow's id, which public events carry as their subject; an error where the caller may not see the run.
Expected<std::string> subject_of(const Question& question) {
  const auto bytes = question.gateway.queries().status_row(question.id, question.workspace, storage::Reach::disk);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto row = projections::parse_status_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  return std::string(row->workflow_id);
}

struct Part {
  std::size_t limit = 0;      // events taken
  std::size_t max_bytes = 0;  // after which no further event is taken
  char separator = ',';
};

// Appends events after `after`; returns where to go on, 0 at the end.
Expected<std::uint64_t> append_events(std::string& out, const Question& question, std::string_view subject,
                                      std::uint64_t after, const Part& part) {
  const std::size_t begin = out.size();
  std::size_t taken = 0;
  std::uint64_t last_taken = 0, cut_after = 0;
  const bool filtered = question.types != events::all_types();
  auto next = question.gateway.queries().events(
      question.id, after, filtered ? std::max(part.limit, kLookedAt) : part.limit,
      [&](const events::Record& record) {
        if (cut_after != 0) return;
        if (taken >= part.limit || out.size() - begin >= part.max_bytes) {
          cut_after = last_taken;
          return;
        }
        if (!events::contains(question.types, record.event)) return;
        events::append_cloud_event(out, record, subject);
        out += part.separator;
        ++taken;
        last_taken = record.event_id;
      },
      storage::Reach::disk);
  if (next && cut_after != 0) return cut_after;
  return next;
}

Response events_page(const Question& question, std::uint64_t after, std::size_t limit) {
  const auto subject = subject_of(question);
  if (!subject) return error_response(subject.error(), to_string(question.id));
  Response response;
  response.body = "{\"events\":[";
  const auto next = append_events(response.body, question, *subject, after, {limit, kMaxPageBytes, ','});
  if (!next) return error_response(next.error(), to_string(question.id));
  if (response.body.back() == ',') response.body.pop_back();
  response.body.append("],\"next_after\":").append(*next == 0 ? "null" : std::to_string(*next)).append("}");
  return response;
}

// All events of a run, a line each.
class EventDump final : public PartStream {
 public:
  EventDump(Question question, std::uint64_t after, std::size_t high_water)
      : PartStream(high_water), question_(std::move(question)), after_(after) {}

 private:
  void fill(Part& part) override {
    if (subject_.empty()) {
      auto subject = subject_of(question_);
      if (!subject) {
        part.error = subject.error();
        return;
      }
      subject_ = std::move(*subject);
    }
    const auto next = append_events(part.text, question_, subject_, after_, {kStreamPage, kStreamPageBytes, '\n'});
    if (!next) {
      part.error = next.error();
      return;
    }
    after_ = *next;
    part.last = *next == 0;
  }

  Response head() const override {
    Response response;
    response.content_type = kNdjson;
    return response;
  }
  Response failure(const Error& error) const override { return error_response(error, to_string(question_.id)); }
  bool plain_when_short() const override { return false; }

  Question question_;
  std::string subject_;
  std::uint64_t after_;
};

void get_events(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto id = execution_id(request);
  if (!id) return exchange.respond(id.error());
  const auto after = number_parameter(request, "after", 0, 0, INT64_MAX);
  if (!after) return exchange.respond(after.error());
  const auto limit = number_parameter(request, "limit", 1000, 1, 10'000);
  if (!limit) return exchange.respond(limit.error());
  const auto types = types_wanted(request);
  if (!types) return exchange.respond(types.error());
  Question question{surface.gateway, *id, workspace_of(request), *types};
  if (accepts(request, kNdjson)) {
    std::make_shared<EventDump>(std::move(question), *after, surface.options.stream_high_water)->begin(exchange);
    return;
  }
  exchange.offload(
      [question = std::move(question), after = *after, limit = *limit] { return events_page(question, after, limit); });
}

}  // namespace

void add_event_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/events", kMayRead, RateClass::read,
            get_events);
}

}  // namespace reprise::http
