// Walking over the stored chunks of one stream, with their bytes checked for gaps.
#pragma once

#include <cstdint>

#include "events/record.hpp"
#include "storage/keys.hpp"
#include "storage/store.hpp"

namespace reprise::projections {

class ChunkReader {
 public:
  ChunkReader(const storage::Store& store, const ExecutionId& id, storage::Reach reach)
      : cursor_(store.cursor(storage::Family::chunks, reach)), id_(id) {}

  void to_first() { cursor_.seek(id_.view()); }
  // To the chunk that holds the event, or the last one before it.
  void to_event(std::uint64_t event_id) { cursor_.seek_before(storage::chunk_key(id_, event_id + 1)); }
  void next() { cursor_.next(); }
  void previous() { cursor_.previous(); }

  // False at the stream's end and after a failed read: status() tells which.
  bool valid() const { return cursor_.valid() && cursor_.key().substr(0, 16) == id_.view(); }
  Expected<void> status() const { return cursor_.status(); }

  std::uint64_t first_event_id() const { return storage::event_id_of_chunk_key(cursor_.key()); }
  std::string_view bytes() const { return cursor_.value(); }

  // The chunk here, with its place. Error: corrupt when its bytes belong to another place.
  Expected<events::Chunk> chunk() const {
    auto chunk = events::decode(bytes(), id_);
    if (chunk && chunk->first_event_id != first_event_id()) {
      return fail(errc::corrupt, "a chunk of execution " + to_string(id_) + " is stored at another's place");
    }
    return chunk;
  }

 private:
  storage::Store::Cursor cursor_;
  ExecutionId id_;
};

}  // namespace reprise::projections
