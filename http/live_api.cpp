// GET /api/executions/{id}/live: server-sent events. The engine only wakes the stream; the stream reads events after
// its position, a page at a time, and reads no further while the client has not taken what was written.
#include <memory>
#include <optional>

#include "http/live_messages.hpp"
#include "http/request_check.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kPageEvents = 128;
constexpr std::size_t kPageBytes = 256u << 10;

class LiveStream : public std::enable_shared_from_this<LiveStream> {
 public:
  LiveStream(const Surface& surface, const ExecutionId& id, std::string workspace, LivePosition position)
      : gateway_(surface.gateway),
        options_(surface.options),
        id_(id),
        workspace_(std::move(workspace)),
        position_(position) {}

  void begin(Exchange& exchange) {
    ticket_ = exchange.defer(
        [self = shared_from_this()](Exchange& e, actors::Answer&& answer) {
          if (self->ended_) return;
          if (answer.error.code != errc::ok) return self->stop(e, answer.error);
          self->wake(e);
        },
        [&gateway = gateway_](actors::Ticket gone) { gateway.abandon(gone); });
    gateway_.watch(id_, ticket_);
  }

 private:
  struct Page {
    std::string text;
    LivePosition position;
    bool more = false;   // there were further events when it was read
    bool ended = false;  // nothing will follow
    std::optional<Error> error;
  };

  // News, or room for more: reads on, unless that is under way.
  void wake(Exchange& exchange) {
    if (ended_) return;
    if (reading_) {
      again_ = true;
      return;
    }
    if (begun_ && exchange.unsent() >= options_.stream_high_water) {
      again_ = true;  // on_drained goes on
      return;
    }
    again_ = false;
    // The events that woke the stream are new: mostly they are in memory. A long history is read elsewhere.
    if (!behind_) {
      const Page page = read(storage::Reach::cached);
      if (!page.error || page.error->code != errc::would_block) return write(exchange, page);
    }
    reading_ = true;
    auto page = std::make_shared<Page>();
    exchange.read_then(
        [self = shared_from_this(), page] {
          *page = self->read(storage::Reach::disk);
          return std::string();
        },
        [self = shared_from_this(), page](Exchange& e, std::string&&) {
          self->reading_ = false;
          self->write(e, *page);
        });
  }

  Page read(storage::Reach reach) const {
    Page page;
    page.position = position_;
    const auto bytes = gateway_.queries().status_row(id_, workspace_, reach);
    if (!bytes) {
      page.error = bytes.error();
      return page;
    }
    const auto row = projections::parse_status_row(*bytes);
    if (!row) {
      page.error = row.error();
      return page;
    }
    bool full = false;
    const auto next = gateway_.queries().events(
        id_, position_.event_id, kPageEvents,
        [&](const events::Record& record) {
          if (full) return;
          append_live_messages(page.text, record, page.position.messages);
          page.position = {record.event_id, 0};
          page.ended = page.ended || ends_live_view(record.event);
          full = page.text.size() >= kPageBytes;
        },
        reach);
    if (!next) {
      page.error = next.error();
      return page;
    }
    page.more = full || *next != 0;
    // A client that has seen the end and comes back gets nothing and is told so by the end of the stream.
    if (row->final && page.position.event_id >= row->last_event_id) page.ended = true;
    return page;
  }

  void write(Exchange& exchange, const Page& page) {
    if (page.error) return stop(exchange, *page.error);
    if (!begun_) begin_stream(exchange);
    position_ = page.position;
    if (!page.text.empty()) exchange.write(page.text);
    if (page.ended && !page.more) return stop(exchange, std::nullopt);
    behind_ = page.more;
    if (behind_ || again_) wake(exchange);
  }

  void begin_stream(Exchange& exchange) {
    Response head;
    head.content_type = "text/event-stream";
    head.headers.emplace_back("Cache-Control", "no-cache");
    head.headers.emplace_back("X-Accel-Buffering", "no");
    begun_ = true;
    exchange.begin_stream(std::move(head));
    exchange.on_drained([self = shared_from_this()](Exchange& e) {
      if (self->again_) self->wake(e);
    });
    exchange.on_tick([self = shared_from_this()](Exchange& e) { self->tick(e); });
  }

  // A client that takes nothing gets no heartbeats piled up for it; the server cuts it off.
  void tick(Exchange& exchange) {
    if (ended_ || ++seconds_ < options_.heartbeat_s) return;
    seconds_ = 0;
    if (exchange.unsent() == 0) exchange.write(": heartbeat\n\n");
  }

  void stop(Exchange& exchange, const std::optional<Error>& error) {
    ended_ = true;
    gateway_.abandon(ticket_);
    if (begun_) {
      exchange.end_stream();
    } else if (error) {
      exchange.respond(error_response(*error, to_string(id_)));
    }
  }

  actors::Gateway& gateway_;
  const ApiOptions& options_;
  const ExecutionId id_;
  const std::string workspace_;
  actors::Ticket ticket_;
  LivePosition position_;
  std::uint32_t seconds_ = 0;  // since the last heartbeat
  bool begun_ = false, reading_ = false, again_ = false, ended_ = false;
  bool behind_ = false;  // more events were there than the last page took
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
  std::make_shared<LiveStream>(surface, *id, workspace_of(request), position)->begin(exchange);
}

}  // namespace

void add_live_routes(Router& router, const Surface& surface) {
  add_route(router, surface, Method::get, "/api/executions/{execution_id}/live", kMayRead, RateClass::read, live);
}

}  // namespace reprise::http
