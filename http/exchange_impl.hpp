// The exchange behind exchange.hpp: one request's place in its connection, and the callbacks that wait for its answer.
//
// Its object is kept in a pool of its loop and used again; the ids that leave the loop (tickets, jobs) carry a
// generation and never fit a later use. All its members belong to the loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "http/exchange.hpp"
#include "http/message.hpp"
#include "http/parser_stock.hpp"
#include "http/router.hpp"

namespace reprise::http {

class Connection;
class ConnectionLoop;

class ExchangeImpl final : public Exchange {
 public:
  ExchangeImpl(ConnectionLoop& loop, std::uint32_t slot) : loop_(loop), slot_(slot) {}

  const Request& request() const override { return request_; }
  Request& request() override { return request_; }
  void respond(Response response) override;
  actors::Ticket defer(OnAnswer on_answer, OnGone on_gone) override;
  void on_undelivered(OnUndelivered callback) override { on_undelivered_ = std::move(callback); }
  void offload(std::function<Response()> work) override;
  void begin_stream(Response head) override;
  void write(std::string_view bytes) override;
  std::size_t unsent() const override;
  void on_drained(std::function<void(Exchange&)> callback) override { on_drained_ = std::move(callback); }
  void on_tick(std::function<void(Exchange&)> callback) override { on_tick_ = std::move(callback); }
  void end_stream() override;
  void break_off() override;
  void note_damage(std::string damage) override;
  void read_then(std::function<std::string()> work, std::function<void(Exchange&, std::string&&)> done) override;

 private:
  friend class Connection;
  friend class ConnectionLoop;

  enum class Stage : std::uint8_t {
    free,       // in the pool
    reading,    // the parser fills it in
    waiting,    // complete, but not handled yet: requests before it must be answered first
    handling,   // the handler has it
    streaming,  // the head of the response is out, more comes
    answered,   // nothing more comes; its bytes may still wait for their turn
    over,       // has left its connection; the object rests until no callback can be using it
  };

  bool open() const { return stage_ == Stage::handling || stage_ == Stage::streaming; }
  // An id that was never used before and that leads to this exchange until it is over.
  std::uint64_t new_id() { return (++generation_ << kSlotBits) | slot_; }
  void start(Connection& connection);
  void clear();

  static constexpr unsigned kSlotBits = 20;
  static constexpr std::uint64_t kSlotMask = (std::uint64_t{1} << kSlotBits) - 1;

  ConnectionLoop& loop_;
  const std::uint32_t slot_;
  Stage stage_ = Stage::free;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool safe_ = false;         // its method changes nothing
  bool head_only_ = false;    // the answer to HEAD
  bool mute_ = false;         // a stream in answer to HEAD: what is written to it goes nowhere
  bool taken_up_ = false;     // the handler has said how it will answer
  bool close_after_ = false;  // the response ends the connection
  bool wrote_ = false;        // bytes of the stream that on_drained has not been told of
  int status_ = 0;
  std::string damage_;  // for the observer
  std::uint64_t generation_ = 0;
  std::uint64_t serial_ = 0;  // the id of its jobs
  std::uint64_t ticket_ = 0;  // the id of its answers; 0: none
  std::uint64_t started_ns_ = 0;
  Connection* connection_ = nullptr;
  ExchangeImpl* next_ = nullptr;  // in its connection's queue
  const Route* route_ = nullptr;
  Request request_;
  RequestStock stock_;
  std::string held_;  // bytes of the response, while those before it are not answered

  OnAnswer on_answer_;
  OnGone on_gone_;
  OnUndelivered on_undelivered_;
  std::function<void(Exchange&)> on_drained_, on_tick_;
};

}  // namespace reprise::http
