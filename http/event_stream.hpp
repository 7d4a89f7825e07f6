// What every stream of server-sent events of this server has in common: its head, its heartbeats, the form of one event
// (WHATWG HTML, 9.2 "Server-sent events").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "http/exchange.hpp"

namespace reprise::http {

// Tells proxies between that nothing may be kept back, stored or compressed.
Response event_stream_head();

// How long a client waits before it comes back, for the front of a stream.
inline constexpr std::string_view kRetryLine = "retry: 1000\n";

// Sets the id that a client comes back with, without an event.
void append_stream_id(std::string& out, std::string_view id);
// One public event: its type is the message's name, the CloudEvent its data, on one line.
void append_stream_event(std::string& out, std::string_view id, const events::Record& record, std::string_view subject);

// Called about every second; a client that takes nothing gets no heartbeats piled up for it.
class Heartbeat {
 public:
  explicit Heartbeat(std::uint32_t seconds) : every_(seconds) {}
  // True when one must be written now.
  bool due(const Exchange& exchange) {
    if (++seconds_ < every_) return false;
    seconds_ = 0;
    return exchange.unsent() == 0;
  }

 private:
  const std::uint32_t every_;
  std::uint32_t seconds_ = 0;  // since the last one
};
inline constexpr std::string_view kHeartbeat = ": heartbeat\n\n";

}  // namespace reprise::http
