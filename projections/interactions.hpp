// The read model of the questions that runs ask people: a row each, and the lists of the inbox.
//
// Keys of the family `interactions`: 1 | interaction id(16), its row; and for each list it is in
// list | status(1) | place(24), no value. A list is 2 | workspace or 3 | workspace | workflow id; the place is the
// bitwise-not of created_at and the id, the same in every status: newest first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/record.hpp"
#include "storage/row_batch.hpp"

namespace reprise::projections {

// Stored in keys: never renumber.
enum class InteractionStatus : std::uint8_t { idle = 0, pending = 1, completed = 2, timed_out = 3, cancelled = 4 };
inline constexpr std::uint8_t kInteractionStatuses = 5;
std::string_view name(InteractionStatus status);  // as spelt above
std::optional<InteractionStatus> parse_interaction_status(std::string_view name);

// One question as its events tell it.
struct InteractionView {
  struct Given {
    std::string user;  // empty: nobody is known
    Time at;
  };

  std::string id;  // as text
  std::string ref;
  events::InteractionKind kind = events::InteractionKind::response;
  std::uint32_t required_approvers = 1;
  Json approver_groups;  // a list; empty: anybody
  InteractionStatus status = InteractionStatus::idle;
  Json message, data;  // empty: null
  std::string user;    // whose answer decided
  bool approved = false;
  std::vector<Given> given;
  Time created_at{}, requested_at{}, until{}, ended_at{};  // the epoch: null. Created: the first time

  // Not of the events: what the store has of it.
  std::optional<InteractionStatus> listed;  // the status that its lists have it under; none: it is in none
  bool changed = true;                      // since its rows were written

  bool open() const { return status == InteractionStatus::idle || status == InteractionStatus::pending; }
};

// {"type", "action_ref", "status", "data"}: a member of `interaction_states`.
void append_interaction_state(std::string& out, const InteractionView& view);

// Whose interactions they are.
struct InteractionOwner {
  ExecutionId execution_id;
  std::string_view workspace, workflow_id;
};

// Folds the interactions of one run.
class Interactions {
 public:
  // Takes any event of the run, of an execution's chunk at `time`.
  void fold(const events::Event& event, Time time);

  const std::vector<InteractionView>& all() const { return all_; }  // in order of their creation
  const InteractionView* find(std::string_view ref) const;          // null: none

  // The rows that have changed since written() was called last.
  void write_rows(const InteractionOwner& owner, storage::RowBatch& rows) const;
  void written();

 private:
  struct Folding;
  std::vector<InteractionView> all_;
  std::map<std::string, std::size_t, std::less<>> by_ref_;
  std::vector<std::size_t> changed_;
};

// What a row says beside its JSON.
struct InteractionRow {
  InteractionStatus status = InteractionStatus::idle;
  ExecutionId execution_id;
  Time created_at{};
  std::string_view ref, workspace, workflow_id;
  std::string_view json;  // the body of GET /api/interactions/{id}
};
Expected<InteractionRow> parse_interaction_row(std::string_view bytes);  // views into bytes

void append_interaction_json(std::string& out, const InteractionView& view, const InteractionOwner& owner);
void append_interaction_row(std::string& out, const InteractionView& view, const InteractionOwner& owner);
std::string interaction_key(const Uuid& id);
// The list that an inbox is: of a workspace, or of one workflow in it.
std::string interaction_list(std::string_view workspace, const std::optional<std::string>& workflow_id);
// The keys of its index rows under a status.
std::vector<std::string> interaction_index(const InteractionView& view, InteractionStatus status,
                                           const InteractionOwner& owner);

}  // namespace reprise::projections
