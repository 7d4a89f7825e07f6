// Lists: a page is a scan of index keys, merged over the statuses of the filter, and one lookup of all its status rows.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "projections/list_cursor.hpp"
#include "projections/list_keys.hpp"
#include "projections/queries_impl.hpp"

namespace reprise::projections {

using storage::Family;
using storage::Reach;

namespace {

constexpr std::uint32_t kAllStatuses = (1u << kStatuses) - 1;
constexpr std::size_t kMaxLimit = 10'000, kMaxOffset = std::size_t{1} << 40;
constexpr std::size_t kBlock = 4096;  // places merged at a time, so that no offset takes much memory

using Place = std::array<char, kPlaceSize>;

std::string_view view(const Place& place) { return {place.data(), place.size()}; }

struct CountedStatus {
  Status status;
  std::int64_t count;
};

std::string list_of(const ListFilter& filter) {
  const ListKind kind = filter.workflow_id ? (filter.user_id ? ListKind::workflow_user : ListKind::workflow)
                                           : (filter.user_id ? ListKind::user : ListKind::all);
  std::string list;
  append_list(list, kind, filter.workspace, filter.workflow_id.value_or(""), filter.user_id.value_or(""));
  return list;
}

// Merges the ranges of one list, a status each, over ONE cursor: its view is of one instant, so an execution that
// changes its status meanwhile is seen once, not twice or never.
class Merge {
 public:
  Merge(storage::Store::Cursor cursor, const std::string& list, std::vector<CountedStatus> statuses)
      : cursor_(std::move(cursor)), key_(list), list_size_(list.size()), statuses_(std::move(statuses)) {
    // The longest range first: the others are then read only as far as they are newer than what it gave.
    std::stable_sort(statuses_.begin(), statuses_.end(),
                     [](const CountedStatus& a, const CountedStatus& b) { return a.count > b.count; });
  }

  // The next `count` places after `after` (empty: from the newest), in order; less at the end.
  Expected<std::vector<Place>> next(std::string_view after, std::size_t count) {
    std::vector<Place> places;
    for (const CountedStatus& one : statuses_) {
      key_.resize(list_size_);
      append_status(key_, one.status);
      const std::size_t range = key_.size();
      key_ += after;
      if (!after.empty()) key_ += '\0';
      const std::size_t sorted = places.size();
      const bool full = sorted == count;
      const Place worst = full ? places.back() : Place{};
      cursor_.bound(full ? key_.substr(0, range).append(view(worst)) : end_of_range(range));
      cursor_.seek(key_);
      key_.resize(range);
      for (; places.size() - sorted < count && cursor_.valid(); cursor_.next()) {
        const std::string_view key = cursor_.key();
        if (key.size() != range + kPlaceSize) return fail(errc::corrupt, "an index row of a wrong length");
        Place place;
        std::copy_n(key.data() + range, kPlaceSize, place.data());
        places.push_back(place);
      }
      if (auto read = cursor_.status(); !read) return tl::unexpected(read.error());
      if (places.size() == sorted) continue;
      std::inplace_merge(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(sorted), places.end(), less);
      if (places.size() > count) places.resize(count);
    }
    return places;
  }

 private:
  static bool less(const Place& a, const Place& b) { return view(a) < view(b); }

  // The first key behind the range: its status is the last byte, and below 255.
  std::string end_of_range(std::size_t range) const {
    std::string end = key_.substr(0, range);
    ++end.back();
    return end;
  }

  storage::Store::Cursor cursor_;
  std::string key_;  // the list, then what is looked for
  std::size_t list_size_;
  std::vector<CountedStatus> statuses_;
};

struct Places {
  std::vector<Place> shown;
  bool more = false;
};

Expected<Places> page_of_places(Merge& merge, std::string after, std::size_t offset, std::size_t limit) {
  Places page;
  while (true) {
    const std::size_t wanted = std::min(offset + limit + 1, kBlock);
    auto block = merge.next(after, wanted);
    if (!block) return tl::unexpected(block.error());
    const bool end = block->size() < wanted;
    const std::size_t skipped = std::min(offset, block->size());
    const std::size_t taken = std::min(limit, block->size() - skipped);
    const auto first = block->begin() + static_cast<std::ptrdiff_t>(skipped);
    page.shown.insert(page.shown.end(), first, first + static_cast<std::ptrdiff_t>(taken));
    page.more = skipped + taken < block->size();
    if (end || page.more) return page;
    offset -= skipped;
    limit -= taken;
    after = view(block->back());
  }
}

// The status rows of a page, an empty text for one that is not there. What is final is kept in memory.
Expected<std::vector<std::string>> status_rows(Queries::Impl& impl, const std::vector<Place>& places, Reach reach) {
  std::vector<std::string> rows(places.size());
  std::vector<std::string> keys;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const ExecutionId id = id_of_place(view(places[i]));
    if (impl.final_rows.append(id, {}, rows[i])) continue;
    keys.emplace_back(id.view());
    of.push_back(i);
  }
  if (keys.empty()) return rows;
  auto read = impl.store.multi_get(Family::status, keys, reach);
  if (!read) return tl::unexpected(read.error());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!(*read)[i]) continue;
    std::string& row = rows[of[i]];
    row = std::move(*(*read)[i]);
    if (is_final_status_row(row)) impl.final_rows.keep(Uuid::from_view(keys[i]), {}, row);
  }
  return rows;
}

}  // namespace

Expected<ListPage> Queries::list(const ListFilter& filter, Reach reach) const {
  std::string rows;
  auto page = list(filter, reach, [&rows](const ExecutionId&, const StatusRow& row) {
    if (!rows.empty()) rows += ',';
    rows += row.json;
  });
  if (page) page->rows = std::move(rows);
  return page;
}

Expected<ListPage> Queries::list(const ListFilter& filter, Reach reach, const ListSink& sink) const {
  const std::uint32_t wanted = (filter.statuses == 0 ? kAllStatuses : filter.statuses) & kAllStatuses;
  const std::string list = list_of(filter);
  const std::uint64_t hash = filter_hash(list, wanted);
  const auto after = read_list_cursor(filter.cursor, hash);
  if (!after) return tl::unexpected(after.error());

  ListPage page;
  const std::uint64_t phase = impl_->journal != nullptr ? impl_->journal->phase() : 0;
  std::array<std::int64_t, kStatuses> counts{};
  std::string key = list;
  const auto each_status = [&](auto&& look) -> Expected<void> {
    for (std::uint8_t number = 0; number < kStatuses; ++number) {
      if (((wanted & kStatusesFolded) >> number & 1) == 0) continue;
      append_status(key, static_cast<Status>(number));
      if (auto looked = look(counts[number]); !looked) return looked;
      key.pop_back();
    }
    return {};
  };
  auto counted = each_status([&](std::int64_t& count) -> Expected<void> {
    const auto value = impl_->counter(key, reach);
    if (!value) return tl::unexpected(value.error());
    count = *value;
    page.total += count;
    return {};
  });
  if (!counted) return tl::unexpected(counted.error());
  if (filter.limit == 0) return page;

  // A status without executions needs no range. The cursor's view may be newer than the journal's numbers, so those
  // that were none are looked at again, in the rows that are written together with the index.
  auto cursor = impl_->store.bounded_cursor(Family::index, reach);
  if (impl_->journal != nullptr && (phase % 2 != 0 || impl_->journal->phase() != phase)) {
    counted = each_status([&](std::int64_t& count) -> Expected<void> {
      return count != 0 ? Expected<void>{}
                        : impl_->stored_counter(key, reach).map([&](std::int64_t value) { count = value; });
    });
    if (!counted) return tl::unexpected(counted.error());
  }
  std::vector<CountedStatus> statuses;
  for (std::uint8_t number = 0; number < kStatuses; ++number) {
    if (counts[number] != 0) statuses.push_back({static_cast<Status>(number), counts[number]});
  }
  if (statuses.empty()) return page;

  Merge merge(std::move(cursor), list, std::move(statuses));
  const std::size_t offset = after->empty() ? std::min(filter.offset, kMaxOffset) : 0;
  const auto places = page_of_places(merge, *after, offset, std::min(filter.limit, kMaxLimit));
  if (!places) return tl::unexpected(places.error());
  if (places->more) page.next_cursor = write_list_cursor(view(places->shown.back()), hash);

  const auto rows = status_rows(*impl_, places->shown, reach);
  if (!rows) return tl::unexpected(rows.error());
  for (std::size_t i = 0; i < rows->size(); ++i) {
    if ((*rows)[i].empty()) continue;
    const auto row = parse_status_row((*rows)[i]);
    if (!row) return tl::unexpected(row.error());
    if ((wanted >> static_cast<unsigned>(row->status) & 1) == 0) continue;
    sink(id_of_place(view(places->shown[i])), *row);
    ++page.count;
  }
  return page;
}

}  // namespace reprise::projections
