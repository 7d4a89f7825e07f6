#include "actors/queue_entry.hpp"

#include "projections/row_bytes.hpp"

namespace reprise::actors {

using projections::append_text;
using projections::append_varint;

std::string queue_row_value(const QueueEntry& entry) {
  std::string out;
  out.reserve(32 + entry.workflow_id.size() + entry.action.size() + entry.ref.size() + entry.args.size() +
              entry.item.size());
  append_varint(out, entry.attempt);
  append_varint(out, entry.delivery);
  append_varint(out, static_cast<std::uint64_t>(entry.timeout.count()));
  append_varint(out, static_cast<std::uint64_t>(to_millis(entry.deadline)));
  append_text(out, entry.workflow_id);
  append_text(out, entry.action);
  append_text(out, entry.ref);
  append_text(out, entry.args);
  // The last two are there only where they say something.
  if (!entry.item.empty() || entry.recorded) append_text(out, entry.item);
  if (entry.recorded) append_varint(out, 1);
  return out;
}

std::optional<QueueEntry> parse_queue_row(std::string_view key, std::string_view value) {
  auto parsed = storage::parse_queue_key(key);
  if (!parsed) return std::nullopt;
  QueueEntry entry;
  entry.key = std::move(*parsed);
  projections::RowReader in(value);
  entry.attempt = static_cast<std::uint32_t>(in.varint());
  entry.delivery = static_cast<std::uint32_t>(in.varint());
  entry.timeout = Duration(static_cast<std::int64_t>(in.varint()));
  entry.deadline = from_millis(static_cast<std::int64_t>(in.varint()));
  entry.workflow_id = in.text();
  entry.action = in.text();
  entry.ref = in.text();
  entry.args = in.text();
  if (!in.rest().empty()) entry.item = in.text();
  entry.recorded = !in.rest().empty() && in.varint() == 1;
  if (!in.ok() || !in.rest().empty()) return std::nullopt;
  return entry;
}

std::string queue_name(std::string_view workspace, std::string_view queue) {
  std::string out(workspace);
  out += '\x1f';
  out += queue;
  return out;
}

}  // namespace reprise::actors
