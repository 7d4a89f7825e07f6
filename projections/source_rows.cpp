#include "projections/source_rows.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "projections/named_rows.hpp"

namespace reprise::projections {

using storage::Family;

namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr NamedRows<SourceRow> kRows{Family::sources, "source", parse_source_row};

struct Folding {
  SourceRow& row;
  const events::Chunk& chunk;

  void operator()(const events::SourcePut& event) const {
    const bool anew = begin_anew(row, chunk.time);
    if (anew || event.topic != row.put.topic || event.brokers != row.put.brokers) row.epoch = row.next_event_id;
    row.workspace = chunk.principal.workspace;
    row.user = chunk.principal.user;
    row.put = event;
    row.put_at = chunk.time;
  }
  void operator()(const events::SourcePaused& event) const {
    row.paused = true;
    row.pause_reason = event.reason;
  }
  void operator()(const events::SourceResumed&) const {
    row.paused = false;
    row.pause_reason.clear();
  }
  void operator()(const events::SourceRefused& event) const {
    ++row.refused;
    keep_newest(row.refusals, {event, chunk.time, row.next_event_id}, kRefusalsKept);
  }
  void operator()(const events::SourceMoved& event) const {
    if (event.to > event.from) row.lost += event.to - event.from;
    keep_newest(row.moves, {event, chunk.time, row.next_event_id}, kMovesKept);
  }
  void operator()(const events::SourceDeleted&) const { row.deleted = true; }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void SourceRow::fold(const events::Chunk& chunk) { fold_events<Folding>(*this, chunk); }

Uuid source_uuid(std::string_view workspace, std::string_view name) {
  // A name space of its own: no workflow or schedule of that name has this id.
  constexpr std::array<std::uint8_t, 16> kSources{0x8c, 0x41, 0x0d, 0x77, 0x3a, 0x96, 0x4e, 0x05,
                                                  0xb2, 0x6e, 0x19, 0xd3, 0x58, 0xa0, 0xf4, 0x2b};
  return named_uuid(kSources, workspace, name);
}

bool begins_source(const events::Event& first) { return std::holds_alternative<events::SourcePut>(first); }

std::string source_key(std::string_view workspace, std::string_view name) { return named_key(workspace, name, kState); }

std::string source_value(const SourceRow& row) {
  std::string out;
  out.push_back(static_cast<char>(kRowFormat));
  out.push_back(static_cast<char>((row.deleted ? 1 : 0) | (row.paused ? 2 : 0)));
  append_text(out, row.workspace);
  append_text(out, row.user);
  append_text(out, row.put.name);
  append_text(out, row.put.workflow_id);
  out.push_back(static_cast<char>(row.put.inputs));
  append_text(out, row.put.brokers);
  append_text(out, row.put.topic);
  out.push_back(static_cast<char>(row.put.start));
  append_text(out, row.put.properties.bytes);
  append_text(out, row.put.dead_letter_topic);
  append_varint(out, row.put.max_in_flight);
  append_text(out, row.pause_reason);
  append_signed(out, to_millis(row.made_at));
  append_signed(out, to_millis(row.put_at));
  append_varint(out, row.epoch);
  append_varint(out, row.next_event_id);
  append_varint(out, row.refused);
  append_varint(out, row.lost);
  append_varint(out, row.refusals.size());
  for (const auto& each : row.refusals) {
    append_signed(out, to_millis(each.at));
    append_varint(out, each.event_id);
    append_text(out, each.refused.topic);
    append_varint(out, each.refused.partition);
    append_varint(out, each.refused.offset);
    append_text(out, each.refused.reason);
  }
  append_varint(out, row.moves.size());
  for (const auto& each : row.moves) {
    append_signed(out, to_millis(each.at));
    append_varint(out, each.event_id);
    append_text(out, each.moved.topic);
    append_varint(out, each.moved.partition);
    append_varint(out, each.moved.from);
    append_varint(out, each.moved.to);
  }
  return out;
}

Expected<SourceRow> parse_source_row(std::string_view value) {
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kRowFormat) return newer_row("source", format);
  bool known = format == kRowFormat;
  const auto small = [&] {
    const std::uint64_t number = reader.varint();
    known = known && number <= 0xFFFF'FFFF;
    return static_cast<std::uint32_t>(number);
  };
  SourceRow row;
  const std::uint8_t flags = reader.byte();
  row.deleted = (flags & 1) != 0;
  row.paused = (flags & 2) != 0;
  row.workspace = reader.text();
  row.user = reader.text();
  row.put.name = reader.text();
  row.put.workflow_id = reader.text();
  const std::uint8_t inputs = reader.byte();
  row.put.inputs = static_cast<events::SourceInputs>(inputs);
  row.put.brokers = reader.text();
  row.put.topic = reader.text();
  const std::uint8_t start = reader.byte();
  row.put.start = static_cast<events::SourceStart>(start);
  row.put.properties.bytes = reader.text();
  row.put.dead_letter_topic = reader.text();
  row.put.max_in_flight = small();
  row.pause_reason = reader.text();
  row.made_at = from_millis(reader.signed_number());
  row.put_at = from_millis(reader.signed_number());
  row.epoch = reader.varint();
  row.next_event_id = reader.varint();
  row.refused = reader.varint();
  row.lost = reader.varint();
  known = known && flags < 4 && inputs <= 1 && start <= 1;
  for (std::uint64_t n = std::min<std::uint64_t>(reader.varint(), kRefusalsKept); n > 0 && reader.ok(); --n) {
    SourceRow::Refusal each;
    each.at = from_millis(reader.signed_number());
    each.event_id = reader.varint();
    each.refused.topic = reader.text();
    each.refused.partition = small();
    each.refused.offset = reader.varint();
    each.refused.reason = reader.text();
    row.refusals.push_back(std::move(each));
  }
  for (std::uint64_t n = std::min<std::uint64_t>(reader.varint(), kMovesKept); n > 0 && reader.ok(); --n) {
    SourceRow::Move each;
    each.at = from_millis(reader.signed_number());
    each.event_id = reader.varint();
    each.moved.topic = reader.text();
    each.moved.partition = small();
    each.moved.from = reader.varint();
    each.moved.to = reader.varint();
    row.moves.push_back(std::move(each));
  }
  if (!known || !reader.ok() || !reader.rest().empty()) return fail(errc::corrupt, "a damaged source row");
  return row;
}

void write_source_row(const SourceRow& row, storage::RowBatch& rows) {
  rows.put(Family::sources, source_key(row.workspace, row.put.name), source_value(row));
}

Expected<SourceRow> read_source(const storage::Store& store, std::string_view workspace, std::string_view name) {
  return kRows.read(store, workspace, name);
}

Expected<PageByName<SourceRow>> read_sources(const storage::Store& store, std::string_view workspace,
                                             std::string_view after, std::size_t limit) {
  return kRows.page(store, workspace, after, limit);
}

}  // namespace reprise::projections
