#include "workflow/pattern_cache.hpp"

#include <re2/re2.h>

#include <string>
#include <unordered_map>

namespace reprise::workflow {

namespace {

constexpr std::size_t kKept = 64;
constexpr std::size_t kLongestKept = 4096;  // bytes of a pattern
constexpr std::int64_t kMemory = 1 << 20;   // of one compiled pattern, at most

}  // namespace

std::shared_ptr<const re2::RE2> compiled_pattern(std::string_view source) {
  thread_local std::unordered_map<std::string, std::shared_ptr<const re2::RE2>> kept;
  std::string key(source);
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(kMemory);
  auto pattern = std::make_shared<const re2::RE2>(re2::StringPiece(source.data(), source.size()), options);
  if (!pattern->ok() || source.size() > kLongestKept) return pattern;
  if (kept.size() >= kKept) kept.clear();
  kept.emplace(std::move(key), pattern);
  return pattern;
}

}  // namespace reprise::workflow
