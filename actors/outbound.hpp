// Where calls to the outside may go: not to addresses inside (loopback, private, link-local) unless the configuration
// says so. Held by everything of the server that calls an address which a user has given.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "events/error.hpp"

struct sockaddr;

namespace reprise::actors {

struct OutboundPolicy {
  bool allow_private = false;              // loopback, private and link-local addresses
  std::vector<std::string> allowed_hosts;  // "host" or "host:port" that are allowed although private
  std::size_t max_response_bytes = 4u << 20;
};

// Whom a URL names.
struct OutboundTarget {
  std::string host, host_port;
};
OutboundTarget outbound_target(const std::string& url);  // empty where it is no URL

// Asked after name resolution, for each address that would be connected to. `redirected`: another server named it; no
// host is allowed by its name then.
bool may_connect(const OutboundPolicy& policy, const OutboundTarget& target, const sockaddr& address, bool redirected);

// Whether events can be sent to it: http or https, with a host, without user, password and fragment. Error: invalid.
Expected<void> check_receiver_url(const std::string& url);

}  // namespace reprise::actors
