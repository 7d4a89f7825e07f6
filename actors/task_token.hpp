// Task tokens: what a worker shows to speak for one delivery of one attempt. Signed with the store's secret, so that a
// token is good across restarts and cannot be made up.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/uuid.hpp"

namespace reprise::actors {

struct TaskToken {
  ExecutionId id;
  std::uint32_t task = 0, attempt = 0, delivery = 0;
};

class TokenSigner {
 public:
  explicit TokenSigner(std::string secret) : secret_(std::move(secret)) {}
  void append(std::string& out, const TaskToken& token) const;  // 48 characters of base64url
  std::optional<TaskToken> parse(std::string_view text) const;  // nothing: not one of this store's. Any thread

 private:
  std::string secret_;
};

}  // namespace reprise::actors
