// How a delivery is signed, as Standard Webhooks has it (github.com/standard-webhooks/standard-webhooks, spec):
// HMAC-SHA256 over `id.timestamp.body`, in base64, once for each secret in force.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "actors/signing_secret.hpp"

namespace reprise::actors::streams {

// The value of `webhook-signature`: "v1,<base64>", several separated by spaces, the newest secret first.
std::string webhook_signature(const std::vector<SigningSecret>& secrets, std::string_view id,
                              std::string_view timestamp, std::string_view body, Time now);

}  // namespace reprise::actors::streams
