// An event with everything that is known about it, and the chunk: the events that one command made, as they are stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"
#include "events/event.hpp"

namespace reprise::events {

// Who acted.
struct Principal {
  std::string user;       // empty: nobody is known (an open server)
  std::string workspace;  // "default" where none is configured
  bool operator==(const Principal&) const = default;
};

struct Record {
  std::uint16_t partition = 0;
  std::uint64_t position = 0;  // in the partition, from 1, without gaps
  ExecutionId execution_id;
  std::uint64_t event_id = 0;  // in the execution, from 1, without gaps
  Time time;
  Principal principal;
  std::string causation;  // the command that caused it: "request/<id>", "timer/<event id>", "lease/<event id>", ...
  Sha256 prev_hash{};     // of the event before it in its execution
  Sha256 hash{};          // of this one
  Event event;
};

// The events of one command: the unit of decide, of the journal's rows and of replay. The first event records the
// command itself, so that replay can decide again (workflow/command.hpp).
struct Chunk {
  ExecutionId execution_id;
  std::uint64_t first_event_id = 1;
  Time time;  // all events of a command happen at one instant
  Principal principal;
  std::string causation;
  std::vector<Event> events;
};

// The head of an execution's chain before its first event: the id, then zeros.
Sha256 genesis(const ExecutionId& id);

inline constexpr std::size_t kMaxChunkEvents = 100'000;  // a chunk holds 1 to this many: more could not be read back
inline constexpr std::size_t kPositionOffset = 1;        // of the 8 big-endian bytes that the journal fills in

// Encodes the chunk and moves `head` (the hash of the event before the first) to the hash of its last event.
// Positions are left zero: the journal writes the first event's position at kPositionOffset. docs/formats.md has the
// bytes.
std::string encode(const Chunk& chunk, Sha256& head);

// Decodes one chunk. Refuses damaged, cut, over-long and unknown bytes with the reason and byte offset; never throws.
// The chain is checked when `head` (the hash before the first event) is given, and moved on.
Expected<Chunk> decode(std::string_view bytes, const ExecutionId& id, Sha256* head = nullptr,
                       std::uint64_t* position = nullptr);

// The same as records, with hashes; `head` is required as each record shows its predecessor.
Expected<std::vector<Record>> decode_records(std::string_view bytes, const ExecutionId& id, std::uint16_t partition,
                                             Sha256& head);

// The stored hash of a chunk's last event (its bytes near the end), without decoding it.
Expected<Sha256> head_of(std::string_view bytes);

// One event, without its envelope: what fuzzers and golden tests use.
void encode_event(std::string& out, const Event& event);
Expected<Event> decode_event(std::string_view bytes);

// CloudEvents 1.0 structured JSON of a record (docs/formats.md, As JSON). The subject is the workflow's id; of the
// events of a schedule or a subscription its name.
void append_cloud_event(std::string& out, const Record& record, std::string_view subject);

}  // namespace reprise::events
