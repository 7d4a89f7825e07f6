// The opaque cursor of a list: the place of the last row given, and which filter it belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/error.hpp"

namespace reprise::projections {

// `place` has kPlaceSize bytes; `filter` is filter_hash of what selects and orders the rows. base64url without padding.
std::string write_list_cursor(std::string_view place, std::uint64_t filter);
// The place; empty for an empty cursor, which is the begin of a list. Error: invalid, where the text is no cursor, or
// one of another filter.
Expected<std::string> read_list_cursor(std::string_view cursor, std::uint64_t filter);

std::uint64_t filter_hash(std::string_view list, std::uint32_t statuses);

}  // namespace reprise::projections
