// The chunk's frame, and the chain of hashes through it.
#include "events/chunk.hpp"

#include <boost/test/unit_test.hpp>

#include "events/sha256.hpp"
#include "sample_events.hpp"

using namespace reprise;
using namespace reprise::events;
using namespace reprise::events::test;

namespace {

void set_position(std::string& bytes, std::uint64_t position) {
  for (std::size_t i = 8; i-- > 0; position >>= 8) bytes[kPositionOffset + i] = static_cast<char>(position);
}
// Gives changed bytes a checksum that fits, so that the checks behind it are reached.
std::string sealed(std::string bytes) {
  const std::uint32_t sum = chunk_checksum(bytes);
  for (unsigned i = 0; i < 4; ++i) bytes[bytes.size() - 4 + i] = static_cast<char>(sum >> (8 * i));
  return bytes;
}
std::string encoded(const Chunk& chunk) {
  Sha256 head = genesis(chunk.execution_id);
  return encode(chunk, head);
}
void refuses(const std::string& bytes, errc code, const std::string& detail, const std::string& where) {
  const auto chunk = decode(bytes, some_id());
  BOOST_TEST_REQUIRE(!chunk.has_value());
  BOOST_TEST((chunk.error().code == code));
  BOOST_TEST(chunk.error().detail == detail);
  BOOST_TEST(chunk.error().where == where);
}
std::string hex_of(const Sha256& hash) {
  std::string text;
  append_hex(text, hash);
  return text;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chunk)

BOOST_AUTO_TEST_CASE(random_chunks_survive) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed);
    const Chunk chunk = random_chunk(random);
    Sha256 start = genesis(chunk.execution_id), written = start, read = start;
    std::string bytes = encode(chunk, written);
    set_position(bytes, seed * 0x123456789ull);
    std::uint64_t position = 0;
    const auto again = decode(bytes, chunk.execution_id, &read, &position);
    BOOST_TEST_REQUIRE(again.has_value(), "seed " << seed);
    BOOST_TEST_REQUIRE(same(*again, chunk), "seed " << seed);
    BOOST_TEST_REQUIRE((read == written), "seed " << seed);
    BOOST_TEST_REQUIRE(position == seed * 0x123456789ull, "seed " << seed);
    BOOST_TEST_REQUIRE((head_of(bytes).value() == written), "seed " << seed);
    BOOST_TEST_REQUIRE((encode(*again, start) == encoded(chunk)), "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(records_show_position_ids_and_links) {
  const Chunk chunk = chunk_of(fixed_events());
  const Sha256 start = genesis(chunk.execution_id);
  Sha256 head = start, end = start;
  std::string bytes = encode(chunk, end);
  set_position(bytes, 1000);
  const auto records = decode_records(bytes, chunk.execution_id, 5, head).value();
  BOOST_TEST_REQUIRE(records.size() == chunk.events.size());
  Sha256 before = start;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& r = records[i];
    BOOST_TEST(r.partition == 5);
    BOOST_TEST(r.position == 1000 + i);
    BOOST_TEST(r.event_id == 7 + i);
    BOOST_TEST((r.execution_id == chunk.execution_id && r.time == chunk.time && r.principal == chunk.principal));
    BOOST_TEST(r.causation == chunk.causation);
    BOOST_TEST((r.event == chunk.events[i]));
    BOOST_TEST((r.prev_hash == before));
    before = r.hash;
  }
  BOOST_TEST((before == end));
  BOOST_TEST((head == end));
}

// The rule of docs/formats.md, spelled out once more with nothing but SHA-256.
BOOST_AUTO_TEST_CASE(the_chain_is_as_documented) {
  const std::vector<Event> events{ExecutionPaused{"lunch"}, ExecutionResumed{}};
  const Chunk chunk = chunk_of(events);
  Sha256 head = genesis(some_id());
  BOOST_TEST(hex_of(head) == "01890a5dac96774bbcceb302099a805700000000000000000000000000000000");
  const std::string bytes = encode(chunk, head);
  std::string first, second;
  encode_event(first, events[0]);
  encode_event(second, events[1]);
  const std::string envelope = bytes.substr(9, bytes.size() - 9 - 36 - first.size() - second.size());
  const Sha256 one = sha256(std::string(view(genesis(some_id()))) + envelope + first);
  const Sha256 two = sha256(std::string(view(one)) + second);
  BOOST_TEST(hex_of(head) == hex_of(two));
  BOOST_TEST(bytes.substr(bytes.size() - 36, 32) == std::string(view(two)));
  BOOST_TEST(envelope.front() == 7);  // first_event_id
  BOOST_TEST(envelope.back() == 2);   // count
}

BOOST_AUTO_TEST_CASE(sha256_is_sha256) {
  BOOST_TEST(hex_of(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  BOOST_TEST(hex_of(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  BOOST_TEST((sha256("ab", "c") == sha256("abc")));
}

BOOST_AUTO_TEST_CASE(a_chunk_fits_one_predecessor_only) {
  const Chunk chunk = chunk_of({ExecutionPaused{"lunch"}});
  Sha256 right = genesis(some_id());
  const std::string bytes = encode(chunk, right);
  Sha256 wrong = genesis(some_id());
  wrong[31] ^= 1;
  const Sha256 before = wrong;
  const auto refused = decode(bytes, some_id(), &wrong);
  BOOST_TEST_REQUIRE(!refused.has_value());
  BOOST_TEST((refused.error().code == errc::corrupt));
  BOOST_TEST(refused.error().detail ==
             "a stored chunk of events is damaged: its hash does not follow from the event before it");
  BOOST_TEST((wrong == before));  // the head moves only over what was accepted
  BOOST_TEST(!decode_records(bytes, some_id(), 0, wrong).has_value());
}

BOOST_AUTO_TEST_CASE(every_change_to_the_content_changes_the_chain) {
  const auto head_after = [](const Chunk& chunk) {
    Sha256 head = genesis(some_id());
    encode(chunk, head);
    return head;
  };
  const Chunk base = chunk_of({ExecutionPaused{"a"}, ExecutionResumed{}});
  const Sha256 head = head_after(base);
  for (const auto& change : std::vector<void (*)(Chunk&)>{
           [](Chunk& c) { c.first_event_id++; }, [](Chunk& c) { c.time += Duration{1}; },
           [](Chunk& c) { c.principal.user = "bob"; }, [](Chunk& c) { c.principal.workspace = "w"; },
           [](Chunk& c) { c.causation += "x"; }, [](Chunk& c) { std::get<ExecutionPaused>(c.events[0]).reason = "b"; },
           [](Chunk& c) { std::swap(c.events[0], c.events[1]); }, [](Chunk& c) { c.events.pop_back(); }}) {
    Chunk other = base;
    change(other);
    BOOST_TEST((head_after(other) != head));
  }
}

BOOST_AUTO_TEST_CASE(every_flip_is_refused) {
  const Chunk chunk = chunk_of(fixed_events());
  std::string bytes = encoded(chunk);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    const auto flip = [&] { bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << bit % 8)); };
    flip();
    const bool position = bit / 8 >= kPositionOffset && bit / 8 < kPositionOffset + 8;
    const auto read = decode(bytes, some_id());
    BOOST_TEST_REQUIRE(read.has_value() == position, "bit " << bit);
    BOOST_TEST_REQUIRE(head_of(bytes).has_value() == position, "bit " << bit);
    if (position) BOOST_TEST_REQUIRE(same(*read, chunk));
    flip();
  }
}

BOOST_AUTO_TEST_CASE(every_cut_and_every_addition_is_refused) {
  const std::string bytes = encoded(chunk_of(fixed_events()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string_view cut = std::string_view(bytes).substr(0, size);
    BOOST_TEST_REQUIRE(!decode(cut, some_id()).has_value(), "cut to " << size);
    BOOST_TEST_REQUIRE(!head_of(cut).has_value(), "cut to " << size);
  }
  BOOST_TEST(!decode(bytes + '\0', some_id()).has_value());
  BOOST_TEST(!decode(bytes + bytes, some_id()).has_value());
}

// Damage that a checksum of its own hides: the codec alone has to stand it, and the chain has to find it.
BOOST_AUTO_TEST_CASE(resealed_flips_never_crash_and_never_fit_the_chain) {
  const std::string bytes = encoded(chunk_of(fixed_events()));
  for (std::size_t bit = 0; bit < (bytes.size() - 4) * 8; ++bit) {
    if (bit / 8 < kEnvelopeOffset) continue;
    std::string changed = bytes;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    changed = sealed(std::move(changed));
    static_cast<void>(decode(changed, some_id()));
    Sha256 head = genesis(some_id());
    BOOST_TEST_REQUIRE(!decode(changed, some_id(), &head).has_value(), "bit " << bit);
  }
}

BOOST_AUTO_TEST_CASE(newer_bytes_are_told_from_damaged_ones) {
  std::string bytes = encoded(chunk_of({ExecutionResumed{}}));  // ends: 7, version 1, no payload, hash, checksum
  const std::size_t event = bytes.size() - 36 - 3;
  const std::string at = "byte " + std::to_string(event), next = "byte " + std::to_string(event + 1);

  std::string format = bytes;
  format[0] = 2;
  refuses(format, errc::unsupported_version,
          "a stored chunk of events has format 2; this build of Reprise reads format 1 at most", "byte 0");
  BOOST_TEST((head_of(format).error().code == errc::unsupported_version));
  std::string type = bytes;
  type[event] = 127;
  refuses(sealed(type), errc::unsupported_version,
          "a stored chunk of events cannot be read: event type 127 is unknown to this build of Reprise", at);
  std::string version = bytes;
  version[event + 1] = 2;
  refuses(sealed(version), errc::unsupported_version,
          "a stored chunk of events cannot be read: version 2 of reprise.execution.resumed.v1 is newer than version 1, "
          "the newest that this build of Reprise knows",
          next);
}

BOOST_AUTO_TEST_CASE(deviations_are_named) {
  const std::string damaged = "a stored chunk of events is damaged: ";
  const std::string bytes = encoded(chunk_of({ExecutionResumed{}}));
  const std::size_t event = bytes.size() - 36 - 3;
  refuses("", errc::corrupt, damaged + "it is empty", "byte 0");
  refuses(std::string(60, '\0'), errc::corrupt, damaged + "there is no format 0", "byte 0");
  refuses(bytes.substr(0, 20), errc::corrupt, damaged + "it is cut off", "byte 20");
  std::string changed = bytes;
  changed[12] ^= 1;
  refuses(changed, errc::corrupt, damaged + "its checksum does not fit its bytes",
          "byte " + std::to_string(bytes.size() - 4));
  changed = bytes;
  changed[event - 1] = 0;
  refuses(sealed(changed), errc::corrupt, damaged + "it has no event", "byte " + std::to_string(event - 1));
  changed[event - 1] = 2;
  refuses(sealed(changed), errc::corrupt, damaged + "it counts 2 events, more than it can hold",
          "byte " + std::to_string(event - 1));
  changed = bytes;
  changed[kEnvelopeOffset] = 0;
  refuses(sealed(changed), errc::corrupt, damaged + "there is no event id 0", "byte 9");
  changed = bytes;
  changed.insert(event + 3, 1, '\0');
  refuses(sealed(changed), errc::corrupt, damaged + "bytes follow its last event", "byte " + std::to_string(event + 3));
}

BOOST_AUTO_TEST_CASE(the_largest_chunk_is_read_and_a_larger_one_refused) {
  Chunk chunk = chunk_of(std::vector<Event>(kMaxChunkEvents, ExecutionResumed{}));
  const std::string bytes = encoded(chunk);
  BOOST_TEST((decode(bytes, some_id()).value().events.size() == kMaxChunkEvents));
  chunk.events.emplace_back(ExecutionResumed{});
  BOOST_TEST((decode(encoded(chunk), some_id()).error().code == errc::corrupt));
}

BOOST_AUTO_TEST_SUITE_END()
