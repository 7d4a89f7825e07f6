// The rows of one execution: its status row, its index rows, and what they do to the counters.
#include <algorithm>
#include <tuple>

#include "projections/execution_view.hpp"
#include "projections/list_keys.hpp"
#include "projections/row_bytes.hpp"

namespace reprise::projections {

namespace {

constexpr std::uint8_t kStatusRowFormat = 1;

}  // namespace

void append_status_row(std::string& out, const ExecutionView& view) {
  out.push_back(static_cast<char>(kStatusRowFormat));
  append_status(out, view.status);
  append_varint(out, view.workflow_version);
  append_varint(out, view.last_event_id);
  append_varint(out, view.log_lines);
  append_varint(out, view.log_bytes);
  append_signed(out, to_millis(view.started_at));
  append_signed(out, to_millis(view.completed_at));
  append_text(out, view.user);
  append_text(out, view.workspace);
  append_text(out, view.workflow_id);
  view.append_status_json(out);
}

Expected<StatusRow> parse_status_row(std::string_view bytes) {
  RowReader reader(bytes);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kStatusRowFormat) {
    return fail(errc::unsupported_version, "a status row of a newer format: " + std::to_string(format));
  }
  StatusRow row;
  const std::uint8_t status = reader.byte();
  row.status = static_cast<Status>(status);
  row.final = projections::final(row.status);
  const std::uint64_t version = reader.varint();
  row.workflow_version = static_cast<std::uint32_t>(version);
  row.last_event_id = reader.varint();
  row.log_lines = reader.varint();
  row.log_bytes = reader.varint();
  row.started_at = from_millis(reader.signed_number());
  row.completed_at = from_millis(reader.signed_number());
  row.user = reader.text();
  row.workspace = reader.text();
  row.workflow_id = reader.text();
  row.json = reader.rest();
  const bool whole = reader.ok() && format == kStatusRowFormat && status < kStatuses && version <= 0xffff'ffffu &&
                     row.json.size() >= 2 && row.json.front() == '{' && row.json.back() == '}';
  if (!whole) return fail(errc::corrupt, "a damaged status row");
  return row;
}

bool is_final_status_row(std::string_view bytes) {
  return bytes.size() > 1 && projections::final(static_cast<Status>(bytes[1]));
}

void ExecutionView::write_rows(const ExecutionView* before, storage::RowBatch& rows,
                               std::vector<storage::CounterDelta>& counters) const {
  write_rows(before == nullptr ? Written{} : Written{before->last_event_id != 0, before->status}, rows, counters);
}

void ExecutionView::write_rows(const Written& before, storage::RowBatch& rows,
                               std::vector<storage::CounterDelta>& counters) const {
  thread_local std::string scratch;
  scratch.clear();
  append_status_row(scratch, *this);
  rows.put(storage::Family::status, id.view(), scratch);
  if (scratch.capacity() > (64u << 10)) std::string().swap(scratch);

  interactions.write_rows(owner(), rows);
  if (before.any && before.status == status) return;

  counters.reserve(counters.size() + 8);
  for_lists_of(workspace, workflow_id, user, scratch, [&](std::string& key) {
    const std::size_t list = key.size();
    if (before.any) {
      append_status(key, before.status);
      counters.push_back({key, -1});
      append_place(key, started_at, id);
      rows.del(storage::Family::index, key);
      key.resize(list);
    }
    append_status(key, status);
    counters.push_back({key, 1});
    append_place(key, started_at, id);
    rows.put(storage::Family::index, key, {});
  });
}

std::vector<Row> rows_of(const ExecutionView& view) {
  std::vector<Row> rows;
  Row& row = rows.emplace_back();
  row.family = storage::Family::status;
  row.key = view.id.view();
  append_status_row(row.value, view);
  std::string scratch;
  for_lists_of(view.workspace, view.workflow_id, view.user, scratch, [&](std::string& key) {
    append_status(key, view.status);
    append_place(key, view.started_at, view.id);
    rows.push_back({storage::Family::index, key, {}});
  });
  for (const InteractionView& asked : view.interactions.all()) {
    Row& of = rows.emplace_back();
    of.family = storage::Family::interactions;
    of.key = interaction_key(parse_uuid(asked.id).value_or(Uuid{}));
    append_interaction_row(of.value, asked, view.owner());
    for (std::string& key : interaction_index(asked, asked.status, view.owner())) {
      rows.push_back({storage::Family::interactions, std::move(key), {}});
    }
  }
  if (const auto* idempotency = view.idempotency_row()) {
    rows.push_back({storage::Family::idempotency, idempotency->key, idempotency->value});
  }
  std::sort(rows.begin(), rows.end(),
            [](const Row& a, const Row& b) { return std::tie(a.family, a.key) < std::tie(b.family, b.key); });
  return rows;
}

}  // namespace reprise::projections
