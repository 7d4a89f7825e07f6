// The HTTP/1.1 server: Pistache's listener and reactor under our own transport and a strict, incremental parser.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "events/error.hpp"
#include "http/router.hpp"

namespace reprise::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;       // 0: any
  std::size_t loops = 1;           // loop threads
  std::size_t query_threads = 2;   // for Exchange::offload
  std::size_t query_queue = 1024;  // offloads that may wait
  std::size_t max_connections = 4096;
  std::size_t max_header_bytes = 16u << 10;  // 431 beyond
  std::size_t max_target_bytes = 8u << 10;   // 414 beyond
  std::size_t max_body_bytes = 8u << 20;     // 413 beyond
  std::size_t max_pipelined = 64;  // requests of one connection that wait for their turn; beyond, reading stops
  std::size_t max_unsent_bytes = 16u << 20;  // of one connection; a stream beyond it is cut off
  std::uint32_t header_timeout_ms = 10'000;  // from a request's first byte to the end of its header: 408 beyond
  std::uint32_t body_timeout_ms = 30'000;    // for 4 KiB more of the body, or its end: 408 beyond
  std::uint32_t idle_timeout_ms = 75'000;    // a kept connection without a request
  std::uint32_t write_timeout_ms = 30'000;   // a client that takes no byte of its answer
};

struct ServerNumbers {
  std::uint64_t connections = 0, accepted = 0, requests = 0, refused = 0, timed_out = 0;
};

// Called before a matched route's handler, on the loop thread: authentication and rate limits. Returns false when it
// has responded itself.
using Gatekeeper = std::function<bool(Exchange&, const Route&)>;
// The body of an error that the server itself answers (400, 404, 405, 408, 411, 413, ...), in the shape of the surface
// that `path` belongs to.
using ErrorBody = std::function<Response(std::string_view path, int status, std::string_view sentence)>;
// Told of every finished response: route (null where none matched), status, nanoseconds, and the damage of the store
// that was found on the way (nearly always empty). Loop thread.
using Observer = std::function<void(const Route*, int status, std::uint64_t nanoseconds, std::string_view damage)>;

class Server {
 public:
  Server(ServerOptions options, const Router& router, Gatekeeper gatekeeper, ErrorBody error_body, Observer observer);
  ~Server();

  Expected<void> listen();  // binds and starts the threads; port() is known afterwards
  std::uint16_t port() const;
  // Graceful: stops accepting, lets requests in flight finish (new ones on kept connections get 503 and close) for at
  // most `grace_ms`, then closes everything and ends the threads. Streams are ended at once.
  void drain(std::uint32_t grace_ms);
  ServerNumbers numbers() const;
  // Takes `job` for a query thread; false when as many jobs wait as may, or the server has ended. Any thread. A job
  // does not throw, and drain() may drop it.
  bool run_later(std::function<void()>& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::http
