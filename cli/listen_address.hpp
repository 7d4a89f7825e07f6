// Where a server listens: "host:port" taken apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/error.hpp"

namespace reprise::cli {

struct ListenAddress {
  std::string host;  // a numeric address, without the brackets of IPv6
  std::uint16_t port = 0;
  bool loopback = false;

  std::string url(std::uint16_t real_port) const;  // http://127.0.0.1:8080
};

// "127.0.0.1:8080", "localhost:0", "[::1]:8080", ":8080" (all addresses). Errors: errc::invalid, a sentence that
// follows a name.
Expected<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace reprise::cli
