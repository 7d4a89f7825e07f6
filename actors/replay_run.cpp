#include "actors/replay_run.hpp"

#include <utility>

#include "events/record.hpp"
#include "workflow/decide.hpp"

namespace reprise::actors {

namespace {

std::string at_event(std::uint64_t event_id) { return "event " + std::to_string(event_id) + ": "; }

}  // namespace

bool ReplayRun::begin(const events::Chunk& chunk, bool decide_again) {
  const auto* started = chunk.events.empty() ? nullptr : std::get_if<events::ExecutionStarted>(&chunk.events.front());
  if (started == nullptr || (!workspace_.empty() && chunk.principal.workspace != workspace_)) {
    error_ = Error{errc::not_found_execution, "no execution " + to_string(id_), {}};
    return false;
  }
  auto plan = gateway_.plan(chunk.principal.workspace, started->workflow_id, started->workflow_version);
  if (!plan) {
    error_ = Error{
        errc::corrupt,
        "version " + std::to_string(started->workflow_version) + " of workflow " + started->workflow_id + " is missing",
        {}};
    return false;
  }
  if (plan->hash != started->definition_hash) {
    difference_ = at_event(1) + "the stored definition is not the one that the run was started with";
    return false;
  }
  applied_ = std::make_unique<workflow::State>(id_, plan);
  if (decide_again) decided_ = std::make_unique<workflow::State>(id_, plan);
  view_ = std::make_unique<projections::ExecutionView>(id_);
  head_ = events::genesis(id_);
  return true;
}

bool ReplayRun::fold(const events::Chunk& chunk, std::string_view bytes, bool decide_again) {
  if (!applied_ && !begin(chunk, decide_again)) return false;
  if (chunk.first_event_id != applied_->next_event_id) {
    difference_ = at_event(applied_->next_event_id) + "is missing; the next stored one is " +
                  std::to_string(chunk.first_event_id);
    return false;
  }
  const auto before = head_;
  if (auto checked = events::decode(bytes, id_, &head_); !checked) {
    difference_ = at_event(chunk.first_event_id) + checked.error().detail;
    return false;
  }
  if (!apply(chunk)) return false;
  view_->fold(chunk);
  events_ += chunk.events.size();
  return decided_ == nullptr || decide(chunk, bytes, before);
}

bool ReplayRun::fold_part(const events::Chunk& chunk, std::size_t events) {
  if (!applied_ && !begin(chunk, false)) return false;
  events::Chunk part = chunk;
  part.events.resize(events);
  return apply(part);
}

bool ReplayRun::apply(const events::Chunk& chunk) {
  for (const auto& event : chunk.events) {
    if (auto applied = workflow::apply(*applied_, event, chunk.time); !applied) {
      difference_ = at_event(applied_->next_event_id) + applied.error().detail;
      return false;
    }
  }
  return true;
}

bool ReplayRun::decide(const events::Chunk& chunk, std::string_view bytes, events::Sha256 head) {
  const auto command = workflow::command_of(chunk.events);
  if (!command) {
    difference_ = at_event(chunk.first_event_id) + std::string(events::type_of(chunk.events.front()).name) +
                  " never begins what a command caused";
    return false;
  }
  workflow::Effects effects;
  auto decided = workflow::decide(*decided_, *command, workflow::Now{chunk.time}, effects);
  if (!decided) {
    difference_ = at_event(chunk.first_event_id) + "the recorded command is refused now: " + decided.error().detail;
    return false;
  }
  events::Chunk again = chunk;
  again.events = std::move(*decided);
  const auto encoded = events::encode(again, head);
  constexpr auto kAfterPosition = events::kPositionOffset + 8;
  const bool same = encoded.size() == bytes.size() && encoded[0] == bytes[0] &&
                    std::string_view(encoded).substr(kAfterPosition) == bytes.substr(kAfterPosition);
  if (same) return true;
  std::size_t i = 0;
  while (i < again.events.size() && i < chunk.events.size() && again.events[i] == chunk.events[i]) ++i;
  const auto name = [](const std::vector<events::Event>& list, std::size_t at) {
    return at < list.size() ? std::string(events::type_of(list[at]).name) : std::string("nothing");
  };
  difference_ = at_event(chunk.first_event_id + i) + "stored " + name(chunk.events, i) + ", decided again " +
                name(again.events, i);
  return false;
}

std::string ReplayRun::canonical_applied() const {
  std::string out;
  applied_->append_canonical(out);
  return out;
}

std::string ReplayRun::canonical_decided() const {
  std::string out;
  (decided_ ? *decided_ : *applied_).append_canonical(out);
  return out;
}

}  // namespace reprise::actors
