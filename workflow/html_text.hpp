// The text in HTML, read as Python's html.parser reads it: whatever comes is read somehow, nothing is refused.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reprise::workflow {

// Character references as what they stand for: &amp; &#233; &#xe9; and the names of Latin-1 letters and common signs.
std::string decode_html(std::string_view text);

// Each stretch of text between tags, comments and declarations, in order, not trimmed. What stands in script and style
// elements is text too, without references.
std::vector<std::string> html_text(std::string_view html);

}  // namespace reprise::workflow
