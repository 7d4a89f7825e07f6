#include "workflow/ip_address.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace reprise::workflow {
namespace {

Ipv4 mask(int prefix) { return prefix == 0 ? 0 : ~Ipv4{0} << (32 - prefix); }

std::optional<int> parse_prefix(std::string_view text, int most) {
  int prefix = 0;
  if (text.empty() || text.size() > 3 || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), prefix);
  if (prefix > most) return std::nullopt;
  return prefix;
}

struct Block4 {
  Ipv4 address;
  int prefix;
};
constexpr Block4 kPrivate4[] = {{0x00000000, 8},  {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
                                {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24},
                                {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24}, {0xcb007100, 24},
                                {0xf0000000, 4}};
constexpr Block4 kPublicWithin4[] = {{0xc0000009, 32}, {0xc000000a, 32}};

constexpr std::string_view kPrivate6[] = {"::1/128",   "::/128",    "::ffff:0:0/96", "64:ff9b:1::/48",
                                          "100::/64",  "2001::/23", "2001:db8::/32", "2002::/16",
                                          "3fff::/20", "fc00::/7",  "fe80::/10"};
constexpr std::string_view kPublicWithin6[] = {"2001:1::1/128",   "2001:1::2/128", "2001:3::/32",
                                               "2001:4:112::/48", "2001:20::/28",  "2001:30::/28"};

bool within(const auto& texts, const Ipv6& address) {
  return std::any_of(std::begin(texts), std::end(texts),
                     [&address](std::string_view text) { return parse_ipv6_network(text)->holds(address); });
}

}  // namespace

std::optional<Ipv4> parse_ipv4(std::string_view text) {
  Ipv4 address = 0;
  for (int i = 0; i < 4; ++i) {
    if (i > 0) {
      if (text.empty() || text[0] != '.') return std::nullopt;
      text.remove_prefix(1);
    }
    std::size_t count = 0;
    unsigned part = 0;
    while (count < text.size() && count < 4 && text[count] >= '0' && text[count] <= '9') {
      part = part * 10 + static_cast<unsigned>(text[count++] - '0');
    }
    if (count == 0 || count > 3 || part > 255 || (count > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(count);
    address = address << 8 | part;
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

std::optional<Ipv6> parse_ipv6(std::string_view text) {
  if (const auto scope = text.find('%'); scope != text.npos) {
    if (scope + 1 == text.size() || text.find('%', scope + 1) != text.npos) return std::nullopt;
    text = text.substr(0, scope);
  }
  if (text.size() > 45) return std::nullopt;
  std::array<std::uint16_t, 8> groups{};
  std::size_t count = 0;
  std::optional<std::size_t> gap;
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  } else if (text.empty() || text[0] == ':') {
    return std::nullopt;
  }
  while (!text.empty()) {
    if (count == 8) return std::nullopt;
    const auto end = std::min(text.find(':'), text.size());
    const std::string_view part = text.substr(0, end);
    if (part.find('.') != part.npos) {
      const auto tail = parse_ipv4(part);
      if (!tail || end != text.size() || count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*tail >> 16);
      groups[count++] = static_cast<std::uint16_t>(*tail & 0xffff);
      break;
    }
    std::uint16_t group = 0;
    const auto [stop, error] = std::from_chars(part.data(), part.data() + part.size(), group, 16);
    if (part.empty() || part.size() > 4 || error != std::errc{} || stop != part.data() + part.size()) {
      return std::nullopt;
    }
    groups[count++] = group;
    text.remove_prefix(end);
    if (text.starts_with("::")) {
      if (gap) return std::nullopt;
      gap = count;
      text.remove_prefix(2);
    } else if (!text.empty()) {
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
    }
  }
  if (gap ? count > 7 : count != 8) return std::nullopt;
  if (gap)
    std::rotate(groups.begin() + static_cast<std::ptrdiff_t>(*gap), groups.begin() + static_cast<std::ptrdiff_t>(count),
                groups.end());
  Ipv6 out{};
  for (std::size_t i = 0; i < 8; ++i) {
    out[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    out[2 * i + 1] = static_cast<std::uint8_t>(groups[i] & 255);
  }
  return out;
}

bool Ipv4Network::holds(Ipv4 other) const { return ((other ^ address) & mask(prefix)) == 0; }

bool Ipv6Network::holds(const Ipv6& other) const {
  for (int bit = 0; bit < prefix; bit += 8) {
    const auto i = static_cast<std::size_t>(bit / 8);
    const int rest = std::min(8, prefix - bit);
    if (((other[i] ^ address[i]) >> (8 - rest)) != 0) return false;
  }
  return true;
}

std::optional<Ipv4Network> parse_ipv4_network(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = parse_ipv4(text.substr(0, slash));
  if (!address) return std::nullopt;
  Ipv4Network out{*address, 32};
  if (slash < text.size()) {
    const auto rest = text.substr(slash + 1);
    if (const auto netmask = parse_ipv4(rest)) {
      // A netmask has its ones on the left, a host mask on the right.
      const int ones = std::countl_one(*netmask);
      const int zeros = std::countl_zero(*netmask);
      if (*netmask == mask(ones)) {
        out.prefix = ones;
      } else if (*netmask == ~mask(zeros)) {
        out.prefix = zeros;
      } else {
        return std::nullopt;
      }
    } else if (const auto prefix = parse_prefix(rest, 32)) {
      out.prefix = *prefix;
    } else {
      return std::nullopt;
    }
  }
  if ((out.address & ~mask(out.prefix)) != 0) return std::nullopt;
  return out;
}

std::optional<Ipv6Network> parse_ipv6_network(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const auto address = parse_ipv6(text.substr(0, slash));
  if (!address) return std::nullopt;
  Ipv6Network out{*address, 128};
  if (slash < text.size()) {
    const auto prefix = parse_prefix(text.substr(slash + 1), 128);
    if (!prefix) return std::nullopt;
    out.prefix = *prefix;
  }
  for (int bit = out.prefix; bit < 128; ++bit) {
    if ((out.address[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return std::nullopt;
  }
  return out;
}

bool is_global(Ipv4 address) {
  const auto in = [address](const Block4& block) { return ((address ^ block.address) & mask(block.prefix)) == 0; };
  return std::none_of(std::begin(kPrivate4), std::end(kPrivate4), in) ||
         std::any_of(std::begin(kPublicWithin4), std::end(kPublicWithin4), in);
}

bool is_global(const Ipv6& address) {
  // ::ffff:a.b.c.d is what that IPv4 address is.
  const bool mapped = std::all_of(address.begin(), address.begin() + 10, [](auto byte) { return byte == 0; }) &&
                      address[10] == 0xff && address[11] == 0xff;
  if (mapped) {
    return is_global(Ipv4{address[12]} << 24 | Ipv4{address[13]} << 16 | Ipv4{address[14]} << 8 | Ipv4{address[15]});
  }
  return !within(kPrivate6, address) || within(kPublicWithin6, address);
}

}  // namespace reprise::workflow
