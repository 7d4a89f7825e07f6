// The bytes of one chunk of each type, as released. A difference here means that stores in the field cannot be read any
// more: do not change these bytes, make a new version of the type instead.
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "sample_events.hpp"

using namespace reprise;
using namespace reprise::events;
using namespace reprise::events::test;

namespace {

struct Golden {
  std::string_view type;
  std::string_view bytes;
};
const std::vector<Golden> kGolden = {
#include "golden_chunks.inc"
};

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(golden)

BOOST_AUTO_TEST_CASE(bytes_of_each_type_are_as_released) {
  const auto events = fixed_events();
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto type = type_of(events[i]).name;
    const Chunk chunk = chunk_of({events[i]});
    Sha256 head = genesis(some_id()), again = head;
    const std::string bytes = encode(chunk, head);
    const std::string line = "{\"" + std::string(type) + "\",\n \"" + hex(bytes) + "\"},\n";
    const auto golden = std::find_if(kGolden.begin(), kGolden.end(), [&](const Golden& g) { return g.type == type; });
    BOOST_TEST_REQUIRE((golden != kGolden.end()), type << " has no golden bytes; golden_chunks.inc lacks\n" << line);
    BOOST_TEST(hex(bytes) == golden->bytes, type << " has other bytes: " << hex(bytes));
    const auto read = decode(bytes_of_hex(golden->bytes), some_id(), &again);
    BOOST_TEST_REQUIRE(read.has_value(), type << ": " << read.error().detail);
    BOOST_TEST(same(*read, chunk), type);
  }
  BOOST_TEST(kGolden.size() == events.size());
}

BOOST_AUTO_TEST_SUITE_END()
