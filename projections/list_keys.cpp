#include "projections/list_keys.hpp"

#include "projections/row_bytes.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

void append_list(std::string& out, ListKind kind, std::string_view workspace, std::string_view workflow,
                 std::string_view user) {
  out.push_back(static_cast<char>(kind));
  append_text(out, workspace);
  if (kind == ListKind::workflow || kind == ListKind::workflow_user) append_text(out, workflow);
  if (kind == ListKind::user || kind == ListKind::workflow_user) append_text(out, user);
}

void append_place(std::string& out, Time started_at, const ExecutionId& id) {
  storage::append_be64(out, ~static_cast<std::uint64_t>(to_millis(started_at)));
  out.append(id.view());
}

ExecutionId id_of_place(std::string_view place) { return Uuid::from_view(place.substr(8, 16)); }

}  // namespace reprise::projections
