#include "projections/schedule_rows.hpp"

#include <algorithm>
#include <variant>

#include "projections/named_rows.hpp"

namespace reprise::projections {

using storage::Family;

namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr NamedRows<ScheduleRow> kRows{Family::schedules, "schedule", parse_schedule_row};
constexpr char kInputs = '\1';  // behind a name, as kState is

struct Folding {
  ScheduleRow& row;
  const events::Chunk& chunk;

  void operator()(const events::SchedulePut& event) const {
    begin_anew(row, chunk.time);
    row.workspace = chunk.principal.workspace;
    row.user = chunk.principal.user;
    row.put = event;
    row.put.inputs.bytes.clear();
    row.put_at = row.dealt_with = chunk.time;
    row.buffered.reset();
  }
  void operator()(const events::SchedulePaused& event) const {
    row.paused = true;
    row.pause_reason = event.reason;
  }
  void operator()(const events::ScheduleResumed&) const {
    row.paused = false;
    row.pause_reason.clear();
    row.dealt_with = chunk.time;
  }
  void operator()(const events::ScheduleFired& event) const {
    const std::uint64_t event_id = row.next_event_id;
    if (!event.manual) {
      if (event.outcome == events::FiringOutcome::buffered) {
        row.buffered = event.due;
      } else if (row.buffered == event.due) {
        row.buffered.reset();
      }
      row.dealt_with = std::max(row.dealt_with, event.due);
    }
    if (event.outcome == events::FiringOutcome::started) {
      if (const auto id = parse_uuid(event.execution_id)) keep_newest(row.runs, {*id, event_id}, kRunsKept);
    }
    const auto outcome = static_cast<std::size_t>(event.outcome);
    if (outcome < row.counts.size()) ++row.counts[outcome];
    keep_newest(row.firings, {event, chunk.time, event_id}, kFiringsKept);
  }
  void operator()(const events::ScheduleDeleted&) const { row.deleted = true; }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void ScheduleRow::fold(const events::Chunk& chunk) { fold_events<Folding>(*this, chunk); }

Uuid schedule_uuid(std::string_view workspace, std::string_view name) {
  // A name space of its own: no workflow of that name has this id.
  constexpr std::array<std::uint8_t, 16> kSchedules{0x2f, 0x5d, 0x3c, 0x0e, 0x61, 0x0b, 0x4a, 0x52,
                                                    0x9d, 0x1c, 0x7a, 0x44, 0x08, 0xe3, 0x56, 0x19};
  return named_uuid(kSchedules, workspace, name);
}

bool begins_schedule(const events::Event& first) { return std::holds_alternative<events::SchedulePut>(first); }

std::string schedule_key(std::string_view workspace, std::string_view name) {
  return named_key(workspace, name, kState);
}
std::string schedule_inputs_key(std::string_view workspace, std::string_view name) {
  return named_key(workspace, name, kInputs);
}

std::string schedule_value(const ScheduleRow& row) {
  std::string out;
  out.push_back(static_cast<char>(kRowFormat));
  out.push_back(static_cast<char>((row.deleted ? 1 : 0) | (row.paused ? 2 : 0) | (row.buffered ? 4 : 0)));
  append_text(out, row.workspace);
  append_text(out, row.user);
  append_text(out, row.put.name);
  append_text(out, row.put.workflow_id);
  append_text(out, row.put.cron);
  append_signed(out, row.put.every.count());
  append_text(out, row.put.timezone);
  out.push_back(static_cast<char>(row.put.overlap));
  append_signed(out, row.put.catchup_window.count());
  append_text(out, row.pause_reason);
  append_signed(out, to_millis(row.made_at));
  append_signed(out, to_millis(row.put_at));
  append_signed(out, to_millis(row.dealt_with));
  if (row.buffered) append_signed(out, to_millis(*row.buffered));
  append_varint(out, row.next_event_id);
  append_varint(out, row.firings.size());
  for (const auto& firing : row.firings) {
    append_signed(out, to_millis(firing.at));
    append_varint(out, firing.event_id);
    append_signed(out, to_millis(firing.fired.due));
    out.push_back(firing.fired.manual ? '\1' : '\0');
    out.push_back(static_cast<char>(firing.fired.outcome));
    append_text(out, firing.fired.execution_id);
    append_text(out, firing.fired.message);
  }
  append_varint(out, row.runs.size());
  for (const auto& run : row.runs) {
    out += run.id.view();
    append_varint(out, run.event_id);
  }
  for (const std::uint64_t count : row.counts) append_varint(out, count);
  return out;
}

Expected<ScheduleRow> parse_schedule_row(std::string_view value) {
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kRowFormat) return newer_row("schedule", format);
  ScheduleRow row;
  const std::uint8_t flags = reader.byte();
  row.deleted = (flags & 1) != 0;
  row.paused = (flags & 2) != 0;
  row.workspace = reader.text();
  row.user = reader.text();
  row.put.name = reader.text();
  row.put.workflow_id = reader.text();
  row.put.cron = reader.text();
  row.put.every = Duration{reader.signed_number()};
  row.put.timezone = reader.text();
  const std::uint8_t overlap = reader.byte();
  row.put.overlap = static_cast<events::Overlap>(overlap);
  row.put.catchup_window = Duration{reader.signed_number()};
  row.pause_reason = reader.text();
  row.made_at = from_millis(reader.signed_number());
  row.put_at = from_millis(reader.signed_number());
  row.dealt_with = from_millis(reader.signed_number());
  if ((flags & 4) != 0) row.buffered = from_millis(reader.signed_number());
  row.next_event_id = reader.varint();
  bool known = format == kRowFormat && flags < 8 && overlap <= static_cast<std::uint8_t>(events::Overlap::buffer_one);
  for (std::uint64_t n = std::min<std::uint64_t>(reader.varint(), kFiringsKept); n > 0 && reader.ok(); --n) {
    ScheduleRow::Firing firing;
    firing.at = from_millis(reader.signed_number());
    firing.event_id = reader.varint();
    firing.fired.due = from_millis(reader.signed_number());
    firing.fired.manual = reader.byte() != 0;
    const std::uint8_t outcome = reader.byte();
    known = known && outcome < row.counts.size();
    firing.fired.outcome = static_cast<events::FiringOutcome>(outcome);
    firing.fired.execution_id = reader.text();
    firing.fired.message = reader.text();
    row.firings.push_back(std::move(firing));
  }
  for (std::uint64_t n = std::min<std::uint64_t>(reader.varint(), kRunsKept); n > 0 && reader.ok(); --n) {
    const std::string_view id = reader.raw(16);
    const std::uint64_t event_id = reader.varint();
    if (reader.ok()) row.runs.push_back({Uuid::from_view(id), event_id});
  }
  for (std::uint64_t& count : row.counts) count = reader.varint();
  if (!known || !reader.ok() || !reader.rest().empty()) return fail(errc::corrupt, "a damaged schedule row");
  return row;
}

void write_schedule_row(const ScheduleRow& row, storage::RowBatch& rows) {
  rows.put(Family::schedules, schedule_key(row.workspace, row.put.name), schedule_value(row));
}

void write_schedule_inputs(const events::Chunk& chunk, storage::RowBatch& rows) {
  for (const events::Event& event : chunk.events) {
    const auto* put = std::get_if<events::SchedulePut>(&event);
    if (put == nullptr) continue;
    rows.put(Family::schedules, schedule_inputs_key(chunk.principal.workspace, put->name), put->inputs.bytes);
  }
}

Expected<ScheduleRow> read_schedule(const storage::Store& store, std::string_view workspace, std::string_view name) {
  return kRows.read(store, workspace, name);
}

Expected<PageByName<ScheduleRow>> read_schedules(const storage::Store& store, std::string_view workspace,
                                                 std::string_view after, std::size_t limit) {
  return kRows.page(store, workspace, after, limit);
}

Expected<Json> read_schedule_inputs(const storage::Store& store, std::string_view workspace, std::string_view name) {
  auto value = store.get(Family::schedules, schedule_inputs_key(workspace, name));
  if (!value) return tl::unexpected(value.error());
  return Json{std::move(*value)};
}

}  // namespace reprise::projections
