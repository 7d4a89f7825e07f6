// The keys of lists: index rows, and the counters that their totals are summed from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/time.hpp"
#include "events/uuid.hpp"
#include "projections/status.hpp"

namespace reprise::projections {

// Which list: the first byte of its keys. Stored: never renumber.
enum class ListKind : std::uint8_t { all = 1, workflow = 2, user = 3, workflow_user = 4 };

// kind(1) | workspace | workflow, in the kinds that have one | user, likewise; each text with its length (varint) in
// front, so that no list's keys begin with another's. A counter's key is this and the status; an index row's is that
// and the place.
void append_list(std::string& out, ListKind kind, std::string_view workspace, std::string_view workflow,
                 std::string_view user);

// A place in a list: bitwise-not of started_at (be64 ms) | id(16), so that bytes sort the newest first. The same for
// all statuses: what their ranges are merged by. An index key without its last 24 bytes is a counter's key.
inline constexpr std::size_t kPlaceSize = 24;
void append_place(std::string& out, Time started_at, const ExecutionId& id);
ExecutionId id_of_place(std::string_view place);  // precondition: size() == kPlaceSize

inline void append_status(std::string& out, Status status) { out.push_back(static_cast<char>(status)); }

// Calls `each` with the key so far of every list that an execution is in: without a user, those by user are left out.
template <class Each>
void for_lists_of(std::string_view workspace, std::string_view workflow, std::string_view user, std::string& scratch,
                  Each&& each) {
  const auto one = [&](ListKind kind) {
    scratch.clear();
    append_list(scratch, kind, workspace, workflow, user);
    each(scratch);
  };
  one(ListKind::all);
  one(ListKind::workflow);
  if (user.empty()) return;
  one(ListKind::user);
  one(ListKind::workflow_user);
}

}  // namespace reprise::projections
