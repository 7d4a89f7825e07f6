#include "actors/signing_secret.hpp"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>

#include "events/base64.hpp"

namespace reprise::actors {

namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kShortest = 24, kLongest = 64, kDrawn = 32;

}  // namespace

Expected<std::string> parse_signing_secret(std::string_view text) {
  constexpr auto kForm = "secret must be \"whsec_\" and then base64 of 24 to 64 bytes";
  if (!text.starts_with(kPrefix)) return fail(errc::invalid, kForm);
  std::string digits(text.substr(kPrefix.size()));
  if (digits.size() > kLongest * 2) return fail(errc::invalid, kForm);
  while (!digits.empty() && digits.back() == '=') digits.pop_back();
  if (!std::all_of(digits.begin(), digits.end(), [](char c) { return base64_digit(c) >= 0; }) ||
      digits.size() % 4 == 1) {
    return fail(errc::invalid, kForm);
  }
  const std::size_t size = digits.size() * 3 / 4;
  if (size < kShortest || size > kLongest) return fail(errc::invalid, kForm);
  digits.resize((digits.size() + 3) / 4 * 4, '=');
  std::string bytes(digits.size() / 4 * 3, '\0');
  const int decoded =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(digits.data()), static_cast<int>(digits.size()));
  if (decoded < 0) return fail(errc::invalid, kForm);
  bytes.resize(size);
  return bytes;
}

std::string signing_secret_text(std::string_view bytes) {
  std::string text(kPrefix);
  append_base64(text, bytes);
  return text;
}

Expected<std::string> draw_signing_secret() {
  std::array<unsigned char, kDrawn> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return fail(errc::io, "the operating system gave no random bytes");
  }
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

std::vector<SigningSecret> rotated(std::vector<SigningSecret> before, std::string fresh, Time now) {
  std::erase_if(before, [&](const SigningSecret& old) { return old.bytes == fresh; });
  for (SigningSecret& old : before) {
    if (old.until == Time{}) old.until = now + kOldSecretSigns;
  }
  std::erase_if(before, [now](const SigningSecret& old) { return old.until <= now; });
  before.insert(before.begin(), SigningSecret{std::move(fresh), Time{}});
  if (before.size() > kMostSecrets) before.resize(kMostSecrets);
  return before;
}

}  // namespace reprise::actors
