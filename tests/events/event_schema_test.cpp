// The schemas of public events: each type has one, and docs/events/ holds what is made. REPRISE_WRITE_SCHEMAS=1 writes
// the files in place of comparing them (scripts/event-schemas).
#include "events/event_schema.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "events/json.hpp"
#include "events/record.hpp"
#include "sample_events.hpp"

using namespace reprise;

namespace {

const std::filesystem::path kFolder = std::filesystem::path(REPRISE_SOURCE) / "docs" / "events";

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_schema)

BOOST_AUTO_TEST_CASE(every_type_has_one) {
  std::set<std::string_view> names;
  for (const std::string_view name : events::type_names()) {
    BOOST_TEST(names.insert(name).second, name);
    const auto schema = parse_json(events::event_schema(name));
    BOOST_REQUIRE_MESSAGE(schema.has_value(), name << ": " << schema.error().detail);
    BOOST_TEST(text_of(*find(schema->root(), "title")) == name);
  }
  BOOST_TEST(names.size() == std::variant_size_v<events::Event>);
  BOOST_TEST(events::event_schema("reprise.task.exploded.v1").empty());
}

// Members of `data` are those that the JSON of a sample has.
BOOST_AUTO_TEST_CASE(the_members_are_those_of_the_json) {
  for (const events::Event& event : events::test::fixed_events()) {
    std::string json;
    events::append_json(json, event);
    const auto data = parse_json(json);
    const auto schema = parse_json(events::event_schema(events::type_of(event).name));
    BOOST_REQUIRE(data.has_value() && schema.has_value());
    const JsonValue* properties = find(schema->root(), "properties");
    const JsonValue* described = find(*find(*properties, "data"), "properties");
    std::set<std::string_view> expected, found;
    for (const auto& member : data->root().GetObject()) expected.insert(text_of(member.name));
    for (const auto& member : described->GetObject()) found.insert(text_of(member.name));
    BOOST_TEST((expected == found), events::type_of(event).name);
  }
}

BOOST_AUTO_TEST_CASE(the_files_are_what_is_made) {
  const bool write = std::getenv("REPRISE_WRITE_SCHEMAS") != nullptr;
  std::set<std::string> expected;
  for (const std::string_view name : events::type_names()) {
    const std::filesystem::path file = kFolder / (std::string(name) + ".json");
    expected.insert(file.filename().string());
    if (write) {
      std::filesystem::create_directories(kFolder);
      std::ofstream(file, std::ios::binary) << events::event_schema(name);
    }
    BOOST_TEST(contents(file) == events::event_schema(name), file << " is out of date: run scripts/event-schemas");
  }
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".json") continue;
    BOOST_TEST(expected.count(entry.path().filename().string()) == 1u, entry.path() << " is of no event type");
  }
}

BOOST_AUTO_TEST_SUITE_END()
