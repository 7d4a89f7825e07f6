// Bytes as events and as chunks: what is read has one form only, and nothing that is read can crash its readers.
#include <cstdint>
#include <string>
#include <string_view>

#include "events/chunk.hpp"
#include "events/record.hpp"
#include "require.hpp"

namespace {

using namespace reprise;
using namespace reprise::events;

void try_event(std::string_view bytes) {
  const auto event = decode_event(bytes);
  if (!event) return require(!event.error().detail.empty() && !event.error().where.empty());
  std::string again;
  encode_event(again, *event);
  require(again == bytes);
}

void try_chunk(std::string_view bytes) {
  const ExecutionId id = Uuid::from_view("sixteen bytes id");
  std::uint64_t position = 0;
  const auto chunk = decode(bytes, id, nullptr, &position);
  if (!chunk) return require(!chunk.error().detail.empty() && !chunk.error().where.empty());
  require(head_of(bytes).has_value());

  // The hash and checksum follow from the head, which arbitrary bytes do not fit: all else has to be the same.
  Sha256 head = genesis(id), follow = head;
  std::string again = encode(*chunk, head);
  require(again.size() == bytes.size());
  const std::size_t content = bytes.size() - kEnvelopeOffset - kTrailerSize;
  require(again.substr(kEnvelopeOffset, content) == bytes.substr(kEnvelopeOffset, content));
  const auto records = decode_records(again, id, 0, follow);
  require(records.has_value() && follow == head && records->size() == chunk->events.size());
  std::string json;
  for (const Record& record : *records) append_cloud_event(json, record, "w");
  require(json.find('\n') == std::string::npos);
}

// Behind the checksum: the same bytes with a frame that fits.
std::string framed(std::string_view content) {
  std::string bytes(1, static_cast<char>(kChunkFormat));
  bytes.append(8, '\0').append(content).append(kTrailerSize, '\0');
  const std::uint32_t sum = chunk_checksum(bytes);
  for (unsigned i = 0; i < kChecksumSize; ++i) {
    bytes[bytes.size() - kChecksumSize + i] = static_cast<char>(sum >> (8 * i));
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 3) {
    case 0: try_event(bytes); break;
    case 1: try_chunk(framed(bytes)); break;
    default: try_chunk(bytes);
  }
  return 0;
}
