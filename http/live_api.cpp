// GET /api/executions/{id}/live: what a person who watches a run is shown, as server-sent events.
#include <memory>

#include "http/live_messages.hpp"
#include "http/request_check.hpp"
#include "http/run_stream.hpp"

namespace reprise::http {
namespace {

class LiveView final : public RunStream {
 public:
  LiveView(const Surface& surface, const ExecutionId& id, std::string workspace, LivePosition position)
      : RunStream(surface, id, std::move(workspace), position.event_id), position_(position) {}

 private:
  void append(std::string& out, const events::Record& record, std::span<const events::Record> rest,
              const projections::StatusRow& row) const override {
    append_live_messages(out, record, rest, row, record.event_id == position_.event_id + 1 ? position_.messages : 0);
  }

  const LivePosition position_;  // at the beginning
};

void live(const Surface& surface, Exchange& exchange) {
  const Request& request = exchange.request();
  const auto id = execution_id(request);
  if (!id) return exchange.respond(id.error());
  LivePosition position;
  if (const std::string_view text = request.header("last-event-id"); !text.empty()) {
    const auto seen = parse_live_id(text);
    if (!seen) return exchange.respond(invalid("Last-Event-ID must be the id of a message of this stream.").value());
    position = *seen;
  }
  std::make_shared<LiveView>(surface, *id, workspace_of(request), position)->begin(exchange);
}

}  // namespace

void add_live_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/live", kMayRead, RateClass::read, live);
}

}  // namespace reprise::http
