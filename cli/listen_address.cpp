#include "cli/listen_address.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace reprise::cli {

Expected<ListenAddress> parse_listen_address(std::string_view text) {
  const auto refuse = [] {
    return fail(errc::invalid, "must be ADDRESS:PORT with a numeric address, such as 127.0.0.1:8080 or [::1]:8080");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);

  ListenAddress address;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, address.port);
  if (port.empty() || error != std::errc{} || stop != end) return refuse();

  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.front() == '[';
  if (bracketed) {
    if (host.size() < 3 || host.back() != ']') return refuse();
    host = host.substr(1, host.size() - 2);
  }
  address.host = host;
  if (in_addr v4{}; !bracketed && inet_pton(AF_INET, address.host.c_str(), &v4) == 1) {
    address.loopback = (ntohl(v4.s_addr) >> 24) == 127;
    return address;
  }
  if (in6_addr v6{}; bracketed && inet_pton(AF_INET6, address.host.c_str(), &v6) == 1) {
    address.loopback = IN6_IS_ADDR_LOOPBACK(&v6);
    return address;
  }
  return refuse();
}

std::string ListenAddress::url(std::uint16_t real_port) const {
  const bool v6 = host.find(':') != std::string::npos;
  return "http://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(real_port);
}

}  // namespace reprise::cli
