// One execution followed as server-sent events. The engine only wakes the stream; the stream reads events after its
// position, a page at a time, and reads no further while the client has not taken what was written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/event_stream.hpp"
#include "http/surface.hpp"
#include "projections/execution_view.hpp"

namespace reprise::http {

class RunStream : public std::enable_shared_from_this<RunStream> {
 public:
  // `after`: the id of the last event that the client has seen.
  RunStream(const Surface& surface, const ExecutionId& id, std::string workspace, std::uint64_t after);
  virtual ~RunStream() = default;

  // On the exchange's loop; once.
  void begin(Exchange& exchange);

 protected:
  // Appends what the client is shown of an event; `rest` is what follows it in its chunk, `row` is of the run as it was
  // at the event or later. The stream ends with the last event of a run that is final. On the loop or a query thread,
  // one call at a time; an event may be asked for again when a read did not come to its end.
  virtual void append(std::string& out, const events::Record& record, std::span<const events::Record> rest,
                      const projections::StatusRow& row) const = 0;
  // The first bytes.
  virtual std::string_view preface() const { return {}; }
  // In place of a stream, when the run is final and there is nothing that the client has not seen.
  virtual std::optional<Response> nothing_left() const { return std::nullopt; }

 private:
  struct Page {
    std::string text;
    std::uint64_t after = 0;
    bool more = false;   // there were further events when it was read
    bool ended = false;  // nothing will follow
    bool empty = true;   // no event was read
    std::optional<Error> error;
  };

  void wake(Exchange& exchange);
  Page read(storage::Reach reach) const;
  void write(Exchange& exchange, const Page& page);
  void begin_stream(Exchange& exchange);
  void stop(Exchange& exchange, const std::optional<Error>& error);

  actors::Gateway& gateway_;
  const ApiOptions& options_;
  const ExecutionId id_;
  const std::string workspace_;
  actors::Ticket ticket_;
  std::uint64_t after_;
  Heartbeat heartbeat_;
  bool begun_ = false, reading_ = false, again_ = false, ended_ = false;
  bool behind_ = false;  // more events were there than the last page took
};

}  // namespace reprise::http
