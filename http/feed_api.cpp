// GET /api/events: all events of the caller's workspace by cursor, a page as JSON or the rest as NDJSON.
#include <memory>

#include "http/feed_request.hpp"
#include "http/part_stream.hpp"
#include "http/surface.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kMaxPageBytes = 8u << 20;
constexpr std::size_t kPartEvents = 512;
constexpr std::size_t kPartBytes = 512u << 10;
constexpr std::size_t kLookedAt = 10'000;
constexpr std::string_view kNdjson = "application/x-ndjson";

struct Question {
  const projections::Feed& feed;
  projections::FeedFilter filter;
  projections::FeedCursor cursor, until;
};

struct Part {
  std::size_t events = 0, bytes = 0;  // at most; one event may go beyond the bytes
  char separator = ',';
};

// Appends events after the cursor, which moves on; true: `until` is reached.
Expected<bool> append_events(std::string& out, Question& question, const Part& part) {
  const std::size_t begin = out.size();
  return question.feed.read(question.cursor, question.until, question.filter, {part.events, kLookedAt},
                            [&](const projections::FeedEvent& event) {
                              event.append(out);
                              out += part.separator;
                              return out.size() - begin < part.bytes;
                            });
}

Response feed_page(Question& question, std::size_t limit) {
  Response response;
  std::string& body = response.body;
  body = "{\"events\":[";
  const auto read = append_events(body, question, {limit, kMaxPageBytes, ','});
  if (!read) return error_response(read.error());
  if (body.back() == ',') body.pop_back();
  body.append("],\"next_cursor\":\"").append(question.feed.text(question.cursor)).append("\"}");
  return response;
}

// All events up to the end as of the request, a line each.
class FeedDump final : public PartStream {
 public:
  FeedDump(Question question, std::size_t high_water) : PartStream(high_water), question_(std::move(question)) {}

 private:
  void fill(Part& part) override {
    const auto read = append_events(part.text, question_, {kPartEvents, kPartBytes, '\n'});
    if (read) {
      part.last = *read;
    } else {
      part.error = read.error();
    }
  }
  Response head() const override {
    Response response;
    response.content_type = kNdjson;
    response.headers.emplace_back("Reprise-Next-Cursor", question_.feed.text(question_.until));
    return response;
  }
  Response failure(const Error& error) const override { return error_response(error); }
  bool plain_when_short() const override { return false; }

  Question question_;
};

void get_feed(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const projections::Feed& feed = surface.gateway.feed();
  auto filter = feed_filter(request);
  if (!filter) return exchange.respond(filter.error());
  const auto limit = number_parameter(request, "limit", 1000, 1, 10'000);
  if (!limit) return exchange.respond(limit.error());
  auto cursor = feed_cursor(request, feed);
  if (!cursor) return exchange.respond(cursor.error());
  Question question{feed, std::move(*filter), std::move(*cursor), feed.end()};
  if (accepts(request, kNdjson)) {
    std::make_shared<FeedDump>(std::move(question), surface.options.stream_high_water)->begin(exchange);
    return;
  }
  exchange.offload([question = std::move(question), limit = *limit]() mutable { return feed_page(question, limit); });
}

}  // namespace

void add_feed_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/events", kMayRead, RateClass::list, get_feed);
}

}  // namespace reprise::http
