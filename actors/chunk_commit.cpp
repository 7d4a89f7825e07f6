#include "actors/chunk_commit.hpp"

#include <string>

#include "storage/keys.hpp"

namespace reprise::actors {

void add_chunk(const events::Chunk& chunk, events::Sha256& head, EngineCommit& commit) {
  const std::string bytes = events::encode(chunk, head);
  storage::ChunkSlot slot;
  slot.first_event_id = chunk.first_event_id;
  slot.events = static_cast<std::uint32_t>(chunk.events.size());
  slot.value_offset =
      commit.rows.put_at(storage::Family::chunks, storage::chunk_key(chunk.execution_id, chunk.first_event_id), bytes);
  commit.chunks.push_back(slot);
}

void commit_chunk(const events::Chunk& chunk, events::Sha256& head, const storage::Store& store, EngineCommit& commit) {
  add_chunk(chunk, head, commit);
  commit.id = chunk.execution_id;
  commit.partition = storage::partition_of(chunk.execution_id, store.partitions());
}

Expected<events::Sha256> head_before(const storage::Store& store, const Uuid& stream, std::uint64_t next_event_id,
                                     std::string_view whose) {
  auto chunks = store.cursor(storage::Family::chunks);
  chunks.seek_before(storage::chunk_key(stream, next_event_id));
  if (const auto status = chunks.status(); !status) return tl::unexpected(status.error());
  if (!chunks.valid() || chunks.key().substr(0, 16) != stream.view()) {
    return fail(errc::corrupt, "the events of " + std::string(whose) + " are missing");
  }
  return events::head_of(chunks.value());
}

}  // namespace reprise::actors
