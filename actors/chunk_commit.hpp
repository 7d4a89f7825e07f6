// The events of a command on their way into a commit, and where a stream's chain of hashes stands.
#pragma once

#include <cstdint>
#include <string_view>

#include "actors/engine_commit.hpp"
#include "events/record.hpp"
#include "storage/store.hpp"

namespace reprise::actors {

// Adds the chunk to the commit. `head` is the hash of the event before it, and then that of its last.
void add_chunk(const events::Chunk& chunk, events::Sha256& head, EngineCommit& commit);

// The same for the only stream that a commit writes to: of a workflow, a schedule, a subscription, a source.
void commit_chunk(const events::Chunk& chunk, events::Sha256& head, const storage::Store& store, EngineCommit& commit);

// The hash of the event before `next_event_id`, which is there. `whose` names the stream in the error: corrupt.
Expected<events::Sha256> head_before(const storage::Store& store, const Uuid& stream, std::uint64_t next_event_id,
                                     std::string_view whose);

}  // namespace reprise::actors
