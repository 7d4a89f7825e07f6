// The inbox: a page is a scan of index keys, merged over the statuses of the filter, and one lookup of its rows.
#include <algorithm>

#include "projections/interactions.hpp"
#include "projections/list_cursor.hpp"
#include "projections/list_keys.hpp"
#include "projections/queries_impl.hpp"

namespace reprise::projections {

using storage::Family;
using storage::Reach;

namespace {

constexpr std::size_t kMaxLimit = 1'000;
constexpr std::uint32_t kAllStatuses = (1u << kInteractionStatuses) - 1;

// The first `count` places of one list in one status, after `after`. Appends.
Expected<void> append_places(storage::Store::Cursor& cursor, std::string range, std::string_view after,
                             std::size_t count, std::vector<std::string>& places) {
  std::string end = range;
  ++end.back();  // a status is below 255
  cursor.bound(end);
  const std::size_t size = range.size();
  range += after;
  if (!after.empty()) range += '\0';
  std::size_t taken = 0;
  for (cursor.seek(range); taken < count && cursor.valid(); cursor.next(), ++taken) {
    const std::string_view key = cursor.key();
    if (key.size() != size + kPlaceSize) return fail(errc::corrupt, "an interaction's index row of a wrong length");
    places.emplace_back(key.substr(size));
  }
  return cursor.status();
}

tl::unexpected<Error> unknown(const Uuid& id) { return fail(errc::not_found, "no interaction " + to_string(id)); }

}  // namespace

Expected<std::string> Queries::interaction_row(const Uuid& id, std::string_view workspace, Reach reach) const {
  auto bytes = impl_->store.get(Family::interactions, interaction_key(id), reach);
  if (!bytes) return bytes.error().code == errc::not_found ? unknown(id) : tl::unexpected(bytes.error());
  const auto row = parse_interaction_row(*bytes);
  if (!row) return tl::unexpected(row.error());
  if (row->workspace != workspace) return unknown(id);
  return bytes;
}

Expected<ListPage> Queries::interactions(const InteractionFilter& filter, Reach reach) const {
  const std::uint32_t wanted = (filter.statuses == 0 ? kAllStatuses : filter.statuses) & kAllStatuses;
  const std::string list = interaction_list(filter.workspace, filter.workflow_id);
  const std::uint64_t hash = filter_hash(list, wanted);
  const auto after = read_list_cursor(filter.cursor, hash);
  if (!after) return tl::unexpected(after.error());
  const std::size_t limit = std::clamp<std::size_t>(filter.limit, 1, kMaxLimit);
  // One cursor, so one instant: an interaction that changes its status meanwhile is seen once.
  auto cursor = impl_->store.bounded_cursor(Family::interactions, reach);
  std::vector<std::string> places;
  for (std::uint8_t status = 0; status < kInteractionStatuses; ++status) {
    if ((wanted >> status & 1) == 0) continue;
    std::string range = list;
    range.push_back(static_cast<char>(status));
    auto read = append_places(cursor, std::move(range), *after, limit + 1, places);
    if (!read) return tl::unexpected(read.error());
  }
  std::sort(places.begin(), places.end());
  ListPage page;
  if (places.size() > limit) {
    places.resize(limit);
    page.next_cursor = write_list_cursor(places.back(), hash);
  }
  std::vector<std::string> keys;
  keys.reserve(places.size());
  for (const std::string& place : places) keys.push_back(interaction_key(id_of_place(place)));
  const auto rows = impl_->store.multi_get(Family::interactions, keys, reach);
  if (!rows) return tl::unexpected(rows.error());
  for (const auto& bytes : *rows) {
    if (!bytes) continue;
    const auto row = parse_interaction_row(*bytes);
    if (!row) return tl::unexpected(row.error());
    if ((wanted >> static_cast<unsigned>(row->status) & 1) == 0) continue;
    if (page.count++ != 0) page.rows += ',';
    page.rows += row->json;
  }
  return page;
}

}  // namespace reprise::projections
