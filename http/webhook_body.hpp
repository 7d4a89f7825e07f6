// What the call of a webhook gives to a workflow: its body and headers, as JSON and as text. Pure, any thread.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "http/message.hpp"

namespace reprise::http {

// Why a body is not taken: 415 for its type, 422 for what it holds.
struct BodyFault {
  int status = 422;
  std::string message;
  std::string_view type;  // of a 422, as its answer names it
};

// A JSON object for TRIGGER: an object as it is, a form as one, anything else as the member `body`.
tl::expected<std::string, BodyFault> trigger_of(const Request& request);

// The value of a header as text: where it is no UTF-8, each byte beyond ASCII becomes U+FFFD.
std::string header_text(const std::string& value);

}  // namespace reprise::http
