// What a loop runs through and what its iterations bring, as bytes: one value is found without reading the others, so
// that an iteration costs the same in a loop of ten and of a hundred thousand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/plan.hpp"

namespace reprise::workflow {

// The values of the loop variables: the `items` of task.loop_started.
class LoopItems {
 public:
  // Empty: the bytes are not an object that has for each variable, in their order, a list of `iterations` values.
  static std::optional<LoopItems> read(std::string bytes, const std::vector<LoopVariable>& variables,
                                       std::uint32_t iterations);

  // One value as JSON text, borrowed. Precondition: both exist.
  std::string_view value(std::size_t variable, std::uint32_t iteration) const;
  // As a worker gets it: the value; with several variables an object of theirs.
  std::string item(const std::vector<LoopVariable>& variables, std::uint32_t iteration) const;
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::uint32_t iterations_ = 0;
  std::vector<std::uint32_t> starts_;  // of each value, variable by variable, and one past each last one
};

// The results of the iterations that have ended, in whatever order they came.
class LoopResults {
 public:
  void begin(std::uint32_t iterations) { places_.assign(iterations, Place{}); }
  // False: there would be more than 4 GiB of them.
  bool put(std::uint32_t iteration, std::string_view result);
  std::size_t size() const { return bytes_.size(); }
  std::string_view at(std::uint32_t iteration) const;  // empty: none yet
  std::string list() const;                            // as a JSON list, in order

 private:
  struct Place {
    std::uint32_t offset = 0, length = 0;
  };
  std::string bytes_;
  std::vector<Place> places_;
};

}  // namespace reprise::workflow
