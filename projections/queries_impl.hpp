// What Queries holds. Internal to projections/.
#pragma once

#include "projections/body_cache.hpp"
#include "projections/queries.hpp"

namespace reprise::projections {

inline constexpr std::size_t kBodyCacheBytes = 32u << 20, kRowCacheBytes = 8u << 20;

struct Queries::Impl {
  Impl(const storage::Store& rows, const storage::Journal* live) : store(rows), journal(live) {}

  const storage::Store& store;
  const storage::Journal* journal;
  BodyCache bodies{kBodyCacheBytes};
  BodyCache final_rows{kRowCacheBytes};  // status rows as they are stored, of any workspace: for lists

  // The journal's number where there is one, which is quicker; else the stored one.
  Expected<std::int64_t> counter(std::string_view key, storage::Reach reach) const;
  Expected<std::int64_t> stored_counter(std::string_view key, storage::Reach reach) const;
};

}  // namespace reprise::projections
