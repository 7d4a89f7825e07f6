// The API of the server: what it owns, who may come in, and every route.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/gateway.hpp"
#include "events/error.hpp"
#include "http/message.hpp"
#include "http/rate_limit.hpp"
#include "http/router.hpp"
#include "http/server_log.hpp"

namespace reprise::actors {
class Stream;
}

namespace reprise::http {

class Server;

struct ApiOptions {
  std::string principals_file;  // empty: none, the server is open
  std::string webhooks_file;    // empty: none, there are no webhooks
  bool rate_limits = false;
  RateLimits limits;
  std::string version;
  std::string mode = "embedded";
  std::size_t max_wait_s = 60;                 // of ?wait= and Prefer: wait=
  std::uint32_t heartbeat_s = 15;              // of event streams
  std::size_t stream_high_water = 256u << 10;  // unsent bytes past which a stream reads no further
  std::size_t stream_ring_bytes = 16u << 20;   // of late events, kept for the subscribers of all events
  ServerLog log;                               // damage that reads find; a principals file that cannot be used
};

// Outlives the server that calls it; the gateway outlives it.
class Api {
 public:
  Api(actors::Gateway& gateway, ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  // After everybody else's routes: answers are counted by the routes that the router then has.
  void add_routes(Router& router);
  // Numbers of the server for /metrics, and its query threads. Null again before it goes: then its subscribers are told
  // of nothing more.
  void set_server(Server* server);
  // Where events are published to, for /metrics and /api/info; null: nowhere. Outlives the server.
  void set_stream(const actors::Stream* stream);
  // /readyz says 503 from now on.
  void drain();

  // The server's Gatekeeper, ErrorBody and Observer.
  bool admit(Exchange& exchange, const Route& route);
  Response error_body(std::string_view path, int status, std::string_view sentence) const;
  void observe(const Route* route, int status, std::uint64_t nanoseconds, std::string_view damage = {});

  bool open() const;  // no principals are configured: everybody may do everything

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace reprise::http
