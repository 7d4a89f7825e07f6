// Requests that are understood, what is read out of them, and that the pieces they come in do not matter.
#include "http/parser.hpp"

#include <boost/test/unit_test.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/http/parser_fixture.hpp"

namespace reprise::http::test {
namespace {

struct Parsed {
  Request request;
  RequestStock stock;
  RequestParser parser{ParserLimits{}};
  std::size_t used = 0;

  explicit Parsed(std::string_view bytes) {
    parser.start(request, stock);
    used = parser.feed(bytes);
  }
  bool done() const { return parser.state() == RequestParser::State::done; }
};

std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

const std::vector<std::string> good = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: [::1]:8080\r\nX: \t a \x80\xFF b \t\r\nEmpty:\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a:80/b?c HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET http://a?c=d HTTP/1.1\r\nHost: a\r\n\r\n",
    "DELETE /a/b HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Type: a/b\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 00005\r\n\r\nhello",
    "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ("PATCH / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
     "00A;a=\"b;c\"\r\n0123456789\r\n1;x\r\n!\r\n000;last\r\nTrailer: x\r\nContent-Length: 7\r\n\r\n"),
};

}  // namespace

BOOST_AUTO_TEST_SUITE(parser)

BOOST_AUTO_TEST_CASE(understands_the_table_in_any_pieces) {
  constexpr unsigned seed = 20240117;
  std::mt19937 random(seed);
  BOOST_TEST_MESSAGE("seed " << seed);
  for (const auto& bytes : good) {
    BOOST_TEST_CONTEXT(bytes) {
      const Verdict whole = parse_at_once(bytes + "GET /next");
      BOOST_TEST(whole.done);
      BOOST_TEST(whole.used == bytes.size());
      BOOST_TEST(parse_byte_by_byte(bytes + "GET /next").text == whole.text);
      for (int i = 0; i < 20; ++i) {
        const Verdict other = parse(bytes + "GET /next", {}, [&](std::size_t left) { return 1 + random() % left; });
        BOOST_TEST((other == whole));
      }
      for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
        const Verdict part = parse_at_once(std::string_view(bytes).substr(0, cut));
        BOOST_TEST(!part.done);
        BOOST_TEST(part.status == 0);
      }
    }
  }
}

// Bytes of good requests, damaged: whatever comes out, it is the same however they come in.
BOOST_AUTO_TEST_CASE(says_the_same_of_damaged_requests_in_any_pieces) {
  constexpr unsigned seed = 77;
  std::mt19937 random(seed);
  BOOST_TEST_MESSAGE("seed " << seed);
  static const std::string marks("\r\n\0 \t:;,%/?#*0aZ\x80\xFF", 18);
  const ParserLimits limits{40, 120, 12};
  for (int round = 0; round < 40'000; ++round) {
    std::string bytes = good[random() % good.size()];
    for (auto changes = random() % 4; changes-- > 0;) {
      const std::size_t at = random() % bytes.size();
      const char mark = marks[random() % marks.size()];
      switch (random() % 4) {
        case 0: bytes[at] = mark; break;
        case 1: bytes.insert(at, 1, mark); break;
        case 2: bytes.erase(at, 1 + random() % 3); break;
        default: bytes.insert(at, bytes.substr(random() % bytes.size(), random() % 40));
      }
      if (bytes.empty()) bytes = "x";
    }
    const Verdict whole = parse_at_once(bytes, limits);
    const Verdict other = parse(bytes, limits, [&](std::size_t left) { return 1 + random() % left; });
    BOOST_TEST_REQUIRE((other == whole), "round " << round << ": " << bytes << "\n"
                                                  << whole.status << " " << whole.text << "\n"
                                                  << other.status << " " << other.text);
    BOOST_TEST_REQUIRE((parse_byte_by_byte(bytes, limits) == whole), "byte by byte, round " << round << ": " << bytes);
  }
}

BOOST_AUTO_TEST_CASE(decodes_the_target) {
  const Parsed p(target("/api/work%20flows/a%2Fb/%C3%BC/+?x=1%2B1&y=a+b&x=2&flag&&=v&z=%E2%82%AC"));
  BOOST_TEST_REQUIRE(p.done());
  const std::vector<std::string> segments = {"api", "work flows", "a/b", "\xC3\xBC", "+"};
  BOOST_TEST(p.request.segments == segments);
  BOOST_TEST(p.request.path == "/api/work flows/a%2Fb/\xC3\xBC/+");
  BOOST_TEST(p.request.parameter("x").value() == "1+1");
  BOOST_TEST(p.request.parameters_of("x").size() == 2u);
  BOOST_TEST(p.request.parameter("y").value() == "a b");
  BOOST_TEST(p.request.parameter("flag").value() == "");
  BOOST_TEST(p.request.parameter("").value() == "v");
  BOOST_TEST(p.request.parameter("z").value() == "\xE2\x82\xAC");
  BOOST_TEST(!p.request.parameter("no").has_value());
  BOOST_TEST(p.request.query.size() == 6u);
}

BOOST_AUTO_TEST_CASE(keeps_empty_segments) {
  const auto segments = [](const std::string& text) { return Parsed(target(text)).request.segments.size(); };
  BOOST_TEST(segments("/") == 0u);
  BOOST_TEST(segments("/a") == 1u);
  BOOST_TEST(segments("/a/") == 2u);
  BOOST_TEST(segments("//") == 2u);
  BOOST_TEST(segments("/a//b") == 3u);
  BOOST_TEST(segments("/a?/b/c") == 1u);
  BOOST_TEST(segments("/?a") == 0u);
}

BOOST_AUTO_TEST_CASE(reads_absolute_targets) {
  const Parsed p("GET HTTP://example.com:80/a/b?c=d HTTP/1.1\r\nHost: other\r\n\r\n");
  BOOST_TEST_REQUIRE(p.done());
  BOOST_TEST(p.request.path == "/a/b");
  BOOST_TEST(p.request.parameter("c").value() == "d");
}

BOOST_AUTO_TEST_CASE(reads_headers) {
  const Parsed p(
      "GET / HTTP/1.1\r\nHOST: a\r\nAccept:text/html\r\nX-A:  one\t \r\nx-a: two\r\n"
      "Content-Type: Application/JSON ; charset=utf-8\r\n\r\n");
  BOOST_TEST_REQUIRE(p.done());
  BOOST_TEST(p.request.header("host") == "a");
  BOOST_TEST(p.request.header("accept") == "text/html");
  BOOST_TEST(p.request.header("x-a") == "one");
  BOOST_TEST(p.request.header("none") == "");
  BOOST_TEST(p.request.headers.size() == 5u);
  BOOST_TEST(p.request.media_type() == "application/json");
}

BOOST_AUTO_TEST_CASE(knows_when_to_keep_the_connection) {
  const auto keeps = [](const std::string& version, const std::string& field) {
    const Parsed p("GET / HTTP/" + version + "\r\nHost: a\r\n" + field + "\r\n");
    BOOST_TEST_REQUIRE(p.done());
    return p.parser.keep_alive();
  };
  BOOST_TEST(keeps("1.1", ""));
  BOOST_TEST(!keeps("1.1", "Connection: close\r\n"));
  BOOST_TEST(!keeps("1.1", "Connection: keep-alive, CLOSE\r\n"));
  BOOST_TEST(!keeps("1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  BOOST_TEST(keeps("1.1", "Connection: closed\r\n"));
  BOOST_TEST(!keeps("1.0", ""));
  BOOST_TEST(keeps("1.0", "Connection: Keep-Alive\r\n"));
  BOOST_TEST(!keeps("1.0", "Connection: keep-alive, close\r\n"));
}

BOOST_AUTO_TEST_CASE(expects_continue_only_in_1_1) {
  const Parsed now("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  BOOST_TEST((now.parser.state() == RequestParser::State::body));
  BOOST_TEST(now.parser.expects_continue());
  const Parsed before("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  BOOST_TEST(!before.parser.expects_continue());
}

BOOST_AUTO_TEST_CASE(reads_one_request_after_the_other) {
  Request request;
  RequestStock stock;
  RequestParser parser{ParserLimits{}};
  std::string all;
  for (const auto& bytes : good) all += bytes;
  std::string_view rest = all;
  for (const auto& bytes : good) {
    stock.take_back(request);
    parser.start(request, stock);
    rest.remove_prefix(parser.feed(rest));
    BOOST_TEST_REQUIRE((parser.state() == RequestParser::State::done));
    BOOST_TEST(describe(request, parser) == parse_at_once(bytes).text);
  }
  BOOST_TEST(rest.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
