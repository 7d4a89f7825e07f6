// Text in characters (code points), as Python counts it, over UTF-8 bytes.
#pragma once

#include <cstddef>
#include <string_view>

namespace reprise::workflow {

// The bytes of the first character; empty of an empty text.
std::string_view first_character(std::string_view text);
std::string_view last_character(std::string_view text);
// Byte offset of the character `count`, or the end.
std::size_t offset_of_character(std::string_view text, std::size_t count);

// Whether str.strip() and str.split() take the character for white space.
bool is_white_space(std::string_view character);
std::string_view strip_white_space(std::string_view text);
std::string_view strip_characters(std::string_view text, std::string_view characters);

}  // namespace reprise::workflow
