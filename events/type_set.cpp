#include "events/type_set.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace reprise::events {
namespace {

// Greedy with one place to come back to: linear in text times pattern at worst, and both are short.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

constexpr std::size_t kLongestPattern = 128;
constexpr auto kNumbers = static_cast<std::uint16_t>(TypeSet{}.size());

}  // namespace

TypeSet all_types() {
  TypeSet set;
  for (std::uint16_t number = 0; number < kNumbers; ++number) set[number] = type_of_number(number) != nullptr;
  return set;
}

Expected<TypeSet> parse_type_set(std::string_view patterns) {
  const TypeSet all = all_types();
  if (patterns.empty()) return all;
  TypeSet chosen;
  for (std::size_t begin = 0; begin <= patterns.size();) {
    const std::size_t end = std::min(patterns.find(',', begin), patterns.size());
    const std::string_view pattern = patterns.substr(begin, end - begin);
    if (pattern.empty()) return fail(errc::invalid, "an event type pattern is empty");
    if (pattern.size() > kLongestPattern) {
      return fail(errc::invalid, "an event type pattern is longer than " + std::to_string(kLongestPattern));
    }
    bool any = false;
    for (std::uint16_t number = 0; number < kNumbers; ++number) {
      if (!all[number] || !matches(pattern, type_of_number(number)->name)) continue;
      chosen[number] = true;
      any = true;
    }
    if (!any) {
      return fail(errc::invalid, "the pattern \"" + std::string(pattern) +
                                     "\" matches no event type; patterns look like reprise.task.* or "
                                     "reprise.execution.completed.v1");
    }
    begin = end + 1;
  }
  return chosen;
}

}  // namespace reprise::events
