// How far a reader of the feed has come, and the opaque text that clients hold of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"

namespace reprise::projections {

// Of each partition the position of the newest event that the reader has seen.
struct FeedCursor {
  std::vector<std::uint64_t> seen;
  bool operator==(const FeedCursor&) const = default;
  // Nothing of `other` is beyond this.
  bool covers(const FeedCursor& other) const;
};

// base64url of format(1) | mark | a varint for each partition; `mark` ties the text to the store that gave it.
std::string write_feed_cursor(const FeedCursor& cursor, std::string_view mark);
// The same back, and from no other text. Error: invalid, where it is no cursor of a store of that mark and so many
// partitions; whether the store has come so far is for the caller to say.
Expected<FeedCursor> read_feed_cursor(std::string_view text, std::string_view mark, std::size_t partitions);

}  // namespace reprise::projections
