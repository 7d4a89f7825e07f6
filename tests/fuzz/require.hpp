// What holds for every input of a fuzzer: where it does not, the run ends there.
#pragma once

#include <cstdlib>

inline void require(bool holds) {
  if (!holds) std::abort();
}
