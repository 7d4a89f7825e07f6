// The rows of interactions: their bytes and keys.
#include "events/json_members.hpp"
#include "projections/interactions.hpp"
#include "projections/list_keys.hpp"
#include "projections/row_bytes.hpp"

namespace reprise::projections {

namespace {

constexpr std::uint8_t kFormat = 1;
constexpr char kRow = 1, kOfWorkspace = 2, kOfWorkflow = 3;

}  // namespace

void append_interaction_state(std::string& out, const InteractionView& view) {
  JsonMembers members(out);
  members.text("type", events::name(view.kind));
  members.text("action_ref", view.ref);
  members.text("status", name(view.status));
  members.json("data", view.data.bytes);
  members.end();
}

void append_interaction_json(std::string& out, const InteractionView& view, const InteractionOwner& owner) {
  JsonMembers members(out);
  members.text("interaction_id", view.id);
  members.id("execution_id", owner.execution_id);
  members.text("workflow_id", owner.workflow_id);
  members.text_or_null("action_ref", view.ref);
  members.text("type", events::name(view.kind));
  members.text("status", name(view.status));
  members.json("message", view.message.bytes);
  members.number("required_approvers", view.required_approvers);
  members.json("approver_groups",
               view.approver_groups.bytes.empty() ? std::string_view("[]") : view.approver_groups.bytes);
  append_json_list(members.key("answers"), view.given, [&out](const InteractionView::Given& given) {
    JsonMembers answer(out);
    answer.text_or_null("user", given.user);
    answer.time("answered_at", given.at);
    answer.end();
  });
  members.json("data", view.data.bytes);
  members.text_or_null("answered_by", view.user);
  if (view.status == InteractionStatus::completed) {
    members.boolean("approved", view.approved);
  } else {
    members.null("approved");
  }
  members.time("created_at", view.created_at);
  members.time("requested_at", view.requested_at);
  members.time("until", view.until);
  members.time("ended_at", view.ended_at);
  members.end();
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
