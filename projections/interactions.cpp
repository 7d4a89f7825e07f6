#include "projections/interactions.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "events/json.hpp"
#include "events/json_time.hpp"

namespace reprise::projections {

namespace {

constexpr std::array<std::string_view, kInteractionStatuses> kNames{"idle", "pending", "completed", "timed_out",
                                                                    "cancelled"};

}  // namespace

std::string_view name(InteractionStatus status) { return kNames[static_cast<std::size_t>(status)]; }

std::optional<InteractionStatus> parse_interaction_status(std::string_view text) {
  for (std::uint8_t i = 0; i < kInteractionStatuses; ++i) {
    if (kNames[i] == text) return static_cast<InteractionStatus>(i);
  }
  return std::nullopt;
}

// What each event changes.
struct Interactions::Folding {
  Interactions& all;
  Time time;

  void operator()(const events::InteractionCreated& event) {
    InteractionView made;
    made.id = event.interaction_id;
    made.ref = event.ref;
    made.kind = event.kind;
    made.required_approvers = event.required_approvers;
    made.approver_groups = event.approver_groups;
    made.created_at = time;
    const auto [place, is_new] = all.by_ref_.emplace(event.ref, all.all_.size());
    if (is_new) {
      all.changed_.push_back(place->second);
      all.all_.push_back(std::move(made));
      return;
    }
    // Asked anew by retry_until, under the same id: it keeps its place in the lists.
    InteractionView* before = changing(event.ref);
    made.created_at = before->created_at;
    made.listed = before->listed;
    *before = std::move(made);
  }
  void operator()(const events::InteractionRequested& event) {
    InteractionView* view = changing(event.ref);
    if (view == nullptr) return;
    view->status = InteractionStatus::pending;
    view->message = event.message;
    view->requested_at = time;
    view->until = event.until;
  }
  void operator()(const events::InteractionAnswered& event) {
    if (InteractionView* view = changing(event.ref)) view->given.push_back({event.user, time});
  }
  void operator()(const events::InteractionCompleted& event) {
    InteractionView* view = changing(event.ref);
    if (view == nullptr) return;
    end(*view, InteractionStatus::completed);
    view->data = event.data;
    view->user = event.user;
    view->approved = event.approved;
  }
  void operator()(const events::InteractionTimedOut& event) {
    if (InteractionView* view = changing(event.ref)) end(*view, InteractionStatus::timed_out);
  }

  // A task or run that ends takes its question along.
  void operator()(const events::TaskFailed& event) {
    if (!event.will_retry) cancel(event.ref);
  }
  void operator()(const events::TaskTimedOut& event) {
    if (!event.will_retry) cancel(event.ref);
  }
  void operator()(const events::TaskCancelled& event) { cancel(event.ref); }
  void operator()(const events::ExecutionFailed&) { cancel_all(); }
  void operator()(const events::ExecutionCancelled&) { cancel_all(); }
  void operator()(const events::ExecutionTerminated&) { cancel_all(); }
  void operator()(const events::ExecutionTimedOut&) { cancel_all(); }
  void operator()(const events::ExecutionContinued&) { cancel_all(); }
  template <class Other>
  void operator()(const Other&) {}

 private:
  InteractionView* changing(std::string_view ref) {
    const auto found = all.by_ref_.find(ref);
    if (found == all.by_ref_.end()) return nullptr;
    InteractionView& view = all.all_[found->second];
    if (!view.changed) all.changed_.push_back(found->second);
    view.changed = true;
    return &view;
  }
  void end(InteractionView& view, InteractionStatus status) {
    view.status = status;
    view.ended_at = time;
  }
  void cancel(std::string_view ref) {
    const InteractionView* view = all.find(ref);
    if (view != nullptr && view->open()) end(*changing(ref), InteractionStatus::cancelled);
  }
  void cancel_all() {
    for (const InteractionView& view : all.all_) cancel(view.ref);
  }
};

void Interactions::fold(const events::Event& event, Time time) {
  const bool begins = std::holds_alternative<events::InteractionCreated>(event);
  if (!begins && all_.empty()) return;
  std::visit(Folding{*this, time}, event);
}

const InteractionView* Interactions::find(std::string_view ref) const {
  const auto found = by_ref_.find(ref);
  return found == by_ref_.end() ? nullptr : &all_[found->second];
}

}  // namespace reprise::projections
