// FN: IP addresses.
#include "workflow/functions.hpp"
#include "workflow/ip_address.hpp"

namespace reprise::workflow {
namespace {

constexpr std::string_view kIpv4 = "an IPv4 address";
constexpr std::string_view kIpv6 = "an IPv6 address";

// One argument as what `parse` gives.
template <class Parse, class T>
bool read(const ArgumentReader& arguments, std::size_t index, Parse parse, std::string_view expected, T& out) {
  std::string_view text;
  if (!arguments.text(index, text)) return false;
  const auto parsed = parse(text);
  if (!parsed) return arguments.refuse(index, expected);
  out = *parsed;
  return true;
}

bool ipv4_in_subnet(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "ipv4_in_subnet", a};
  Ipv4 address = 0;
  Ipv4Network network;
  if (!read(arguments, 0, parse_ipv4, kIpv4, address) ||
      !read(arguments, 1, parse_ipv4_network, "an IPv4 network without bits beyond its prefix", network)) {
    return false;
  }
  out = Value::of(network.holds(address));
  return true;
}

bool ipv6_in_subnet(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "ipv6_in_subnet", a};
  Ipv6 address{};
  Ipv6Network network;
  if (!read(arguments, 0, parse_ipv6, kIpv6, address) ||
      !read(arguments, 1, parse_ipv6_network, "an IPv6 network without bits beyond its prefix", network)) {
    return false;
  }
  out = Value::of(network.holds(address));
  return true;
}

bool ipv4_is_public(Evaluation& e, Arguments a, Value& out) {
  Ipv4 address = 0;
  if (!read(ArgumentReader{e, "ipv4_is_public", a}, 0, parse_ipv4, kIpv4, address)) return false;
  out = Value::of(is_global(address));
  return true;
}

bool ipv6_is_public(Evaluation& e, Arguments a, Value& out) {
  Ipv6 address{};
  if (!read(ArgumentReader{e, "ipv6_is_public", a}, 0, parse_ipv6, kIpv6, address)) return false;
  out = Value::of(is_global(address));
  return true;
}

bool check_ip_version(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "check_ip_version", a};
  std::string_view text;
  if (!arguments.text(0, text)) return false;
  const std::int64_t version = parse_ipv4(text) ? 4 : parse_ipv6(text) ? 6 : 0;
  if (version == 0) return arguments.refuse(0, "an IPv4 or IPv6 address");
  out = Value::of(version);
  return true;
}

constexpr Function kAddressFunctions[] = {
    {"check_ip_version", 1, 1, check_ip_version}, {"ipv4_in_subnet", 2, 2, ipv4_in_subnet},
    {"ipv4_is_public", 1, 1, ipv4_is_public},     {"ipv6_in_subnet", 2, 2, ipv6_in_subnet},
    {"ipv6_is_public", 1, 1, ipv6_is_public},
};

}  // namespace

std::span<const Function> address_functions() { return kAddressFunctions; }

}  // namespace reprise::workflow
