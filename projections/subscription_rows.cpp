#include "projections/subscription_rows.hpp"

#include <variant>

#include "events/json.hpp"
#include "projections/named_rows.hpp"

namespace reprise::projections {

using storage::Family;

namespace {

constexpr std::uint8_t kRowFormat = 1;
constexpr NamedRows<SubscriptionRow> kRows{Family::subscriptions, "subscription", parse_subscription_row};

struct Folding {
  SubscriptionRow& row;
  const events::Chunk& chunk;

  void operator()(const events::SubscriptionPut& event) const {
    if (begin_anew(row, chunk.time)) row.epoch = row.next_event_id;
    row.workspace = chunk.principal.workspace;
    row.user = chunk.principal.user;
    row.put = event;
    row.put_at = chunk.time;
  }
  void operator()(const events::SubscriptionPaused& event) const {
    row.paused = true;
    row.reason = event.reason;
  }
  void operator()(const events::SubscriptionResumed&) const {
    row.paused = row.disabled = false;
    row.reason.clear();
    row.failing_since = Time{};
  }
  void operator()(const events::SubscriptionReplayed&) const { row.epoch = row.next_event_id; }
  void operator()(const events::SubscriptionDisabled& event) const {
    row.disabled = true;
    row.reason = event.reason;
    row.failing_since = event.failing_since;
  }
  void operator()(const events::SubscriptionDeleted&) const { row.deleted = true; }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

void SubscriptionRow::fold(const events::Chunk& chunk) { fold_events<Folding>(*this, chunk); }

Uuid subscription_uuid(std::string_view workspace, std::string_view name) {
  // A name space of its own: no workflow or schedule of that name has this id.
  constexpr std::array<std::uint8_t, 16> kSubscriptions{0x8b, 0x1e, 0x0d, 0x5a, 0x3f, 0x72, 0x4c, 0x9e,
                                                        0xa6, 0x07, 0x52, 0xc8, 0x1d, 0xe4, 0x9b, 0x30};
  return named_uuid(kSubscriptions, workspace, name);
}

bool begins_subscription(const events::Event& first) { return std::holds_alternative<events::SubscriptionPut>(first); }

Expected<events::TypeSet> types_of(const events::SubscriptionPut& put) {
  const auto list = parse_json(put.types.bytes);
  if (!list || !list->root().IsArray()) return fail(errc::invalid, "types must be a list of patterns");
  events::TypeSet types;
  for (const JsonValue& pattern : list->root().GetArray()) {
    if (!pattern.IsString()) return fail(errc::invalid, "types must be a list of patterns");
    auto some = events::parse_type_set(text_of(pattern));
    if (!some) return some;
    types |= *some;
  }
  return types;
}

std::string subscription_key(std::string_view workspace, std::string_view name) {
  return named_key(workspace, name, kState);
}

std::string subscription_value(const SubscriptionRow& row) {
  std::string out;
  out.push_back(static_cast<char>(kRowFormat));
  out.push_back(static_cast<char>((row.deleted ? 1 : 0) | (row.paused ? 2 : 0) | (row.disabled ? 4 : 0)));
  append_text(out, row.workspace);
  append_text(out, row.user);
  append_text(out, row.put.name);
  append_text(out, row.put.workflow_id);
  append_text(out, row.put.url);
  append_text(out, row.put.types.bytes);
  append_text(out, row.reason);
  append_signed(out, to_millis(row.failing_since));
  append_signed(out, to_millis(row.made_at));
  append_signed(out, to_millis(row.put_at));
  append_varint(out, row.epoch);
  append_varint(out, row.next_event_id);
  return out;
}

Expected<SubscriptionRow> parse_subscription_row(std::string_view value) {
  RowReader reader(value);
  const std::uint8_t format = reader.byte();
  if (reader.ok() && format > kRowFormat) return newer_row("subscription", format);
  SubscriptionRow row;
  const std::uint8_t flags = reader.byte();
  row.deleted = (flags & 1) != 0;
  row.paused = (flags & 2) != 0;
  row.disabled = (flags & 4) != 0;
  row.workspace = reader.text();
  row.user = reader.text();
  row.put.name = reader.text();
  row.put.workflow_id = reader.text();
  row.put.url = reader.text();
  row.put.types.bytes = reader.text();
  row.reason = reader.text();
  row.failing_since = from_millis(reader.signed_number());
  row.made_at = from_millis(reader.signed_number());
  row.put_at = from_millis(reader.signed_number());
  row.epoch = reader.varint();
  row.next_event_id = reader.varint();
  if (format != kRowFormat || flags > 7 || !reader.ok() || !reader.rest().empty()) {
    return fail(errc::corrupt, "a damaged subscription row");
  }
  return row;
}

void write_subscription_row(const SubscriptionRow& row, storage::RowBatch& rows) {
  rows.put(Family::subscriptions, subscription_key(row.workspace, row.put.name), subscription_value(row));
}

Expected<SubscriptionRow> read_subscription(const storage::Store& store, std::string_view workspace,
                                            std::string_view name) {
  return kRows.read(store, workspace, name);
}

Expected<PageByName<SubscriptionRow>> read_subscriptions(const storage::Store& store, std::string_view workspace,
                                                         std::string_view after, std::size_t limit) {
  return kRows.page(store, workspace, after, limit);
}

std::vector<SubscriptionRow> read_all_subscriptions(const storage::Store& store) {
  std::vector<SubscriptionRow> out;
  auto cursor = store.cursor(Family::subscriptions);
  for (cursor.seek({}); cursor.valid(); cursor.next()) {
    auto row = parse_subscription_row(cursor.value());
    if (row && !row->deleted) out.push_back(std::move(*row));
  }
  return out;
}

}  // namespace reprise::projections
