#include "storage/keys.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <tuple>
#include <vector>

using namespace reprise;
using namespace reprise::storage;

namespace {

// Numbers near each other and near the ends of their range: where an order goes wrong.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint64_t number() {
    static constexpr std::uint64_t corners[] = {0,     1,     127,        128,        255,        256,
                                                65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 1ull << 39};
    return random_() % 3 == 0 ? random_() >> (random_() % 64) : corners[random_() % std::size(corners)];
  }
  std::uint32_t word() { return static_cast<std::uint32_t>(number()); }
  Time time() {
    const auto ms = static_cast<std::int64_t>(number() >> 8);
    return from_millis(random_() % 8 == 0 ? -ms : ms);
  }
  Uuid id() {
    Uuid id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(random_() % 4 == 0 ? random_() : 0);
    return id;
  }
  std::string name() {
    std::string out;
    for (auto n = random_() % 4; n > 0; --n) out.push_back("ab-\x7f"[random_() % 4]);
    return out;
  }

 private:
  std::mt19937_64 random_;
};

constexpr std::uint64_t kSeed = 20260223;
constexpr int kRounds = 20'000;

int sign(int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }
template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(integers_are_big_endian) {
  std::string out;
  append_be16(out, 0x0102);
  append_be32(out, 0x03040506);
  append_be64(out, 0x0708090a0b0c0d0eull);
  BOOST_TEST(out == "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e");
  BOOST_TEST(read_be16(out) == 0x0102);
  BOOST_TEST(read_be32(std::string_view(out).substr(2)) == 0x03040506u);
  BOOST_TEST(read_be64(std::string_view(out).substr(6)) == 0x0708090a0b0c0d0eull);
}

BOOST_AUTO_TEST_CASE(keys_sort_as_what_they_stand_for_and_come_back) {
  Dice dice(kSeed);
  for (int i = 0; i < kRounds; ++i) {
    BOOST_TEST_CONTEXT("seed " << kSeed << ", round " << i) {
      const TimerKey a{dice.time(), dice.id(),   static_cast<std::uint8_t>(dice.word()),
                       dice.word(), dice.word(), dice.word()};
      TimerKey b{dice.time(), dice.id(), static_cast<std::uint8_t>(dice.word()), dice.word(), dice.word(), dice.word()};
      if (i % 2 == 0) b.due = a.due;
      if (i % 4 == 0) b.id = a.id;
      BOOST_REQUIRE(parse_timer_key(timer_key(a)) == a);
      BOOST_REQUIRE_EQUAL(sign(timer_key(a).compare(timer_key(b))), order(a, b));

      const QueueKey q{dice.name(), dice.time(), dice.id(), dice.word()};
      QueueKey r{dice.name(), dice.time(), dice.id(), dice.word()};
      if (i % 2 == 0) r.queue = q.queue;
      const auto parsed = parse_queue_key(queue_key(q));
      BOOST_REQUIRE(parsed.has_value());
      const auto tie = [](const QueueKey& k) { return std::tie(k.queue, k.offered_at, k.id, k.task); };
      BOOST_REQUIRE(tie(*parsed) == tie(q));
      BOOST_REQUIRE_EQUAL(sign(queue_key(q).compare(queue_key(r))), order(tie(q), tie(r)));

      const auto e = dice.number(), f = dice.number();
      const auto id = dice.id(), other = i % 2 == 0 ? id : dice.id();
      BOOST_REQUIRE_EQUAL(event_id_of_chunk_key(chunk_key(id, e)), e);
      BOOST_REQUIRE_EQUAL(sign(chunk_key(id, e).compare(chunk_key(other, f))),
                          order(std::tie(id, e), std::tie(other, f)));

      const auto p = static_cast<std::uint16_t>(dice.word()), s = static_cast<std::uint16_t>(dice.word());
      BOOST_REQUIRE_EQUAL(sign(feed_key(p, e).compare(feed_key(s, f))), order(std::tie(p, e), std::tie(s, f)));

      const FeedValue value{id, e, dice.word()};
      const auto back = parse_feed_value(feed_value(value));
      BOOST_REQUIRE(back && back->id == value.id && back->first_event_id == e && back->count == value.count);

      const auto task = dice.word();
      const auto t = parse_task_key(task_key(id, task));
      BOOST_REQUIRE(t && t->id == id && t->task == task);

      const auto n = static_cast<std::int64_t>(e - f);
      BOOST_REQUIRE_EQUAL(parse_counter_value(counter_value(n)), n);
    }
  }
}

BOOST_AUTO_TEST_CASE(keys_of_a_wrong_length_are_none) {
  const std::string timer = timer_key({}), queue = queue_key({"q", {}, {}, 1}), task = task_key({}, 1),
                    feed = feed_value({});
  for (std::size_t n = 0; n < 60; ++n) {
    const std::string zeros(n, '\0');
    BOOST_TEST(parse_timer_key(zeros).has_value() == (n == timer.size()));
    BOOST_TEST(parse_task_key(zeros).has_value() == (n == task.size()));
    BOOST_TEST(parse_feed_value(zeros).has_value() == (n == feed.size()));
    if (n < queue.size()) BOOST_TEST(!parse_queue_key(std::string_view(queue).substr(0, n)).has_value());
  }
  BOOST_TEST(!parse_queue_key(queue + "x").has_value());
  BOOST_TEST(parse_counter_value("") == 0);
}

BOOST_AUTO_TEST_CASE(partitions_are_even_stable_and_not_the_hash_of_the_map) {
  std::mt19937_64 random(kSeed);
  std::vector<int> sizes(16), buckets(16);
  for (int i = 0; i < 32'000; ++i) {
    const Uuid id = uuid_v7(from_millis(1'760'000'000'000 + i), random(), random());
    const auto partition = partition_of(id, 16);
    BOOST_REQUIRE(partition < 16);
    BOOST_REQUIRE_EQUAL(partition, partition_of(id, 16));
    ++sizes[partition];
    if (partition == 3) ++buckets[UuidHash{}(id) % 16];
  }
  for (const int size : sizes) BOOST_TEST((size > 1750 && size < 2250), "partition of " << size);
  for (const int size : buckets) BOOST_TEST((size > 80 && size < 170), "bucket of " << size << " in partition 3");
  BOOST_TEST(partition_of(Uuid{}, 1) == 0u);
  // Stored data depends on these.
  BOOST_TEST(partition_of(*parse_uuid("0199c5a0-1234-7abc-8def-0123456789ab"), 16) == 6u);
  BOOST_TEST(partition_of(*parse_uuid("0199c5a0-1234-7abc-8def-0123456789ab"), 1000) == 646u);
}
