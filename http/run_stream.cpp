#include "http/run_stream.hpp"

#include "http/error_body.hpp"

namespace reprise::http {
namespace {

constexpr std::size_t kPageEvents = 128;
constexpr std::size_t kPageBytes = 256u << 10;

}  // namespace

RunStream::RunStream(const Surface& surface, const ExecutionId& id, std::string workspace, std::uint64_t after)
    : gateway_(surface.gateway),
      options_(surface.options),
      id_(id),
      workspace_(std::move(workspace)),
      after_(after),
      heartbeat_(surface.options.heartbeat_s) {}

void RunStream::begin(Exchange& exchange) {
  ticket_ = exchange.defer(
      [self = shared_from_this()](Exchange& e, actors::Answer&& answer) {
        if (self->ended_) return;
        if (answer.error.code != errc::ok) return self->stop(e, answer.error);
        self->wake(e);
      },
      [&gateway = gateway_](actors::Ticket gone) { gateway.abandon(gone); });
  gateway_.watch(id_, ticket_);
}

// News, or room for more: reads on, unless that is under way.
void RunStream::wake(Exchange& exchange) {
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

RunStream::Page RunStream::read(storage::Reach reach) const {
  Page page;
  page.after = after_;
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
  if (after_ > row->last_event_id) {
    page.error = Error{errc::invalid,
                       "Event " + std::to_string(after_) + " does not exist: the execution has " +
                           std::to_string(row->last_event_id) + " events so far.",
                       {}};
    return page;
  }
  bool full = false;
  const auto next = gateway_.queries().events(
      id_, after_, kPageEvents,
      [&](const events::Record& record, std::span<const events::Record> rest) {
        if (full || record.event_id > row->last_event_id) return;  // what came since, the next read takes
        append(page.text, record, rest, *row);
        page.empty = false;
        page.after = record.event_id;
        full = page.text.size() >= kPageBytes;
      },
      reach);
  if (!next) {
    page.error = next.error();
    return page;
  }
  page.more = full || *next != 0;
  // A client that has seen the end and comes back gets nothing and is told so by the end of the stream.
  if (row->final && page.after >= row->last_event_id) page.ended = true;
  return page;
}

void RunStream::write(Exchange& exchange, const Page& page) {
  if (ended_) return;
  if (page.error) return stop(exchange, *page.error);
  const bool over = page.ended && !page.more;
  if (!begun_ && over && page.empty) {
    if (auto answer = nothing_left()) {
      ended_ = true;
      gateway_.abandon(ticket_);
      return exchange.respond(std::move(*answer));
    }
  }
  if (!begun_) begin_stream(exchange);
  after_ = page.after;
  if (!page.text.empty()) exchange.write(page.text);
  if (over) return stop(exchange, std::nullopt);
  behind_ = page.more;
  if (behind_ || again_) wake(exchange);
}

void RunStream::begin_stream(Exchange& exchange) {
  begun_ = true;
  exchange.begin_stream(event_stream_head());
  if (!preface().empty()) exchange.write(preface());
  exchange.on_drained([self = shared_from_this()](Exchange& e) {
    if (self->again_) self->wake(e);
  });
  exchange.on_tick([self = shared_from_this()](Exchange& e) {
    if (!self->ended_ && self->heartbeat_.due(e)) e.write(kHeartbeat);
  });
}

void RunStream::stop(Exchange& exchange, const std::optional<Error>& error) {
  ended_ = true;
  gateway_.abandon(ticket_);
  if (begun_) {
    if (!error) return exchange.end_stream();
    exchange.note_damage(damage_of(*error));
    exchange.break_off();
  } else if (error) {
    exchange.respond(error_response(*error, to_string(id_)));
  }
}

}  // namespace reprise::http
