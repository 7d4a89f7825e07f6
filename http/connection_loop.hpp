// The connections of one loop thread, the exchanges on them, and what other threads hand over to them.
//
// It knows sockets, but not who polls them: the transport tells it of events, inside begin_turn() and end_turn(), and
// is asked to watch and to close through Sockets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/answer.hpp"
#include "http/connection.hpp"
#include "http/exchange_impl.hpp"
#include "http/query_pool.hpp"
#include "http/response_writer.hpp"
#include "http/server.hpp"

namespace reprise::http {

// What all loops of a server share.
struct ServerContext {
  ServerOptions options;
  const Router& router;
  Gatekeeper gatekeeper;
  ErrorBody error_body;
  Observer observer;
  QueryPool queries;
  std::atomic<std::uint64_t> connections{0}, accepted{0}, refused{0}, timed_out{0};

  Response error(std::string_view path, int status, std::string_view sentence) const;
};

// Loop thread only.
class Sockets {
 public:
  virtual ~Sockets() = default;
  virtual void watch_output(int socket) = 0;  // from now on tell when it takes bytes again
  virtual void close(int socket) = 0;
};

class ConnectionLoop final : public actors::ReplySink {
 public:
  explicit ConnectionLoop(ServerContext& context);
  ~ConnectionLoop() override;
  ConnectionLoop(const ConnectionLoop&) = delete;
  ConnectionLoop& operator=(const ConnectionLoop&) = delete;

  // Any thread.
  void deliver(std::vector<actors::Delivery>&& batch) noexcept override;
  void drain() { advance_phase(Phase::draining); }
  void end() { advance_phase(Phase::ended); }
  bool busy() const { return busy_.load(); }    // while draining: requests are in flight
  bool ended() const { return ended_.load(); }  // after end(): all connections are closed
  // After the loop's thread has ended: gives back what came too late.
  void give_back_rest() noexcept;
  std::uint64_t requests() const { return requests_.load(std::memory_order_relaxed); }

  // From the transport. Nothing is thrown out.
  int wake_fd() const { return wake_fd_; }
  int timer_fd() const { return timer_fd_; }
  void attach(Sockets* sockets) { sockets_ = sockets; }
  void begin_turn() noexcept;
  void end_turn() noexcept;
  void opened(int socket, std::size_t id, std::string peer) noexcept;
  bool knows(int socket) const { return find(socket) != nullptr; }
  void event(int socket, const Readiness& ready) noexcept;
  void tick() noexcept;

  // From connections and exchanges.
  const ServerOptions& options() const { return context_.options; }
  std::uint64_t now_ms() const { return now_ms_; }
  std::string_view date();
  bool draining() const { return draining_; }
  char* scratch() { return scratch_.get(); }
  static constexpr std::size_t kScratch = 64u << 10;
  static constexpr std::size_t kMaxBodyBytes = 256u << 20;  // of requests that are not complete

  ExchangeImpl* acquire(Connection& connection);
  void release(ExchangeImpl& exchange);       // its connection has let go of it
  void release_gone(ExchangeImpl& exchange);  // so it has, before it was answered
  void handle(ExchangeImpl& exchange);
  void refuse(ExchangeImpl& exchange, int status, std::string_view sentence, bool close);
  static void ask_to_retry(Response& response);
  void farewell(ExchangeImpl& exchange);  // its on_gone is called when no handler is running
  void observe(const ExchangeImpl& exchange);
  void count_timeout() { ++context_.timed_out; }
  // False: more than all connections together may have under way.
  bool count_bodies(std::size_t before, std::size_t now) {
    body_bytes_ += now - before;
    return now <= before || body_bytes_ <= kMaxBodyBytes;
  }
  void mark_dirty(Connection& connection);
  void mark_again(Connection& connection);          // serviced again in the next turn
  void mark_drained(const ExchangeImpl& exchange);  // on_drained is called in the next turn
  void doom(Connection& connection);                // gone() as soon as no handler is running
  void watch_output(int socket) { sockets_->watch_output(socket); }
  void close(Connection& connection);
  void call_tick(ExchangeImpl& exchange);
  void offload(ExchangeImpl& exchange, std::function<Response()>&& work);
  void read_then(ExchangeImpl& exchange, std::function<std::string()>&& work,
                 std::function<void(Exchange&, std::string&&)>&& done);

 private:
  enum class Phase : std::uint8_t { running, draining, ended };
  // What a query thread has made for an exchange.
  struct QueryResult {
    std::uint64_t serial = 0;
    std::function<void(ExchangeImpl&)> take;  // empty: the work has failed
  };
  // Gives back an answer that comes for a request whose client has gone.
  struct Orphan {
    Exchange::OnUndelivered callback;
    std::uint64_t until_ms = 0;
  };
  struct Farewell {
    Exchange::OnGone callback;
    actors::Ticket ticket;
  };
  struct Handle {
    int socket;
    std::size_t id;
  };

  Connection* find(int socket) const;
  ExchangeImpl* find_exchange(std::uint64_t id) const;
  // Whatever `callback` throws stays here.
  template <class F>
  void call(ExchangeImpl& exchange, F&& callback) {
    ++calls_;
    try {
      callback();
    } catch (...) {
      failed(exchange);
    }
    --calls_;
    recycle();
  }
  void failed(ExchangeImpl& exchange);
  void route(ExchangeImpl& exchange);
  void post(QueryResult&& result) noexcept;
  bool read_inbox();
  bool has_mail();
  void take_answer(actors::Delivery& delivery);
  void take_result(QueryResult& result);
  void give_back(actors::Delivery& delivery);
  void settle();
  void follow_phase();
  void recycle();
  void wake() noexcept;
  void advance_phase(Phase phase);

  static thread_local const ConnectionLoop* current_;  // whose turn it is on this thread

  ServerContext& context_;
  Sockets* sockets_ = nullptr;
  int wake_fd_ = -1, timer_fd_ = -1;
  std::unique_ptr<char[]> scratch_;
  DateLine date_;
  std::uint64_t now_ms_ = 0, turn_ns_ = 0, last_second_ms_ = 0;

  std::vector<std::unique_ptr<Connection>> connections_;  // by socket
  std::vector<std::unique_ptr<Connection>> graveyard_;    // closed in this turn
  std::vector<std::unique_ptr<ExchangeImpl>> exchanges_;  // by slot
  std::vector<ExchangeImpl*> free_, over_;
  std::vector<Connection*> dirty_, doomed_;
  std::vector<Handle> again_;
  std::vector<std::uint64_t> drained_;  // serials
  std::vector<Farewell> farewells_;
  std::unordered_map<std::uint64_t, Orphan> orphans_;  // by ticket
  std::vector<std::function<void()>> postponed_;       // reads that found the query threads' queue full
  std::size_t body_bytes_ = 0;                         // of requests that are not complete
  unsigned calls_ = 0;                                 // callbacks on the stack
  bool draining_ = false;

  std::mutex mutex_;  // guards what other threads hand over
  std::vector<actors::Delivery> deliveries_;
  std::vector<QueryResult> results_;
  bool closed_ = false;
  std::vector<actors::Delivery> taken_deliveries_;
  std::vector<QueryResult> taken_results_;
  std::atomic<std::uint64_t> requests_{0};
  std::atomic<Phase> phase_{Phase::running};
  std::atomic<bool> busy_{true}, ended_{false};
};

}  // namespace reprise::http
