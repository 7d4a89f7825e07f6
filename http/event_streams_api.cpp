// GET /api/events/stream and GET /api/executions/{id}/events/stream: public events as server-sent events.
#include <memory>
#include <optional>

#include "http/feed_request.hpp"
#include "http/feed_stream.hpp"
#include "http/run_stream.hpp"

namespace reprise::http {
namespace {

void stream_feed(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  auto filter = feed_filter(request);
  if (!filter) return exchange.respond(filter.error());
  auto from = stream_start(request, surface.gateway.feed());
  if (!from) return exchange.respond(from.error());
  std::make_shared<FeedStream>(surface, std::move(*filter))->begin(exchange, std::move(*from));
}

// The id of a message is the event's.
class RunEvents final : public RunStream {
 public:
  RunEvents(const Surface& surface, const ExecutionId& id, std::string workspace, std::uint64_t after,
            events::TypeSet types)
      : RunStream(surface, id, std::move(workspace), after), types_(types) {}

 private:
  void append(std::string& out, const events::Record& record, std::span<const events::Record>,
              const projections::StatusRow& row) const override {
    if (!events::contains(types_, record.event)) return;
    append_stream_event(out, std::to_string(record.event_id), record, row.workflow_id);
  }
  std::string_view preface() const override { return kRetryLine; }
  // Tells an EventSource not to come back.
  std::optional<Response> nothing_left() const override {
    Response response;
    response.status = 204;
    return response;
  }

  const events::TypeSet types_;
};

void stream_run(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto id = execution_id(request);
  if (!id) return exchange.respond(id.error());
  const auto types = types_wanted(request);
  if (!types) return exchange.respond(types.error());
  const auto after = event_start(request);
  if (!after) return exchange.respond(after.error());
  std::make_shared<RunEvents>(surface, *id, workspace_of(request), *after, *types)->begin(exchange);
}

}  // namespace

void add_event_stream_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/events/stream", kMayRead, RateClass::list, stream_feed);
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/events/stream", kMayRead, RateClass::read,
            stream_run);
}

}  // namespace reprise::http
