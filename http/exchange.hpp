// One request and the answer it gets: now, later, or as a stream. An exchange belongs to one connection and one loop
// thread; its answer can reach no other connection.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "actors/answer.hpp"
#include "http/message.hpp"

namespace reprise::http {

// Loop thread only, except where said. A handler must respond, defer, offload or begin a stream, exactly once.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual const Request& request() const = 0;
  virtual Request& request() = 0;

  // Answers now. Answers of pipelined requests leave in the order of the requests.
  virtual void respond(Response response) = 0;

  // Answers later: the ticket goes to the engine, and `on_answer` is called on the loop thread with what comes.
  // `on_gone` is called instead (or afterwards, for streams) when the client has gone away; may be empty. The exchange
  // stays valid until it has responded, its stream has ended, or on_gone has been called.
  using OnAnswer = std::function<void(Exchange&, actors::Answer&&)>;
  using OnGone = std::function<void(actors::Ticket)>;
  virtual actors::Ticket defer(OnAnswer on_answer, OnGone on_gone = {}) = 0;

  // Called when a response could not be handed to the client's socket because the connection had gone before on_answer
  // was called: gives the answer back (tasks of a poll). Set after defer().
  using OnUndelivered = std::function<void(actors::Answer&&)>;
  virtual void on_undelivered(OnUndelivered callback) = 0;

  // Runs `work` on one of the server's query threads (it may read the disk) and responds with what it returns. When the
  // query threads' queue is full: 503 with Retry-After.
  virtual void offload(std::function<Response()> work) = 0;

  // A response of unknown length, sent in chunks. After defer(), every delivery to the ticket calls on_answer again.
  virtual void begin_stream(Response head) = 0;
  virtual void write(std::string_view bytes) = 0;                        // queues bytes; never blocks
  virtual std::size_t unsent() const = 0;                                // bytes that the client has not taken yet
  virtual void on_drained(std::function<void(Exchange&)> callback) = 0;  // unsent() fell to zero
  virtual void on_tick(std::function<void(Exchange&)> callback) = 0;     // about every second, for heartbeats
  virtual void end_stream() = 0;
  // Ends a stream that is not complete: what was written goes out, and then the connection closes without the last
  // chunk, so that the client does not take what it has for all.
  virtual void break_off() = 0;
  virtual void note_damage(std::string damage) = 0;  // as Response::damage, of a stream; before it ends

  // Runs `work` on a query thread, then `done` with its result back on the loop thread: for streams that read the
  // store.
  virtual void read_then(std::function<std::string()> work, std::function<void(Exchange&, std::string&&)> done) = 0;
};

}  // namespace reprise::http
