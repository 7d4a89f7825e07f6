// One client's connection: its bytes in, its requests in their order, its bytes out. Loop thread only.
//
// Handlers are called from within service() and from the loop's callbacks; what they do (answers, streams) only changes
// the queue and the output here. Sockets are written and connections closed in service() and gone(), which no handler
// is on the stack of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/connection_output.hpp"
#include "http/exchange_impl.hpp"
#include "http/parser.hpp"

namespace reprise::http {

class ConnectionLoop;

// What the poller has said of a socket.
struct Readiness {
  bool readable = false;
  bool writable = false;
  bool hangup = false;       // reset, or closed both ways
  bool peer_closed = false;  // the client sends no more
};

class Connection {
 public:
  Connection(ConnectionLoop& loop, int socket, std::size_t id, std::string peer);

  int socket() const { return socket_; }
  std::size_t id() const { return id_; }
  bool dead() const { return dead_; }
  // A request in flight, or bytes of an answer that are not sent.
  bool busy() const { return head_ != nullptr || !output_.empty(); }
  bool in_body() const;  // a request has come in part, its header whole

  void event(const Readiness& ready);
  // Goes on wherever there is something to do: requests that may be handled, bytes to send, bytes to read.
  void service();
  void check_timeouts(std::uint64_t now_ms);
  void tick_streams();
  // Sends these bytes and then closes.
  void turn_away(std::string_view bytes);
  // Ends the streams that are open: the server is closing.
  void end_streams();
  // Drops everything at once and closes; whoever waits for an answer is told.
  void gone();

  // Of the exchange: see exchange.hpp.
  void answer(ExchangeImpl& exchange, Response&& response);
  void begin_stream(ExchangeImpl& exchange, Response&& head);
  void write(ExchangeImpl& exchange, std::string_view bytes);
  void end_stream(ExchangeImpl& exchange);
  void break_off(ExchangeImpl& exchange);
  std::size_t unsent(const ExchangeImpl& exchange) const;

 private:
  friend class ConnectionLoop;

  bool may_read() const;
  bool read_once();
  void feed(std::string_view bytes);
  void end_of_input();
  void begin_reading();
  void complete_reading();
  ExchangeImpl& stop_reading();
  bool count_body(std::size_t bytes);
  void enqueue(ExchangeImpl& exchange);
  void refuse_reading(int status, std::string_view sentence);
  void dispatch();
  void flush();
  void offer_continue();
  void wind_up();
  void half_close();
  void discard_input();
  template <class F>
  void put(ExchangeImpl& exchange, F&& write);
  void finish(ExchangeImpl& exchange);
  void advance();
  void drop_queue();
  bool someone_watches() const;

  ConnectionLoop& loop_;
  const int socket_;
  const std::size_t id_;
  const std::string peer_;
  RequestParser parser_;
  ExchangeImpl* reading_ = nullptr;  // the request that the parser is in
  ExchangeImpl* head_ = nullptr;     // the queue of complete requests: the first is the one that is answered next
  ExchangeImpl* tail_ = nullptr;
  ExchangeImpl* next_waiting_ = nullptr;  // the first of the queue that is not handled yet
  std::size_t queued_ = 0;
  std::size_t open_ = 0;         // of the queue: handled, not answered
  std::size_t open_unsafe_ = 0;  // of those: with a method that may change something
  ConnectionOutput output_;
  std::size_t held_bytes_ = 0;  // of the queue's exchanges
  std::string input_;           // read but not parsed: reading has stopped meanwhile

  bool dead_ = false;
  bool dirty_ = false;         // in the loop's list
  bool readable_ = false;      // the socket may have more
  bool peer_closed_ = false;   // the client has sent its last byte; perhaps not all are read
  bool end_of_input_ = false;  // all are read
  bool closing_ = false;       // no request is taken any more; closes when all is answered and sent
  bool lingering_ = false;     // all is sent and our side is closed; waits for the client's side
  bool continued_ = false;     // 100 Continue was sent for the request that is being read
  bool blocked_ = false;       // the socket takes no more at the moment
  bool watching_output_ = false;
  bool doomed_ = false;  // gone() comes as soon as no handler is running
  bool again_ = false;   // in the loop's list for the next turn
  std::uint64_t idle_since_ms_;
  std::uint64_t head_since_ms_ = 0;     // when the request's first byte came
  std::uint64_t body_since_ms_ = 0;     // when its body last made progress; 0: none of it has come
  std::uint64_t stalled_since_ms_ = 0;  // 0: nothing waits to be sent
  std::uint64_t linger_since_ms_ = 0;
  std::size_t discarded_ = 0;
  std::size_t counted_body_ = 0;
  std::size_t body_mark_ = 0;  // how much of the body there was at body_since_ms_
};

}  // namespace reprise::http
