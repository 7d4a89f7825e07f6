// UUIDs as base62: their 128 bits as one number, digits 0-9 a-z A-Z in that order, none in front that is not needed.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "events/uuid.hpp"

namespace reprise {

inline constexpr std::size_t kMostBase62 = 22;  // digits of the largest UUID

void append_base62(std::string& out, const Uuid& id);
// Zeros in front are taken, up to kMostBase62 digits; nothing where the text is no number, or one beyond 128 bits.
std::optional<Uuid> parse_base62(std::string_view text);

// A workflow's UUID as surfaces name it: wf_<base62>, or plain. A text that parses may be a name all the same.
inline constexpr std::string_view kPrintedWorkflow = "wf_";
std::optional<Uuid> parse_workflow_uuid(std::string_view text);

}  // namespace reprise
