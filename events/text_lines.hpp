// The lines of a text that somebody else wrote.
#pragma once

#include <string_view>

namespace reprise {

// Calls `take` with each line, without its end: LF, CR LF or CR. An end at the very end begins no further line; an
// empty text is one empty line.
template <class Take>
void each_line(std::string_view text, Take&& take) {
  for (;;) {
    const auto end = text.find_first_of("\r\n");
    take(text.substr(0, end));
    if (end == text.npos) return;
    const bool two = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (two ? 2 : 1));
    if (text.empty()) return;
  }
}

}  // namespace reprise
