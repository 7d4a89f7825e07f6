// The text of an opaque cursor: base64url without padding, one text for one cursor.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reprise::projections {

std::string to_cursor_text(std::string_view bytes);
// None where the text is not what to_cursor_text gives.
std::optional<std::string> from_cursor_text(std::string_view text);

}  // namespace reprise::projections
