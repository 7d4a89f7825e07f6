// One event to bytes and back, and every way in which its bytes can be wrong.
#include <boost/test/unit_test.hpp>
#include <initializer_list>

#include "sample_events.hpp"

using namespace reprise;
using namespace reprise::events;
using namespace reprise::events::test;

namespace {

std::string bytes_of(const Event& event) {
  std::string out;
  encode_event(out, event);
  return out;
}
std::string raw(std::initializer_list<int> bytes) {
  std::string out;
  for (const int byte : bytes) out += static_cast<char>(byte);
  return out;
}
void refuses(const std::string& bytes, errc code, const std::string& detail, const std::string& where) {
  const auto event = decode_event(bytes);
  BOOST_TEST_REQUIRE(!event.has_value());
  BOOST_TEST((event.error().code == code));
  BOOST_TEST(event.error().detail == detail);
  BOOST_TEST(event.error().where == where);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(codec)

BOOST_AUTO_TEST_CASE(every_type_survives_with_default_and_with_set_members) {
  each_type([](const Event& event) {
    const auto again = decode_event(bytes_of(event));
    BOOST_TEST_REQUIRE(again.has_value(), type_of(event).name);
    BOOST_TEST((*again == event), type_of(event).name);
  });
  for (const Event& event : fixed_events()) {
    const auto again = decode_event(bytes_of(event));
    BOOST_TEST_REQUIRE(again.has_value(), type_of(event).name);
    BOOST_TEST((*again == event), type_of(event).name);
  }
}

BOOST_AUTO_TEST_CASE(random_events_survive_and_have_one_form) {
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    Random random(seed);
    const Event event = random_event(random);
    const std::string bytes = bytes_of(event);
    const auto again = decode_event(bytes);
    BOOST_TEST_REQUIRE(again.has_value(), "seed " << seed);
    BOOST_TEST_REQUIRE((*again == event), "seed " << seed);
    BOOST_TEST_REQUIRE(bytes_of(*again) == bytes, "seed " << seed);
  }
}

BOOST_AUTO_TEST_CASE(encoding_appends) {
  std::string out = "before";
  encode_event(out, TaskSkipped{"a", SkipReason::run_if});
  BOOST_TEST(out == "before" + raw({24, 1, 3, 1, 'a', 1}));
}

BOOST_AUTO_TEST_CASE(every_cut_is_refused) {
  for (const Event& event : fixed_events()) {
    const std::string bytes = bytes_of(event);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      BOOST_TEST_REQUIRE(!decode_event(std::string_view(bytes).substr(0, size)).has_value(),
                         type_of(event).name << " cut to " << size);
    }
    BOOST_TEST(!decode_event(bytes + '\0').has_value());
  }
}

// A flip may give another event of the same length, but never one that is written in another way.
BOOST_AUTO_TEST_CASE(what_a_flip_makes_readable_is_canonical) {
  for (const Event& event : fixed_events()) {
    std::string bytes = bytes_of(event);
    for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
      bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << i % 8));
      if (const auto other = decode_event(bytes)) BOOST_TEST_REQUIRE(bytes_of(*other) == bytes);
      bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << i % 8));
    }
  }
}

BOOST_AUTO_TEST_CASE(random_bytes_never_crash) {
  Random random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (!bytes.empty()) bytes[0] = static_cast<char>(random() % 27);
    if (bytes.size() > 1) bytes[1] = 1;
    if (const auto event = decode_event(bytes)) BOOST_TEST_REQUIRE(bytes_of(*event) == bytes);
  }
}

BOOST_AUTO_TEST_CASE(newer_types_and_versions_are_named) {
  refuses(raw({93, 1, 0}), errc::unsupported_version, "event type 93 is unknown to this build of Reprise", "byte 0");
  refuses(raw({0x80, 0x7D, 1, 0}), errc::unsupported_version, "event type 16000 is unknown to this build of Reprise",
          "byte 0");
  refuses(raw({21, 2, 0}), errc::unsupported_version,
          "version 2 of reprise.task.completed.v1 is newer than version 1, the newest that this build of Reprise knows",
          "byte 1");
}

BOOST_AUTO_TEST_CASE(deviations_are_named) {
  refuses("", errc::corrupt, "the bytes end too early", "byte 0");
  refuses(raw({0, 1, 0}), errc::corrupt, "there is no event type 0", "byte 0");
  refuses(raw({0x80, 0x80, 4, 1, 0}), errc::corrupt, "there is no event type 65536", "byte 0");
  refuses(raw({21, 0, 0}), errc::corrupt, "there is no version 0 of an event type", "byte 1");
  refuses(raw({7, 1, 1}), errc::corrupt, "an event is longer than what holds it", "byte 2");
  refuses(raw({7, 1, 1, 9}), errc::corrupt, "a reprise.execution.resumed.v1 has bytes after its last field", "byte 3");
  refuses(raw({7, 1, 0, 9}), errc::corrupt, "bytes follow the event", "byte 3");
  refuses(raw({7, 0x81, 0, 0}), errc::corrupt, "a number is not in its shortest form", "byte 1");
  refuses(raw({24, 1, 3, 1, 'a', 2}), errc::corrupt, "an enumeration has an unknown value", "byte 5");
  refuses(raw({24, 1, 3, 3, 'a', 0}), errc::corrupt, "a string is longer than what holds it", "byte 3");
  refuses(raw({24, 1, 2, 1, 'a'}), errc::corrupt, "the bytes end too early", "byte 5");
  refuses(raw({23, 1, 4, 1, 'a', 1, 2}), errc::corrupt, "a truth value is neither 0 nor 1", "byte 6");
  refuses(raw({25, 1, 7, 1, 'a', 0x80, 0x80, 0x80, 0x80, 0x10}), errc::corrupt, "a number is larger than 32 bits",
          "byte 5");
  refuses(raw({26, 1, 2, 0, 1}), errc::corrupt, "a list counts more lines than there are bytes for", "byte 4");
  const std::string wide = raw({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2});
  refuses(wide + raw({1, 0}), errc::corrupt, "a number is larger than 64 bits", "byte 0");
}

BOOST_AUTO_TEST_CASE(type_numbers_and_names_are_fixed) {
  const std::vector<std::pair<int, std::string>> released{{1, "execution.started"},
                                                          {2, "execution.completed"},
                                                          {3, "execution.failed"},
                                                          {4, "execution.cancelled"},
                                                          {5, "execution.terminated"},
                                                          {6, "execution.paused"},
                                                          {7, "execution.resumed"},
                                                          {8, "execution.timed_out"},
                                                          {16, "task.delayed"},
                                                          {17, "task.delay_elapsed"},
                                                          {18, "task.scheduled"},
                                                          {19, "task.started"},
                                                          {20, "task.requeued"},
                                                          {21, "task.completed"},
                                                          {22, "task.failed"},
                                                          {23, "task.timed_out"},
                                                          {24, "task.skipped"},
                                                          {25, "task.cancelled"},
                                                          {26, "task.logged"},
                                                          {64, "workflow.registered"},
                                                          {65, "workflow.deleted"},
                                                          {9, "execution.origin"},
                                                          {10, "execution.continued_as_new"},
                                                          {27, "task.loop_started"},
                                                          {29, "task.child_started"},
                                                          {32, "interaction.created"},
                                                          {33, "interaction.requested"},
                                                          {34, "interaction.answered"},
                                                          {35, "interaction.completed"},
                                                          {36, "interaction.timed_out"},
                                                          {80, "schedule.put"},
                                                          {81, "schedule.paused"},
                                                          {82, "schedule.resumed"},
                                                          {83, "schedule.fired"},
                                                          {84, "schedule.deleted"},
                                                          {96, "subscription.put"},
                                                          {97, "subscription.paused"},
                                                          {98, "subscription.resumed"},
                                                          {99, "subscription.rotated"},
                                                          {100, "subscription.replayed"},
                                                          {101, "subscription.disabled"},
                                                          {102, "subscription.deleted"}};
  std::vector<std::pair<int, std::string>> ours;
  each_type([&](const Event& event) {
    const TypeInfo& type = type_of(event);
    BOOST_TEST(type_of_number(type.number) == &type);
    std::string name(type.name);
    BOOST_TEST_REQUIRE(name.starts_with("reprise."));
    BOOST_TEST_REQUIRE(name.ends_with(".v" + std::to_string(type.version)));
    ours.emplace_back(type.number, name.substr(8, name.rfind('.') - 8));
  });
  BOOST_TEST((ours == released));
  BOOST_TEST(type_of_number(0) == nullptr);
  BOOST_TEST(type_of_number(127) == nullptr);
}

BOOST_AUTO_TEST_CASE(log_levels_have_their_names) {
  for (const auto level : {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error}) {
    BOOST_TEST((parse_log_level(name(level)) == level));
  }
  BOOST_TEST(name(LogLevel::warning) == "WARNING");
  BOOST_TEST(!parse_log_level("info").has_value());
  BOOST_TEST(name(static_cast<LogLevel>(9)) == "unknown");
}

BOOST_AUTO_TEST_SUITE_END()
