// What the rows of resources with a name have in common (schedules, subscriptions, sources): keys by workspace and
// name, and reading one or a page of them. For the sources of those rows alone.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "events/record.hpp"
#include "projections/page_by_name.hpp"
#include "projections/row_bytes.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

// What stands behind a name in a key. No character of a name is as low; the last one is in no key, it is past them all.
inline constexpr char kState = '\0', kPast = '\x1f';

inline std::string named_key(std::string_view workspace, std::string_view name, char part) {
  std::string key;
  append_text(key, workspace);
  key += name;
  key += part;
  return key;
}

// `space` is the kind's own, so that streams of different kinds never have one id.
inline Uuid named_uuid(const std::array<std::uint8_t, 16>& space, std::string_view workspace, std::string_view name) {
  std::string text;
  append_text(text, workspace);
  text += name;
  return uuid_v5(Uuid{space}, text);
}

template <class T>
void keep_newest(std::vector<T>& list, T item, std::size_t most) {
  if (list.size() >= most) list.erase(list.begin());
  list.push_back(std::move(item));
}

// For the event that puts it: what is new, or comes again after it was deleted, begins with nothing but its place in
// the stream. True: it is so.
template <class Row>
bool begin_anew(Row& row, Time now) {
  if (!row.deleted && row.made_at != Time{}) return false;
  const std::uint64_t next = row.next_event_id;
  row = Row{};
  row.next_event_id = next;
  row.made_at = now;
  return true;
}

// Folding{row, chunk} is called with each event.
template <class Folding, class Row>
void fold_events(Row& row, const events::Chunk& chunk) {
  for (const events::Event& event : chunk.events) {
    std::visit(Folding{row, chunk}, event);
    ++row.next_event_id;
  }
}

template <class Row>
struct NamedRows {
  storage::Family family;
  std::string_view noun;  // "schedule"
  Expected<Row> (*parse)(std::string_view value);

  // The row of one that is not deleted. Errors: not_found, corrupt.
  Expected<Row> read(const storage::Store& store, std::string_view workspace, std::string_view name) const {
    const auto value = store.get(family, named_key(workspace, name, kState));
    if (!value && value.error().code != errc::not_found) return tl::unexpected(value.error());
    if (!value) return missing(name);
    auto row = parse(*value);
    if (row && row->deleted) return missing(name);
    return row;
  }

  // Those of a workspace after a name, by name, deleted ones left out.
  Expected<PageByName<Row>> page(const storage::Store& store, std::string_view workspace, std::string_view after,
                                 std::size_t limit) const {
    std::string prefix;
    append_text(prefix, workspace);
    PageByName<Row> page;
    std::string name(after);  // the last that was looked at
    std::size_t looked_at = 0;
    auto cursor = store.cursor(family);
    for (cursor.seek(after.empty() ? prefix : named_key(workspace, after, kPast)); cursor.valid(); cursor.next()) {
      const std::string_view key = cursor.key();
      if (!key.starts_with(prefix)) break;
      if (key.back() != kState) continue;
      auto row = parse(cursor.value());
      if (!row) return tl::unexpected(row.error());
      if (looked_at++ == kNamesLookedAt || (!row->deleted && page.rows.size() == limit)) {
        page.next = name;
        break;
      }
      name = key.substr(prefix.size(), key.size() - prefix.size() - 1);
      if (!row->deleted) page.rows.push_back(std::move(*row));
    }
    if (const auto read = cursor.status(); !read) return tl::unexpected(read.error());
    return page;
  }

 private:
  tl::unexpected<Error> missing(std::string_view name) const {
    return fail(errc::not_found, "no " + std::string(noun) + " " + std::string(name));
  }
};

// Of the first byte of a row.
inline tl::unexpected<Error> newer_row(std::string_view noun, std::uint8_t format) {
  return fail(errc::unsupported_version,
              "a " + std::string(noun) + " row of a newer format: " + std::to_string(format));
}

}  // namespace reprise::projections
