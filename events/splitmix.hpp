// The run's random numbers: a hash of where it is, so that replay draws the same.
#pragma once

#include <cstdint>

namespace reprise {

// SplitMix64's output function: each input gives an output that looks drawn at random.
constexpr std::uint64_t splitmix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace reprise
