// How much of a queue is in memory; tests take small numbers.
#pragma once

#include <cstddef>

namespace reprise::actors {

struct WindowLimits {
  std::size_t held = 20'000;       // tasks in memory, and up to as many more as are read at once
  std::size_t bytes = 64u << 20;   // that they take, and up to a quarter more
  std::size_t read = 5'000;        // tasks read at once
  std::size_t found = 1'000;       // of a poll's actions beyond the window
  std::size_t looked = 20'000;     // rows looked at before the loader's other work gets its turn
  std::size_t answer = 16u << 20;  // bytes of tasks in the answer of a poll; one task may be larger
};

}  // namespace reprise::actors
