#include "events/chunk.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "events/record.hpp"
#include "events/sha256.hpp"
#include "events/wire.hpp"
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace reprise::events {
namespace {

using wire::Reader;
using wire::size_of;
using wire::Writer;

tl::unexpected<Error> damaged(std::string what, std::size_t at) {
  return fail(errc::corrupt, "a stored chunk of events is damaged: " + std::move(what), "byte " + std::to_string(at));
}

tl::unexpected<Error> refused(const Reader& in) {
  Error fault = in.fault();
  fault.detail = (fault.code == errc::corrupt ? "a stored chunk of events is damaged: "
                                              : "a stored chunk of events cannot be read: ") +
                 fault.detail;
  return tl::unexpected(std::move(fault));
}

std::uint32_t little_endian(std::string_view four) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::uint32_t{static_cast<std::uint8_t>(four[i])} << (8 * i);
  return value;
}

// Format, length and checksum: what holds before any field can be believed.
Expected<void> check_frame(std::string_view bytes) {
  if (bytes.empty()) return damaged("it is empty", 0);
  const auto format = static_cast<std::uint8_t>(bytes[0]);
  if (format > kChunkFormat) {
    return fail(errc::unsupported_version,
                "a stored chunk of events has format " + std::to_string(format) +
                    "; this build of Reprise reads format " + std::to_string(kChunkFormat) + " at most",
                "byte 0");
  }
  if (format != kChunkFormat) return damaged("there is no format 0", 0);
  if (bytes.size() < kEnvelopeOffset + kTrailerSize) return damaged("it is cut off", bytes.size());
  if (little_endian(bytes.substr(bytes.size() - kChecksumSize)) != chunk_checksum(bytes)) {
    return damaged("its checksum does not fit its bytes", bytes.size() - kChecksumSize);
  }
  return {};
}

Sha256 stored_hash(std::string_view bytes) {
  Sha256 hash;
  const std::string_view stored = bytes.substr(bytes.size() - kTrailerSize, kHashSize);
  std::copy(stored.begin(), stored.end(), hash.begin());
  return hash;
}

std::uint64_t position_of(std::string_view bytes) {
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    position = position << 8 | static_cast<std::uint8_t>(bytes[kPositionOffset + i]);
  }
  return position;
}

bool get_envelope(Reader& in, Chunk& chunk, std::uint64_t& count) {
  if (!in.get(chunk.first_event_id) || !in.get(chunk.time) || !in.get(chunk.principal.user) ||
      !in.get(chunk.principal.workspace) || !in.get(chunk.causation)) {
    return false;
  }
  const std::size_t count_at = in.offset();
  if (!in.get(count)) return false;
  if (count == 0) return in.refuse("it has no event", count_at);
  if (count > kMaxChunkEvents || count > in.left() / kLeastEvent) {
    return in.refuse("it counts " + std::to_string(count) + " events, more than it can hold", count_at);
  }
  if (chunk.first_event_id == 0 || chunk.first_event_id > std::numeric_limits<std::uint64_t>::max() - count) {
    return in.refuse("there is no event id " + std::to_string(chunk.first_event_id), kEnvelopeOffset);
  }
  return true;
}

// Decodes a chunk; with `head`, follows the chain through it, and gives the hash of each event to `each`.
template <class Each>
Expected<Chunk> decode_chain(std::string_view bytes, const ExecutionId& id, Sha256* head, Each&& each) {
  if (auto frame = check_frame(bytes); !frame) return tl::unexpected(std::move(frame.error()));
  Reader in(bytes, kEnvelopeOffset, bytes.size() - kTrailerSize);
  Chunk chunk;
  chunk.execution_id = id;
  std::uint64_t count = 0;
  if (!get_envelope(in, chunk, count)) return refused(in);
  chunk.events.resize(static_cast<std::size_t>(count));

  Sha256 hash = head != nullptr ? *head : Sha256{};
  std::size_t from = kEnvelopeOffset;  // the first event's hash is over the envelope too
  for (Event& event : chunk.events) {
    if (!wire::get_event(in, event)) return refused(in);
    if (head != nullptr) {
      hash = sha256(view(hash), bytes.substr(from, in.offset() - from));
      each(hash);
      from = in.offset();
    }
  }
  if (in.left() != 0) return damaged("bytes follow its last event", in.offset());
  if (head != nullptr) {
    if (hash != stored_hash(bytes)) {
      return damaged("its hash does not follow from the event before it", bytes.size() - kTrailerSize);
    }
    *head = hash;
  }
  return chunk;
}

}  // namespace

std::uint32_t chunk_checksum(std::string_view chunk) {
  XXH3_state_t state;
  XXH3_64bits_reset(&state);
  XXH3_64bits_update(&state, chunk.data(), kPositionOffset);
  XXH3_64bits_update(&state, chunk.data() + kEnvelopeOffset, chunk.size() - kEnvelopeOffset - kChecksumSize);
  return static_cast<std::uint32_t>(XXH3_64bits_digest(&state));
}

std::string encode(const Chunk& chunk, Sha256& head) {
  std::size_t size = kEnvelopeOffset + size_of(chunk.first_event_id) + size_of(chunk.time) +
                     size_of(chunk.principal.user) + size_of(chunk.principal.workspace) + size_of(chunk.causation) +
                     size_of(std::uint64_t{chunk.events.size()}) + kTrailerSize;
  for (const Event& event : chunk.events) size += wire::size_of_event(event);

  std::string out(size, '\0');
  out[0] = static_cast<char>(kChunkFormat);
  Writer writer(out.data() + kEnvelopeOffset);
  writer.put(chunk.first_event_id);
  writer.put(chunk.time);
  writer.put(chunk.principal.user);
  writer.put(chunk.principal.workspace);
  writer.put(chunk.causation);
  writer.put(std::uint64_t{chunk.events.size()});
  const char* from = out.data() + kEnvelopeOffset;
  for (const Event& event : chunk.events) {
    wire::put_event(writer, event);
    head = sha256(view(head), {from, static_cast<std::size_t>(writer.at() - from)});
    from = writer.at();
  }
  writer.put(head);
  const std::uint32_t checksum = chunk_checksum(out);
  for (unsigned i = 0; i < kChecksumSize; ++i) writer.byte(static_cast<std::uint8_t>(checksum >> (8 * i)));
  return out;
}

Expected<Chunk> decode(std::string_view bytes, const ExecutionId& id, Sha256* head, std::uint64_t* position) {
  auto chunk = decode_chain(bytes, id, head, [](const Sha256&) {});
  if (chunk && position != nullptr) *position = position_of(bytes);
  return chunk;
}

Expected<std::vector<Record>> decode_records(std::string_view bytes, const ExecutionId& id, std::uint16_t partition,
                                             Sha256& head) {
  Sha256 before = head;
  std::vector<Sha256> hashes;
  auto chunk = decode_chain(bytes, id, &head, [&](const Sha256& hash) { hashes.push_back(hash); });
  if (!chunk) return tl::unexpected(std::move(chunk.error()));
  const std::uint64_t position = position_of(bytes);
  std::vector<Record> records(chunk->events.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    Record& record = records[i];
    record.partition = partition;
    record.position = position + i;
    record.execution_id = id;
    record.event_id = chunk->first_event_id + i;
    record.time = chunk->time;
    record.principal = chunk->principal;
    record.causation = chunk->causation;
    record.prev_hash = before;
    record.hash = before = hashes[i];
    record.event = std::move(chunk->events[i]);
  }
  return records;
}

Expected<Sha256> head_of(std::string_view bytes) {
  if (auto frame = check_frame(bytes); !frame) return tl::unexpected(std::move(frame.error()));
  return stored_hash(bytes);
}

}  // namespace reprise::events
