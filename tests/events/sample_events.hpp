// Events to test with: random ones of any type, and one fixed sample of each type. Both are filled through the field
// lists, so a new type or member is covered without a line here.
#pragma once

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "events/event_fields.hpp"
#include "events/record.hpp"

namespace reprise::events::test {

using Random = std::mt19937_64;

// Fills members with random values, edges of their range among them.
class RandomFiller {
 public:
  explicit RandomFiller(Random& random) : random_(random) {}

  void fill(std::string& s) {
    static constexpr std::size_t kSizes[] = {0, 1, 7, 127, 128, 300};
    s.clear();
    for (std::size_t left = kSizes[random_() % std::size(kSizes)]; left > 0; --left) {
      s += static_cast<char>(random_() % 256);
    }
  }
  void fill(Json& json) {
    static constexpr const char* kTexts[] = {"", "null", "{}", "[1, 2.5,\n \"x\"]", "{\"a\":{\"b\":[true,false]}}"};
    json.bytes = kTexts[random_() % std::size(kTexts)];
  }
  void fill(std::uint64_t& value) { value = random_() >> (random_() % 64); }
  void fill(std::uint32_t& value) { value = static_cast<std::uint32_t>(random_() >> (32 + random_() % 32)); }
  void fill(bool& value) { value = random_() % 2 == 0; }
  void fill(Time& t) { t = from_millis(signed_number()); }
  void fill(Duration& d) { d = Duration{signed_number()}; }
  void fill(Sha256& hash) {
    for (auto& byte : hash) byte = static_cast<std::uint8_t>(random_());
  }
  template <class E>
  requires std::is_enum_v<E>
  void fill(E& value) { value = static_cast<E>(random_() % Names<E>::list.size()); }
  void fill(std::vector<LogLine>& lines) {
    lines.resize(random_() % 4);
    for (LogLine& line : lines) fill(line);
  }
  template <class S>
  requires requires { Described<S>::fields; }
  void fill(S& object) {
    each_field(object, [&](std::string_view, auto& member) {
      fill(member);
      return true;
    });
  }

 private:
  std::int64_t signed_number() {
    switch (random_() % 6) {
      case 0: return 0;
      case 1: return std::numeric_limits<std::int64_t>::min();
      case 2: return std::numeric_limits<std::int64_t>::max();
      case 3: return -static_cast<std::int64_t>(random_() >> (1 + random_() % 60));
      default: return static_cast<std::int64_t>(random_() >> (1 + random_() % 60));
    }
  }
  Random& random_;
};

// How many values an enumeration had when its bytes were released: more may have come, the sample stays.
template <class E>
inline constexpr std::size_t kReleased = Names<E>::list.size();
template <>
inline constexpr std::size_t kReleased<DelayReason> = 3;
template <>
inline constexpr std::size_t kReleased<Trigger> = 3;
template <>
inline constexpr std::size_t kReleased<OriginKind> = 5;

// Fills members with values that say which member they are.
class FixedFiller {
 public:
  void fill(std::string_view name, std::string& s) { s = "<" + std::string(name) + ">"; }
  void fill(std::string_view name, Json& json) { json.bytes = "{\"" + std::string(name) + "\":1}"; }
  void fill(std::string_view, std::uint64_t& value) { value = 0x0123456789ABCDEF; }
  void fill(std::string_view, std::uint32_t& value) { value = 300 + count_++; }
  void fill(std::string_view, bool& value) { value = true; }
  void fill(std::string_view, Time& t) { t = from_millis(1771864200123); }
  void fill(std::string_view, Duration& d) { d = Duration{300500}; }
  void fill(std::string_view, Sha256& hash) {
    for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(0xA0 + i);
  }
  template <class E>
  requires std::is_enum_v<E>
  void fill(std::string_view, E& value) { value = static_cast<E>(kReleased<E> - 1); }
  void fill(std::string_view, std::vector<LogLine>& lines) {
    lines.resize(2);
    for (LogLine& line : lines) fill_all(line);
  }
  template <class S>
  void fill_all(S& object) {
    each_field(object, [&](std::string_view name, auto& member) {
      fill(name, member);
      return true;
    });
  }

 private:
  std::uint32_t count_ = 0;
};

// f(event) with a fresh event of each type, in the order of the variant.
template <class F>
void each_type(F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(Event(std::in_place_index<I>)), ...); }
  (std::make_index_sequence<std::variant_size_v<Event>>{});
}

inline std::vector<Event> fixed_events() {
  std::vector<Event> events;
  each_type([&](Event event) {
    std::visit([](auto& e) { FixedFiller().fill_all(e); }, event);
    events.push_back(std::move(event));
  });
  return events;
}

inline Event random_event(Random& random) {
  Event event;
  std::size_t index = random() % std::variant_size_v<Event>;
  each_type([&](Event e) {
    if (index-- == 0) event = std::move(e);
  });
  std::visit([&](auto& e) { RandomFiller(random).fill(e); }, event);
  return event;
}

inline ExecutionId some_id() { return *parse_uuid("01890a5d-ac96-774b-bcce-b302099a8057"); }

inline Chunk chunk_of(std::vector<Event> events) {
  Chunk chunk;
  chunk.execution_id = some_id();
  chunk.first_event_id = 7;
  chunk.time = from_millis(1771864200123);
  chunk.principal = {"ada", "default"};
  chunk.causation = "request/42";
  chunk.events = std::move(events);
  return chunk;
}

inline Chunk random_chunk(Random& random) {
  RandomFiller filler(random);
  std::vector<Event> events(1 + random() % 5);
  for (Event& event : events) event = random_event(random);
  Chunk chunk = chunk_of(std::move(events));
  chunk.first_event_id = 1 + (random() >> (1 + random() % 62));
  filler.fill(chunk.time);
  filler.fill(chunk.principal.user);
  filler.fill(chunk.principal.workspace);
  filler.fill(chunk.causation);
  return chunk;
}

inline bool same(const Chunk& a, const Chunk& b) {
  return a.execution_id == b.execution_id && a.first_event_id == b.first_event_id && a.time == b.time &&
         a.principal == b.principal && a.causation == b.causation && a.events == b.events;
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

}  // namespace reprise::events::test
