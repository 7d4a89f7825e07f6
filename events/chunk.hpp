// The frame of a chunk, for those who look at its bytes without decoding it: the journal, and the tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace reprise::events {

inline constexpr std::uint8_t kChunkFormat = 1;
inline constexpr std::size_t kEnvelopeOffset = 9;  // of first_event_id, after the position
inline constexpr std::size_t kHashSize = 32, kChecksumSize = 4;
inline constexpr std::size_t kTrailerSize = kHashSize + kChecksumSize;  // at the end of every chunk
inline constexpr std::size_t kLeastEvent = 3;                           // bytes of an event without payload

// The checksum that belongs at the end of `chunk`: over all before it but the position.
std::uint32_t chunk_checksum(std::string_view chunk);

}  // namespace reprise::events
