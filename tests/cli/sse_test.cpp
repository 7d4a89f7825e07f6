#include "cli/sse.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise::cli;

namespace {

std::vector<std::string> texts(const std::vector<StreamMessage>& messages) {
  std::vector<std::string> out;
  out.reserve(messages.size());
  for (const StreamMessage& m : messages) out.push_back(m.event + "|" + m.id + "|" + m.data);
  return out;
}

const std::string kStream =
    ": heartbeat\n\n"
    "id: 1\nevent: status\ndata: {\"a\":1}\n\n"
    "data: one\ndata:two\n\n"
    "event: dropped\n\n"
    "id: 7\r\nevent: log\r\ndata: x\r\n\r\n"
    "data: cut off";
const std::vector<std::string> kExpected{"status|1|{\"a\":1}", "message|1|one\ntwo", "log|7|x"};

}  // namespace

BOOST_AUTO_TEST_SUITE(sse)

BOOST_AUTO_TEST_CASE(messages_end_at_an_empty_line) {
  StreamReader reader;
  BOOST_TEST(texts(reader.feed(kStream)) == kExpected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_give_the_same) {
  for (std::size_t size = 1; size < kStream.size(); ++size) {
    StreamReader reader;
    std::vector<StreamMessage> all;
    for (std::size_t at = 0; at < kStream.size(); at += size) {
      for (StreamMessage& m : reader.feed(std::string_view(kStream).substr(at, size))) all.push_back(std::move(m));
    }
    BOOST_TEST_CONTEXT("pieces of " << size) { BOOST_TEST(texts(all) == kExpected, boost::test_tools::per_element()); }
  }
}

// A message that was cut off does not count as seen, an id alone does.
BOOST_AUTO_TEST_CASE(where_to_go_on) {
  StreamReader reader;
  BOOST_TEST(reader.feed("retry: 1000\nid: a\n\n").empty());
  BOOST_TEST(reader.last_id() == "a");
  reader.feed("id: b\ndata: x\n");
  BOOST_TEST(reader.last_id() == "a");
  reader.feed("\n: heartbeat\n");
  BOOST_TEST(reader.last_id() == "b");
}

BOOST_AUTO_TEST_SUITE_END()
