// The data behind unicode.hpp.
#pragma once

#include <span>

namespace reprise::workflow {

// Every `step`-th character of a run has its other case `delta` away.
struct CaseRun {
  char32_t first, last;
  int step, delta;
};
struct FullCase {
  char32_t character;
  char32_t upper[4];  // ends with 0
};
struct Spelling {
  char32_t character;
  char ascii[5];
};

// Sorted by character; nothing of ASCII.
std::span<const CaseRun> upper_runs();
std::span<const CaseRun> lower_runs();
std::span<const FullCase> full_upper();
std::span<const Spelling> spellings();

}  // namespace reprise::workflow
