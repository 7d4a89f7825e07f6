#include "actors/streams/source_status.hpp"

#include <array>
#include <utility>

namespace reprise::actors {

std::string_view name(SourceState state) {
  constexpr std::array<std::string_view, 4> kNames{"starting", "running", "waiting", "paused"};
  return kNames[static_cast<std::size_t>(state)];
}

void SourceStatus::set(SourceState state) {
  const std::lock_guard lock(mutex_);
  view_.state = state;
}

void SourceStatus::wait_for(std::string what, Time now) {
  const std::lock_guard lock(mutex_);
  view_.state = SourceState::waiting;
  view_.last_error = std::move(what);
  view_.last_error_at = now;
}

void SourceStatus::note(std::string error, Time now) {
  const std::lock_guard lock(mutex_);
  view_.last_error = std::move(error);
  view_.last_error_at = now;
}

void SourceStatus::end_of(std::uint32_t partition, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  view_.ends[partition] = offset;
}

void SourceStatus::next_of(std::uint32_t partition, std::uint64_t offset) {
  const std::lock_guard lock(mutex_);
  view_.nexts[partition] = offset;
}

std::uint64_t SourceStatus::View::lag() const {
  std::uint64_t lag = 0;
  for (const auto& [partition, end] : ends) {
    const auto next = nexts.find(partition);
    if (next != nexts.end() && end > next->second) lag += end - next->second;
  }
  return lag;
}

SourceStatus::View SourceStatus::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

}  // namespace reprise::actors
