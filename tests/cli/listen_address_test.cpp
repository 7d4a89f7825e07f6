#include "cli/listen_address.hpp"

#include <boost/test/unit_test.hpp>

using namespace reprise::cli;

BOOST_AUTO_TEST_SUITE(listen_address)

BOOST_AUTO_TEST_CASE(addresses_are_taken_apart_and_loopback_is_known) {
  struct Case {
    const char* text;
    const char* host;
    std::uint16_t port;
    bool loopback;
  };
  for (const Case& c : {Case{"127.0.0.1:8080", "127.0.0.1", 8080, true}, Case{"127.9.9.9:0", "127.9.9.9", 0, true},
                        Case{"localhost:1", "127.0.0.1", 1, true}, Case{"[::1]:65535", "::1", 65535, true},
                        Case{"0.0.0.0:80", "0.0.0.0", 80, false}, Case{":80", "0.0.0.0", 80, false},
                        Case{"[::]:80", "::", 80, false}, Case{"192.168.1.2:80", "192.168.1.2", 80, false}}) {
    BOOST_TEST_CONTEXT(c.text) {
      const auto address = parse_listen_address(c.text);
      BOOST_REQUIRE(address);
      BOOST_TEST(address->host == c.host);
      BOOST_TEST(address->port == c.port);
      BOOST_TEST(address->loopback == c.loopback);
    }
  }
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused) {
  for (const char* text : {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:8x", "example.org:80",
                           "::1:80", "[::1]", "[]:80", "[127.0.0.1]:80", "127.0.0.1:-1"}) {
    BOOST_TEST_CONTEXT(text) { BOOST_TEST(!parse_listen_address(text).has_value()); }
  }
}

BOOST_AUTO_TEST_CASE(the_url_shows_the_real_port) {
  BOOST_TEST(parse_listen_address("127.0.0.1:0")->url(4711) == "http://127.0.0.1:4711");
  BOOST_TEST(parse_listen_address("[::1]:0")->url(4711) == "http://[::1]:4711");
}

BOOST_AUTO_TEST_SUITE_END()
