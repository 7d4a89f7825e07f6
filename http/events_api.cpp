// GET /api/executions/{id}/events: a page as JSON, or all of them as NDJSON.
#include <memory>

#include "events/json.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kStreamPage = 256;
constexpr std::size_t kMaxPageBytes = 8u << 20;
constexpr std::size_t kStreamPageBytes = 512u << 10;
constexpr std::string_view kNdjson = "application/x-ndjson";

struct Question {
  actors::Gateway& gateway;
  ExecutionId id;
  std::string workspace;
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
  std::size_t limit = 0;
  std::size_t max_bytes = 0;  // after which no further event is taken
  char separator = ',';
};

// Appends events after `after`; returns where to go on, 0 at the end.
Expected<std::uint64_t> append_events(std::string& out, const Question& question, std::string_view subject,
                                      std::uint64_t after, const Part& part) {
  const std::size_t begin = out.size();
  std::uint64_t cut_after = 0;
  const auto next = question.gateway.queries().events(
      question.id, after, part.limit,
      [&](const events::Record& record) {
        if (cut_after != 0) return;
        events::append_cloud_event(out, record, subject);
        out += part.separator;
        if (out.size() - begin >= part.max_bytes) cut_after = record.event_id;
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

// All events of a run, a page at a time; the next is read when the client has taken most of the last.
class EventDump : public std::enable_shared_from_this<EventDump> {
 public:
  EventDump(Question question, std::uint64_t after, std::size_t high_water)
      : question_(std::move(question)), after_(after), high_water_(high_water) {}

  void begin(Exchange& exchange) { read(exchange); }

 private:
  struct Page {
    std::string text;
    std::uint64_t next = 0;
    std::optional<Error> error;
  };

  void read(Exchange& exchange) {
    auto page = std::make_shared<Page>();
    exchange.read_then(
        [self = shared_from_this(), page] {
          self->fill(*page);
          return std::string();
        },
        [self = shared_from_this(), page](Exchange& e, std::string&&) { self->write(e, *page); });
  }

  // On a query thread; only one page is read at a time.
  void fill(Page& page) {
    if (subject_.empty()) {
      auto subject = subject_of(question_);
      if (!subject) {
        page.error = subject.error();
        return;
      }
      subject_ = std::move(*subject);
    }
    const auto next = append_events(page.text, question_, subject_, after_, {kStreamPage, kStreamPageBytes, '\n'});
    if (next) {
      page.next = *next;
    } else {
      page.error = next.error();
    }
  }

  void write(Exchange& exchange, const Page& page) {
    if (page.error && !begun_) return exchange.respond(error_response(*page.error, to_string(question_.id)));
    if (!begun_) {
      Response head;
      head.content_type = kNdjson;
      begun_ = true;
      exchange.begin_stream(std::move(head));
      exchange.on_drained([self = shared_from_this()](Exchange& e) { self->go_on(e); });
    }
    exchange.write(page.text);
    // An error after the head has gone can only be told by ending early.
    if (page.error || page.next == 0) {
      exchange.end_stream();
      return;
    }
    after_ = page.next;
    waiting_ = true;
    if (exchange.unsent() < high_water_) go_on(exchange);
  }

  void go_on(Exchange& exchange) {
    if (!waiting_) return;
    waiting_ = false;
    read(exchange);
  }

  Question question_;
  std::string subject_;
  std::uint64_t after_;
  const std::size_t high_water_;
  bool begun_ = false;
  bool waiting_ = false;  // for the client to take what was written
};

void get_events(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto id = execution_id(request);
  if (!id) return exchange.respond(id.error());
  const auto after = number_parameter(request, "after", 0, 0, INT64_MAX);
  if (!after) return exchange.respond(after.error());
  const auto limit = number_parameter(request, "limit", 1000, 1, 10'000);
  if (!limit) return exchange.respond(limit.error());
  Question question{surface.gateway, *id, workspace_of(request)};
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
