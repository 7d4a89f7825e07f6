// Requests that must be refused, and with what status. Many are known ways to make two servers disagree about where a
// request ends.
#include <boost/test/unit_test.hpp>
#include <string>
#include <vector>

#include "tests/http/parser_fixture.hpp"

namespace reprise::http::test {
namespace {

struct Case {
  std::string bytes;
  int status;
};

void check(const std::vector<Case>& cases, const ParserLimits& limits = {}) {
  for (const auto& [bytes, status] : cases) {
    BOOST_TEST_CONTEXT(bytes.substr(0, 200)) {
      BOOST_TEST(parse_at_once(bytes, limits).status == status);
      BOOST_TEST(parse_byte_by_byte(bytes, limits).status == status);
    }
  }
}

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string post(const std::string& fields, const std::string& body = {}) {
  return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n" + body;
}
std::string chunked(const std::string& body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string target(const std::string& text) { return "GET " + text + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

}  // namespace

BOOST_AUTO_TEST_SUITE(parser_refuses)

BOOST_AUTO_TEST_CASE(request_lines) {
  check({
      {"GET /\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: a\n\n", 400},
      {"GET / HTTP/1.1\rHost: a\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1,1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/x.1\r\nHost: a\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\x16\x03\x01\x02", 400},
      {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\rGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
      {"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"get / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"OTHER / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
  });
}

BOOST_AUTO_TEST_CASE(targets) {
  check({
      {target("a"), 400},
      {target("*"), 400},
      {target("/a#b"), 400},
      {target("/%"), 400},
      {target("/%4"), 400},
      {target("/%4g"), 400},
      {target("/%g4"), 400},
      {target("/%%41"), 400},
      {target("/%00"), 400},
      {target("/a?b=%00"), 400},
      {target("/a?b=%"), 400},
      {target("/a?%zz=1"), 400},
      {target("/%FF"), 400},
      {target("/%C0%AF"), 400},
      {target("/%ED%A0%80"), 400},
      {target("/%F4%90%80%80"), 400},
      {target("/%E2%82"), 400},
      {target("/%C3/%BC"), 400},
      {target("/a?b=%C3"), 400},
      {target("/\xC3\xBC"), 400},
      {target(std::string("/a\0b", 4)), 400},
      {target("/a\x7F"), 400},
      {target("/a\x01"), 400},
      {target("http://"), 400},
      {target("http:///a"), 400},
      {target("http://u@a/"), 400},
      {target("ftp://a/"), 400},
      {target("//a b"), 400},
  });
}

BOOST_AUTO_TEST_CASE(header_lines) {
  check({
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {get("Host: b\r\n"), 400},
      {get("Host: a\r\n"), 400},
      {"GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: u@b\r\n\r\n", 400},
      {get("A : b\r\n"), 400},
      {get("A\t: b\r\n"), 400},
      {get(" A: b\r\n"), 400},
      {get("A: b\r\n c\r\n"), 400},
      {get("A: b\r\n\tc\r\n"), 400},
      {get("A\r\n"), 400},
      {get(": b\r\n"), 400},
      {get("A(: b\r\n"), 400},
      {get("A: b\nC: d\r\n"), 400},
      {get("A: b\rC: d\r\n"), 400},
      {get("A: b\r\r\n"), 400},
      {get(std::string("A: b\0c\r\n", 8)), 400},
      {get("A: \x01\r\n"), 400},
      {get("A: \x7F\r\n"), 400},
      {get("\xC3\xBC: b\r\n"), 400},
      {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
      {get("Expect: 200-ok\r\n"), 417},
      {get("Expect: 100-continue, x\r\n"), 417},
  });
}

BOOST_AUTO_TEST_CASE(lengths_that_can_be_read_in_two_ways) {
  const std::string both = "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n";
  const std::string both_turned = "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n";
  check({
      {post(both, "0\r\n\r\n"), 400},
      {post(both_turned, "0\r\n\r\n"), 400},
      {post("Content-Length: 2x\r\n", "ab"), 400},
      {post("Content-Length: x2\r\n", "ab"), 400},
      {post("Content-Length: +2\r\n", "ab"), 400},
      {post("Content-Length: -0\r\n"), 400},
      {post("Content-Length: -1\r\n"), 400},
      {post("Content-Length: 0x2\r\n", "ab"), 400},
      {post("Content-Length: 2.0\r\n", "ab"), 400},
      {post("Content-Length: 2 \t2\r\n", "ab"), 400},
      {post("Content-Length: 2, 2\r\n", "ab"), 400},
      {post("Content-Length:\r\n"), 400},
      {post("Content-Length: \r\n"), 400},
      {post("Content-Length: 2\r\nContent-Length: 3\r\n", "abc"), 400},
      {post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab"), 400},
      {post("content-length: 2\r\nCONTENT-LENGTH: 2\r\n", "ab"), 400},
      {post("Content-Length : 2\r\n", "ab"), 400},
      {post("Content-Length: 000000000000000000002\r\n", "ab"), 400},
      {post("Content-Length: 18446744073709551618\r\n", "ab"), 413},
      {post("Content-Length: 99999999999999999999999\r\n", "ab"), 413},
      {post("Content-Length: 99999999999999999999\r\n", "ab"), 413},
  });
}

BOOST_AUTO_TEST_CASE(transfer_codings) {
  const auto coding = [](const std::string& line) { return post(line + "\r\n", "0\r\n\r\n"); };
  check({
      {coding("Transfer-Encoding: xchunked"), 400},
      {coding("Transfer-Encoding: chunked, chunked"), 400},
      {coding("Transfer-Encoding: chunked, identity"), 400},
      {coding("Transfer-Encoding: gzip, chunked"), 400},
      {coding("Transfer-Encoding: identity"), 400},
      {coding("Transfer-Encoding: "), 400},
      {coding("Transfer-Encoding: \"chunked\""), 400},
      {coding("Transfer-Encoding: chunked;q=1"), 400},
      {coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), 400},
      {coding("Transfer-Encoding: chunked\r\nTransfer-Encoding: x"), 400},
      {coding("Transfer-Encoding : chunked"), 400},
      {coding(" Transfer-Encoding: chunked"), 400},
      {coding("Transfer-Encoding:\r\n chunked"), 400},
      {coding("Transfer-Encoding:\x0B"
              "chunked"),
       400},
      {coding("X: y\rTransfer-Encoding: chunked"), 400},
      {coding("X: y\nTransfer-Encoding: chunked"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
  });
}

BOOST_AUTO_TEST_CASE(chunks) {
  check({
      {chunked("\r\n0\r\n\r\n"), 400},
      {chunked("g\r\n"), 400},
      {chunked("0x1\r\na\r\n0\r\n\r\n"), 400},
      {chunked("+1\r\na\r\n0\r\n\r\n"), 400},
      {chunked("-1\r\na\r\n0\r\n\r\n"), 400},
      {chunked(" 1\r\na\r\n0\r\n\r\n"), 400},
      {chunked("1 \r\na\r\n0\r\n\r\n"), 400},
      {chunked("1\na\r\n0\r\n\r\n"), 400},
      {chunked("1\r\na\n0\r\n\r\n"), 400},
      {chunked("1\r\nab\r\n0\r\n\r\n"), 400},
      {chunked("1\r\na0\r\n\r\n"), 400},
      {chunked("2\r\na\r\n0\r\n\r\n"), 400},
      {chunked(";a=b\r\n"), 400},
      {chunked("1;a\nb\r\na\r\n0\r\n\r\n"), 400},
      {chunked("1;a\rb\r\na\r\n0\r\n\r\n"), 400},
      {chunked(std::string("1;a\0\r\na\r\n0\r\n\r\n", 14)), 400},
      {chunked("00000000000000001\r\na\r\n0\r\n\r\n"), 400},
      {chunked("10000000000000000\r\na"), 400},
      {chunked("ffffffffffffffff\r\na"), 413},
      {chunked("7fffffffffffffff\r\na"), 413},
      {chunked("1;" + std::string(17000, 'x') + "\r\na\r\n0\r\n\r\n"), 400},
      {chunked("0\r\nA b: c\r\n\r\n"), 400},
      {chunked("0\r\nA: b\n\r\n"), 400},
      {chunked("0\r\nA: b\r\n c\r\n\r\n"), 400},
      {chunked("0\r\n\n"), 400},
      {chunked("0\r\nA: " + std::string(17000, 'x') + "\r\n\r\n"), 431},
  });
}

BOOST_AUTO_TEST_CASE(what_is_too_large) {
  const ParserLimits limits{100, 200, 10};
  const std::string many(257, 'x');
  std::string fields;
  for (int i = 0; i < 300; ++i) fields += "A: b\r\n";
  check(
      {
          {target("/" + std::string(100, 'a')), 414},
          {target("/" + std::string(5000, 'a')), 414},
          {"GET /" + std::string(5000, 'a'), 414},
          {"GET /" + std::string(5000, 'a') + "\n", 414},
          {std::string(5000, 'A'), 400},
          {"A@A" + std::string(5000, 'A') + " ", 400},
          {get("A: " + many + "\r\n"), 431},
          {get(many), 431},
          {get(fields), 431},
          {post("Content-Length: 11\r\n"), 413},
          {post("Content-Length: 99999999\r\nExpect: 100-continue\r\n"), 413},
          {chunked("b\r\n"), 413},
          {chunked("a\r\n0123456789\r\n1\r\n"), 413},
          {chunked("5\r\n01234\r\n5\r\n56789\r\n1\r\nx\r\n0\r\n\r\n"), 413},
      },
      limits);
  check({{get(fields), 431}});
}

BOOST_AUTO_TEST_CASE(bodies_whose_length_is_missing) {
  check({
      {post("Content-Type: application/json\r\n"), 411},
      {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\r\n", 411},
      {"PATCH / HTTP/1.0\r\nContent-Type: text/plain\r\n\r\n", 411},
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
