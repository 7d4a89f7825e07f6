// The secrets that webhooks out are signed with, in the text form of Standard Webhooks: `whsec_` and base64 of 24 to 64
// bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/time.hpp"

namespace reprise::actors {

struct SigningSecret {
  std::string bytes;
  Time until{};  // signs until then; epoch: for as long as there is no newer one
  bool operator==(const SigningSecret&) const = default;
};

inline constexpr Duration kOldSecretSigns = std::chrono::hours(24);  // beside the one that replaced it
inline constexpr std::size_t kMostSecrets = 4;                       // of one subscription at a time

// The bytes. Error: invalid, with a sentence that says what was expected and never what was given.
Expected<std::string> parse_signing_secret(std::string_view text);
std::string signing_secret_text(std::string_view bytes);
// 32 fresh bytes. Error: io, where the system gives none.
Expected<std::string> draw_signing_secret();

// `fresh` in front; the others sign on until then. Those that are over are left out.
std::vector<SigningSecret> rotated(std::vector<SigningSecret> before, std::string fresh, Time now);

}  // namespace reprise::actors
