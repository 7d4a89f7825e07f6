#include "actors/streams/webhook_signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "events/base64.hpp"

namespace reprise::actors::streams {

std::string webhook_signature(const std::vector<SigningSecret>& secrets, std::string_view id,
                              std::string_view timestamp, std::string_view body, Time now) {
  std::string content;
  content.reserve(id.size() + timestamp.size() + body.size() + 2);
  content.append(id).append(".").append(timestamp).append(".").append(body);
  std::string out;
  for (const SigningSecret& secret : secrets) {
    if (secret.until != Time{} && secret.until <= now) continue;
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.bytes.data(), static_cast<int>(secret.bytes.size()),
         reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(), &size);
    out.append(out.empty() ? "v1," : " v1,");
    append_base64(out, {reinterpret_cast<const char*>(digest.data()), size});
  }
  return out;
}

}  // namespace reprise::actors::streams
