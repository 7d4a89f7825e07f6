// Base64 (RFC 4648): section 4 with padding, and section 5 without, for what stands in URLs, headers and tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reprise {

void append_base64(std::string& out, std::string_view bytes);
void append_base64url(std::string& out, std::string_view bytes);

// What append_base64url gives and nothing else, so that two texts never stand for the same bytes: nothing where there
// is padding, a character of no digit, or a bit at the end that no byte needs.
std::optional<std::string> parse_base64url(std::string_view text);

// The value of a digit of section 4; -1: it is none.
int base64_digit(char c);

}  // namespace reprise
