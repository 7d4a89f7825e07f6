#include "actors/outbound.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

namespace reprise::actors {

namespace {

constexpr std::size_t kLongestUrl = 2'000;

bool private_v4(std::uint32_t address) {  // host byte order; RFC 1918, 1122, 3927, 6598, 5771, and the unspecified
  const auto in = [address](std::uint32_t net, int bits) { return address >> (32 - bits) == net >> (32 - bits); };
  return in(0x0A000000, 8) || in(0xAC100000, 12) || in(0xC0A80000, 16) || in(0x7F000000, 8) || in(0xA9FE0000, 16) ||
         in(0x64400000, 10) || in(0x00000000, 8) || in(0xE0000000, 3);
}

bool private_address(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    return private_v4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return true;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6) || IN6_IS_ADDR_V4COMPAT(&v6)) {
    std::uint32_t v4 = 0;
    std::memcpy(&v4, v6.s6_addr + 12, 4);
    return private_v4(ntohl(v4));
  }
  return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) ||
         IN6_IS_ADDR_SITELOCAL(&v6) || IN6_IS_ADDR_MULTICAST(&v6) || (v6.s6_addr[0] & 0xFE) == 0xFC;
}

class Url {
 public:
  explicit Url(const std::string& text) : parts_(curl_url(), curl_url_cleanup) {
    good_ = parts_ && curl_url_set(parts_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  }
  bool good() const { return good_; }
  std::optional<std::string> part(CURLUPart which, unsigned flags = 0) const {
    char* text = nullptr;
    if (!good_ || curl_url_get(parts_.get(), which, &text, flags) != CURLUE_OK) return std::nullopt;
    std::string out(text);
    curl_free(text);
    return out;
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts_;
  bool good_ = false;
};

}  // namespace

OutboundTarget outbound_target(const std::string& url) {
  const Url parts(url);
  OutboundTarget target;
  target.host = parts.part(CURLUPART_HOST).value_or("");
  if (const auto port = parts.part(CURLUPART_PORT, CURLU_DEFAULT_PORT)) target.host_port = target.host + ":" + *port;
  return target;
}

bool may_connect(const OutboundPolicy& policy, const OutboundTarget& target, const sockaddr& address, bool redirected) {
  if (policy.allow_private || !private_address(address)) return true;
  if (redirected) return false;
  return std::any_of(policy.allowed_hosts.begin(), policy.allowed_hosts.end(),
                     [&](const std::string& host) { return host == target.host || host == target.host_port; });
}

Expected<void> check_receiver_url(const std::string& url) {
  if (url.size() > kLongestUrl) return fail(errc::invalid, "url must have at most 2000 bytes");
  const Url parts(url);
  const std::string scheme = parts.part(CURLUPART_SCHEME).value_or("");
  if ((scheme != "http" && scheme != "https") || parts.part(CURLUPART_HOST).value_or("").empty()) {
    return fail(errc::invalid, "url must be an http or https URL with a host, such as https://example.com/hook");
  }
  if (parts.part(CURLUPART_USER) || parts.part(CURLUPART_PASSWORD)) {
    return fail(errc::invalid, "url must be without user and password: deliveries are signed instead");
  }
  if (parts.part(CURLUPART_FRAGMENT)) return fail(errc::invalid, "url must be without a fragment");
  return {};
}

}  // namespace reprise::actors
