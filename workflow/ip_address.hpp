// IP addresses and networks as Python's ipaddress reads them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reprise::workflow {

using Ipv4 = std::uint32_t;
using Ipv6 = std::array<std::uint8_t, 16>;

// Four decimal numbers without leading zeros.
std::optional<Ipv4> parse_ipv4(std::string_view text);
// Groups of hex digits, one ::, a trailing IPv4 address; a scope after % is passed over.
std::optional<Ipv6> parse_ipv6(std::string_view text);

struct Ipv4Network {
  Ipv4 address = 0;
  int prefix = 32;
  bool holds(Ipv4 other) const;
};
struct Ipv6Network {
  Ipv6 address{};
  int prefix = 128;
  bool holds(const Ipv6& other) const;
};
// address[/prefix] or, of IPv4, address/netmask. No bits may be set beyond the prefix.
std::optional<Ipv4Network> parse_ipv4_network(std::string_view text);
std::optional<Ipv6Network> parse_ipv6_network(std::string_view text);

// Reachable from everywhere, by IANA's registries of special addresses.
bool is_global(Ipv4 address);
bool is_global(const Ipv6& address);

}  // namespace reprise::workflow
