// Folding a stored run again, twice: once by apply alone, once by deciding every recorded command again. Both must come
// to the same, and to what is stored.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "actors/gateway.hpp"
#include "projections/execution_view.hpp"
#include "workflow/state.hpp"

namespace reprise::actors {

class ReplayRun {
 public:
  // `workspace` empty: whatever the run's own is.
  ReplayRun(Gateway& gateway, const ExecutionId& id, std::string workspace)
      : gateway_(gateway), id_(id), workspace_(std::move(workspace)) {}

  // Folds one stored chunk. False: stop, see error() or difference().
  bool fold(const events::Chunk& chunk, std::string_view bytes, bool decide_again);
  // Folds the first events of a chunk; nothing may be folded after it.
  bool fold_part(const events::Chunk& chunk, std::size_t events);

  const std::optional<Error>& error() const { return error_; }
  const std::string& difference() const { return difference_; }
  bool begun() const { return applied_ != nullptr; }
  std::uint64_t events() const { return events_; }
  const workflow::State& state() const { return *applied_; }
  const projections::ExecutionView& view() const { return *view_; }
  // Equal states give equal texts.
  std::string canonical_applied() const;
  std::string canonical_decided() const;

 private:
  bool apply(const events::Chunk& chunk);
  bool begin(const events::Chunk& chunk, bool decide_again);
  bool decide(const events::Chunk& chunk, std::string_view bytes, events::Sha256 head);

  Gateway& gateway_;
  const ExecutionId id_;
  const std::string workspace_;
  std::unique_ptr<workflow::State> applied_, decided_;
  std::unique_ptr<projections::ExecutionView> view_;
  events::Sha256 head_{};
  std::uint64_t events_ = 0;
  std::optional<Error> error_;
  std::string difference_;
};

}  // namespace reprise::actors
