// Rows of workflows: one for each version, and a head that tells whether the workflow is there.
#include <cstring>
#include <variant>

#include "events/base62.hpp"
#include "projections/queries.hpp"
#include "projections/queries_impl.hpp"
#include "projections/row_bytes.hpp"
#include "storage/keys.hpp"

namespace reprise::projections {

using storage::Family;
using storage::Reach;

namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr char kEnd = '\0';  // of a workflow id, which has no such byte

// The place of a version among a workflow's rows: the newest first, and the head before them all.
constexpr std::uint32_t kHead = 0;
std::uint32_t place_of(std::uint32_t version) { return ~version; }

std::string workspace_prefix(std::string_view workspace) {
  std::string key;
  append_text(key, workspace);
  return key;
}

std::string workflow_prefix(std::string_view workspace, std::string_view workflow_id) {
  std::string key = workspace_prefix(workspace);
  key += workflow_id;
  key += kEnd;
  return key;
}

std::string row_key(std::string_view workspace, std::string_view workflow_id, std::uint32_t place) {
  std::string key = workflow_prefix(workspace, workflow_id);
  storage::append_be32(key, place);
  return key;
}

// What a key says behind its workspace.
struct Place {
  std::string_view workflow_id;
  std::uint32_t place = 0;
};
std::optional<Place> parse_place(std::string_view key, std::string_view workspace_prefix) {
  if (!key.starts_with(workspace_prefix) || key.size() < workspace_prefix.size() + 5) return std::nullopt;
  const std::string_view workflow_id = key.substr(workspace_prefix.size(), key.size() - workspace_prefix.size() - 5);
  if (key[key.size() - 5] != kEnd || workflow_id.find(kEnd) != std::string_view::npos) return std::nullopt;
  return Place{workflow_id, storage::read_be32(key.substr(key.size() - 4))};
}

std::string head_value(bool deleted) { return {static_cast<char>(kRowFormat), static_cast<char>(deleted ? 1 : 0)}; }

Expected<bool> is_deleted(std::string_view head) {
  if (head.size() != 2 || head[0] != static_cast<char>(kRowFormat) || (head[1] != 0 && head[1] != 1)) {
    return fail(errc::corrupt, "a damaged workflow row");
  }
  return head[1] == 1;
}

std::string row_value(const events::WorkflowRegistered& event, const events::Chunk& chunk) {
  std::string value;
  value.reserve(64 + event.source.size() + event.canonical.bytes.size());
  value.push_back(static_cast<char>(kRowFormat));
  value.append(reinterpret_cast<const char*>(event.hash.data()), event.hash.size());
  append_signed(value, to_millis(chunk.time));
  append_text(value, chunk.principal.user);
  append_text(value, event.media_type);
  append_text(value, event.canonical.bytes);
  append_text(value, event.source);
  return value;
}

enum class Parts { all, without_source };

Expected<WorkflowRow> parse_row(const Place& place, std::string_view value, Parts parts) {
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kRowFormat) {
    return fail(errc::unsupported_version, "a workflow row of a newer format: " + std::to_string(format));
  }
  WorkflowRow row;
  row.workflow_id = place.workflow_id;
  row.version = ~place.place;
  const std::string_view hash = reader.raw(row.hash.size());
  if (reader.ok()) std::memcpy(row.hash.data(), hash.data(), hash.size());
  row.registered_at = from_millis(reader.signed_number());
  row.user = reader.text();
  row.media_type = reader.text();
  row.canonical = reader.text();
  const std::string_view source = reader.text();
  if (!reader.ok() || !reader.rest().empty() || format != kRowFormat) {
    return fail(errc::corrupt, "a damaged row of workflow " + row.workflow_id);
  }
  if (parts == Parts::all) row.source = source;
  return row;
}

tl::unexpected<Error> unknown(std::string_view workflow_id) {
  return fail(errc::not_found_workflow, "no workflow " + std::string(workflow_id));
}

}  // namespace

void write_workflow_rows(const events::Chunk& chunk, storage::RowBatch& rows) {
  const std::string& workspace = chunk.principal.workspace;
  for (const events::Event& event : chunk.events) {
    if (const auto* registered = std::get_if<events::WorkflowRegistered>(&event)) {
      rows.put(Family::definitions, row_key(workspace, registered->workflow_id, place_of(registered->version)),
               row_value(*registered, chunk));
      rows.put(Family::definitions, row_key(workspace, registered->workflow_id, kHead), head_value(false));
    } else if (const auto* deleted = std::get_if<events::WorkflowDeleted>(&event)) {
      rows.put(Family::definitions, row_key(workspace, deleted->workflow_id, kHead), head_value(true));
    }
  }
}

Expected<WorkflowRow> Queries::workflow(std::string_view workspace, std::string_view workflow_id,
                                        std::uint32_t version) const {
  const storage::Store& store = impl_->store;
  if (version != 0) {
    const Place place{workflow_id, place_of(version)};
    const auto value = store.get(Family::definitions, row_key(workspace, workflow_id, place.place));
    if (value) return parse_row(place, *value, Parts::all);
    return value.error().code == errc::not_found
               ? unknown(std::string(workflow_id) + " of version " + std::to_string(version))
               : tl::unexpected(value.error());
  }
  // The head and the newest version are neighbours: one cursor sees both as of one instant.
  const std::string prefix = workspace_prefix(workspace);
  auto cursor = store.cursor(Family::definitions);
  cursor.seek(row_key(workspace, workflow_id, kHead));
  const auto head = cursor.valid() ? parse_place(cursor.key(), prefix) : std::nullopt;
  if (!head || head->workflow_id != workflow_id || head->place != kHead) {
    if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
    return unknown(workflow_id);
  }
  const auto deleted = is_deleted(cursor.value());
  if (!deleted) return tl::unexpected(deleted.error());
  if (*deleted) return unknown(workflow_id);
  cursor.next();
  const auto newest = cursor.valid() ? parse_place(cursor.key(), prefix) : std::nullopt;
  if (!newest || newest->workflow_id != workflow_id) {
    if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
    return fail(errc::corrupt, "workflow " + std::string(workflow_id) + " has no version");
  }
  return parse_row(*newest, cursor.value(), Parts::all);
}

Expected<std::string> Queries::workflow_name(std::string_view workspace, std::string_view text,
                                             storage::Reach reach) const {
  std::string name(text);
  const auto id = parse_workflow_uuid(text);
  if (!id) return name;
  const auto read = events(
      *id, 0, 1,
      [&](const events::Record& record) {
        const auto* registered = std::get_if<events::WorkflowRegistered>(&record.event);
        // The stream may be another workspace's: then the id is not one of ours.
        if (registered != nullptr && workflow_uuid(workspace, registered->workflow_id) == *id) {
          name = registered->workflow_id;
        }
      },
      reach);
  if (!read && read.error().code != errc::not_found_execution) return tl::unexpected(read.error());
  return name;
}

Expected<std::vector<WorkflowRow>> Queries::versions(std::string_view workspace, std::string_view workflow_id,
                                                     std::size_t limit, std::uint32_t before_version) const {
  std::vector<WorkflowRow> rows;
  if (before_version == 1) return rows;
  const std::string prefix = workspace_prefix(workspace);
  const std::uint32_t first = before_version == 0 ? kHead + 1 : place_of(before_version - 1);
  auto cursor = impl_->store.cursor(Family::definitions);
  for (cursor.seek(row_key(workspace, workflow_id, first)); rows.size() < limit && cursor.valid(); cursor.next()) {
    const auto place = parse_place(cursor.key(), prefix);
    if (!place || place->workflow_id != workflow_id) break;
    auto row = parse_row(*place, cursor.value(), Parts::without_source);
    if (!row) return tl::unexpected(row.error());
    rows.push_back(std::move(*row));
  }
  if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
  return rows;
}

Expected<PageByName<WorkflowRow>> Queries::workflows(std::string_view workspace, std::string_view after_id,
                                                     std::size_t limit) const {
  PageByName<WorkflowRow> page;
  const std::string prefix = workspace_prefix(workspace);
  const auto past = [&](std::string_view workflow_id) {
    std::string key = prefix;
    key += workflow_id;
    key += static_cast<char>(kEnd + 1);
    return key;
  };
  auto cursor = impl_->store.cursor(Family::definitions);
  std::string last(after_id);  // the last that was looked at
  std::size_t looked_at = 0;
  for (cursor.seek(last.empty() ? prefix : past(last)); cursor.valid(); cursor.seek(past(last))) {
    const auto head = parse_place(cursor.key(), prefix);
    if (!head) break;
    const std::string workflow_id(head->workflow_id);
    bool there = false;
    if (head->place == kHead) {
      const auto deleted = is_deleted(cursor.value());
      if (!deleted) return tl::unexpected(deleted.error());
      there = !*deleted;
    }
    if (looked_at++ == kNamesLookedAt || (there && page.rows.size() == limit)) {
      page.next = last;
      break;
    }
    last = workflow_id;
    if (!there) continue;
    cursor.next();
    const auto newest = cursor.valid() ? parse_place(cursor.key(), prefix) : std::nullopt;
    if (!newest || newest->workflow_id != workflow_id) continue;
    auto row = parse_row(*newest, cursor.value(), Parts::without_source);
    if (!row) return tl::unexpected(row.error());
    page.rows.push_back(std::move(*row));
  }
  if (auto read = cursor.status(); !read) return tl::unexpected(read.error());
  return page;
}

}  // namespace reprise::projections
