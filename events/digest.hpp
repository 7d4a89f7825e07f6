// One OpenSSL digest, fetched once and run through one context a thread: fetching it each time costs more than hashing
// a small event.
#pragma once

#include <openssl/evp.h>

#include <cstdlib>
#include <string_view>

namespace reprise {

class Digest {
 public:
  explicit Digest(const char* algorithm) : method_(EVP_MD_fetch(nullptr, algorithm, nullptr)) {
    if (method_ == nullptr) std::abort();  // an OpenSSL without SHA-1 or SHA-256 can run nothing of ours
  }
  Digest(const Digest&) = delete;
  Digest& operator=(const Digest&) = delete;

  // `out` has room for the digest's whole length.
  void operator()(unsigned char* out, std::string_view first, std::string_view second = {}) const {
    struct Context {
      EVP_MD_CTX* ctx = EVP_MD_CTX_new();
      ~Context() { EVP_MD_CTX_free(ctx); }
    };
    static thread_local Context context;
    if (EVP_DigestInit_ex2(context.ctx, method_, nullptr) != 1 ||
        EVP_DigestUpdate(context.ctx, first.data(), first.size()) != 1 ||
        (!second.empty() && EVP_DigestUpdate(context.ctx, second.data(), second.size()) != 1) ||
        EVP_DigestFinal_ex(context.ctx, out, nullptr) != 1) {
      std::abort();  // only for want of memory; a chain with a made-up hash would be worse
    }
  }

 private:
  const EVP_MD* method_;  // kept until the process ends
};

}  // namespace reprise
