// The rows of interactions: their bytes and keys.
#include "events/json.hpp"
#include "events/json_time.hpp"
#include "projections/interactions.hpp"
#include "projections/list_keys.hpp"
#include "projections/row_bytes.hpp"

namespace reprise::projections {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr char kRow = 1, kOfWorkspace = 2, kOfWorkflow = 3;

void append_member(std::string& out, std::string_view key, std::string_view json) {
  out.append(",\"").append(key).append("\":").append(json.empty() ? "null" : json);
}
void append_text_member(std::string& out, std::string_view key, std::string_view text) {
  out.append(",\"").append(key).append("\":");
  if (text.empty()) {
    out += "null";
  } else {
    append_json_string(out, text);
  }
}
void append_time_member(std::string& out, std::string_view key, Time time) {
  out.append(",\"").append(key).append("\":");
  append_json_time(out, time);
}

}  // namespace

void append_interaction_state(std::string& out, const InteractionView& view) {
  out.append("{\"type\":\"").append(events::name(view.kind)).append("\",\"action_ref\":");
  append_json_string(out, view.ref);
  out.append(",\"status\":\"").append(name(view.status)).append("\"");
  append_member(out, "data", view.data.bytes);
  out += '}';
}

void append_interaction_json(std::string& out, const InteractionView& view, const InteractionOwner& owner) {
  out += "{\"interaction_id\":";
  append_json_string(out, view.id);
  out += ",\"execution_id\":\"";
  append_uuid(out, owner.execution_id);
  out += "\",\"workflow_id\":";
  append_json_string(out, owner.workflow_id);
  append_text_member(out, "action_ref", view.ref);
  append_text_member(out, "type", events::name(view.kind));
  append_text_member(out, "status", name(view.status));
  append_member(out, "message", view.message.bytes);
  out.append(",\"required_approvers\":").append(std::to_string(view.required_approvers));
  append_member(out, "approver_groups", view.approver_groups.bytes.empty() ? "[]" : view.approver_groups.bytes);
  out += ",\"answers\":[";
  for (const InteractionView::Given& given : view.given) {
    if (out.back() != '[') out += ',';
    out += "{\"user\":";
    if (given.user.empty()) {
      out += "null";
    } else {
      append_json_string(out, given.user);
    }
    append_time_member(out, "answered_at", given.at);
    out += '}';
  }
  out += ']';
  append_member(out, "data", view.data.bytes);
  append_text_member(out, "answered_by", view.user);
  const bool completed = view.status == InteractionStatus::completed;
  append_member(out, "approved", completed ? (view.approved ? "true" : "false") : "null");
  append_time_member(out, "created_at", view.created_at);
  append_time_member(out, "requested_at", view.requested_at);
  append_time_member(out, "until", view.until);
  append_time_member(out, "ended_at", view.ended_at);
  out += '}';
}

void append_interaction_row(std::string& out, const InteractionView& view, const InteractionOwner& owner) {
  out.push_back(static_cast<char>(kFormat));
  out.push_back(static_cast<char>(view.status));
  out.append(owner.execution_id.view());
  append_signed(out, to_millis(view.created_at));
  append_text(out, view.ref);
  append_text(out, owner.workspace);
  append_text(out, owner.workflow_id);
  append_interaction_json(out, view, owner);
}

Expected<InteractionRow> parse_interaction_row(std::string_view bytes) {
  RowReader reader(bytes);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kFormat) {
    return fail(errc::unsupported_version, "an interaction row of a newer format: " + std::to_string(format));
  }
  InteractionRow row;
  const std::uint8_t status = reader.byte();
  row.status = static_cast<InteractionStatus>(status);
  const std::string_view id = reader.raw(16);
  row.created_at = from_millis(reader.signed_number());
  row.ref = reader.text();
  row.workspace = reader.text();
  row.workflow_id = reader.text();
  row.json = reader.rest();
  const bool whole = reader.ok() && format == kFormat && status < kInteractionStatuses && row.json.size() >= 2 &&
                     row.json.front() == '{' && row.json.back() == '}';
  if (!whole) return fail(errc::corrupt, "a damaged interaction row");
  row.execution_id = Uuid::from_view(id);
  return row;
}

std::string interaction_key(const Uuid& id) { return std::string(1, kRow).append(id.view()); }

std::string interaction_list(std::string_view workspace, const std::optional<std::string>& workflow_id) {
  std::string list(1, workflow_id ? kOfWorkflow : kOfWorkspace);
  append_text(list, workspace);
  if (workflow_id) append_text(list, *workflow_id);
  return list;
}

std::vector<std::string> interaction_index(const InteractionView& view, InteractionStatus status,
                                           const InteractionOwner& owner) {
  std::vector<std::string> keys{interaction_list(owner.workspace, std::nullopt),
                                interaction_list(owner.workspace, std::string(owner.workflow_id))};
  for (std::string& key : keys) {
    key.push_back(static_cast<char>(status));
    append_place(key, view.created_at, parse_uuid(view.id).value_or(Uuid{}));
  }
  return keys;
}

void Interactions::write_rows(const InteractionOwner& owner, storage::RowBatch& rows) const {
  using storage::Family;
  std::string value;
  for (const std::size_t number : changed_) {
    const InteractionView& view = all_[number];
    value.clear();
    append_interaction_row(value, view, owner);
    rows.put(Family::interactions, interaction_key(parse_uuid(view.id).value_or(Uuid{})), value);
    if (view.listed == view.status) continue;
    if (view.listed) {
      for (const std::string& key : interaction_index(view, *view.listed, owner)) rows.del(Family::interactions, key);
    }
    for (const std::string& key : interaction_index(view, view.status, owner)) rows.put(Family::interactions, key, {});
  }
}

void Interactions::written() {
  for (const std::size_t number : changed_) {
    all_[number].listed = all_[number].status;
    all_[number].changed = false;
  }
  changed_.clear();
}

}  // namespace reprise::projections
