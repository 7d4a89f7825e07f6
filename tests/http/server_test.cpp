// The server over real sockets: one request and its answer.
#include "http/server.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>

#include "tests/http/server_fixture.hpp"

namespace reprise::http::test {

BOOST_FIXTURE_TEST_SUITE(server_answers, ServerFixture)

BOOST_AUTO_TEST_CASE(and_keeps_the_connection) {
  start();
  Client client = connect();
  for (int i = 0; i < 3; ++i) {
    const Answered answer = client.ask(get("/ok"));
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == "ok");
    BOOST_TEST(answer.header("Content-Length") == "2");
    BOOST_TEST(answer.header("Content-Type") == "text/plain");
    BOOST_TEST(answer.header("Date").ends_with(" GMT"));
    BOOST_TEST(answer.header("Connection") == "");
  }
  BOOST_TEST(client.ask(get("/")).body == "root");
  BOOST_TEST(client.ask(get("/peer")).body == "127.0.0.1");
  BOOST_TEST(client.ask(get("/echo/a%2Fb")).body == "a/b");
  BOOST_TEST(client.ask(post("/echo", "body")).body == "body");
  BOOST_TEST(client.ask(get("/none")).status == 204);
  BOOST_TEST(client.ask(get("/twice")).body == "first");
  BOOST_TEST(client.ask(get("/ok")).body == "ok");
  const ServerNumbers numbers = server->numbers();
  BOOST_TEST(numbers.accepted == 1u);
  BOOST_TEST(numbers.connections == 1u);
  BOOST_TEST(numbers.requests == 10u);
}

BOOST_AUTO_TEST_CASE(and_closes_when_it_is_asked_to) {
  start();
  const auto ends = [this](const std::string& request) {
    Client client = connect();
    const Answered answer = client.ask(request);
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("Connection") == "close");
    return client.closed();
  };
  BOOST_TEST(ends(get("/ok", "Connection: close\r\n")));
  BOOST_TEST(ends(get("/close")));
  BOOST_TEST(ends("GET /ok HTTP/1.0\r\n\r\n"));
  BOOST_TEST(ends(get("/close") + get("/ok")));
  Client old = connect();
  BOOST_TEST(old.ask("GET /ok HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection") == "keep-alive");
  BOOST_TEST(old.ask("GET /ok HTTP/1.0\r\n\r\n").status == 200);
  BOOST_TEST(old.closed());
}

BOOST_AUTO_TEST_CASE(head_and_options_and_unknown_paths) {
  start();
  Client client = connect();
  client.send("HEAD /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answered head = client.read(true);
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.header("Content-Length") == "2");
  BOOST_TEST(client.ask(get("/ok")).body == "ok");

  const Answered asked = client.ask("OPTIONS /ok HTTP/1.1\r\nHost: a\r\n\r\n");
  BOOST_TEST(asked.status == 204);
  BOOST_TEST(asked.header("Allow") == "GET, HEAD, OPTIONS");
  BOOST_TEST(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status == 204);

  const Answered wrong = client.ask(post("/ok", "{}"));
  BOOST_TEST(wrong.status == 405);
  BOOST_TEST(wrong.header("Allow") == "GET, HEAD, OPTIONS");
  BOOST_TEST(wrong.body.starts_with("405 /ok "));

  BOOST_TEST(client.ask(get("/nothing")).status == 404);
  BOOST_TEST(client.ask(get("/ok/")).status == 404);
  BOOST_TEST(client.ask(get("//ok")).status == 404);
  BOOST_TEST(client.ask("OPTIONS /nothing HTTP/1.1\r\nHost: a\r\n\r\n").status == 404);
  BOOST_TEST(client.ask(get("/ok")).status == 200);
}

BOOST_AUTO_TEST_CASE(whatever_a_handler_does) {
  start();
  Client client = connect();
  const Answered thrown = client.ask(get("/throws"));
  BOOST_TEST(thrown.status == 500);
  BOOST_TEST(thrown.body.find("secret") == std::string::npos);
  BOOST_TEST(client.ask(get("/silent")).status == 500);
  BOOST_TEST(client.ask(get("/ok", "X-Deny: 1\r\n")).status == 403);
  const Answered headers = client.ask(get("/headers"));
  BOOST_TEST(headers.header("X-Good") == "1");
  BOOST_TEST(headers.head.find("Injected") == std::string::npos);
  BOOST_TEST(headers.head.find("X Bad") == std::string::npos);
  BOOST_TEST(headers.body == "x");
  BOOST_TEST(client.ask(get("/at-once")).body == "at once");
  BOOST_TEST(client.ask(get("/two-steps")).body == "two steps");
  BOOST_TEST(client.ask(get("/query")).body == "queried");
  BOOST_TEST(client.ask(get("/bad-query")).status == 500);
  BOOST_TEST(client.ask(get("/read")).body == "read");
  BOOST_TEST(client.ask(get("/ok")).status == 200);
}

BOOST_AUTO_TEST_CASE(with_503_when_too_many_queries_wait) {
  options.query_threads = 1;
  options.query_queue = 2;
  start();
  hold_queries = true;
  Client first = connect(), second = connect(), third = connect(), fourth = connect();
  first.send(get("/query"));
  BOOST_TEST_REQUIRE(eventually([this] { return queries_begun == 1; }));
  second.send(get("/query"));
  third.send(get("/query"));
  BOOST_TEST_REQUIRE(eventually([this] { return server->numbers().requests == 3; }));
  const Answered busy = fourth.ask(get("/query"));
  BOOST_TEST(busy.status == 503);
  BOOST_TEST(busy.header("Retry-After") == "1");
  hold_queries = false;
  BOOST_TEST(first.read().body == "queried");
  BOOST_TEST(second.read().body == "queried");
  BOOST_TEST(third.read().body == "queried");
}

BOOST_AUTO_TEST_CASE(with_an_error_and_the_end_of_the_connection_what_it_cannot_read) {
  options.max_body_bytes = 1000;
  start();
  const auto refused = [this](const std::string& bytes) {
    Client client = connect();
    const Answered answer = client.ask(bytes);
    BOOST_TEST(answer.complete);
    BOOST_TEST(answer.header("Connection") == "close");
    BOOST_TEST(client.closed());
    return answer.status;
  };
  BOOST_TEST(refused("GET / HTTP/1.1\r\n\r\n") == 400);
  BOOST_TEST(refused("GET /" + std::string(10'000, 'a') + " HTTP/1.1\r\n") == 414);
  BOOST_TEST(refused("GET / HTTP/1.1\r\nHost: a\r\nA: " + std::string(20'000, 'a') + "\r\n\r\n") == 431);
  BOOST_TEST(refused(post("/echo", std::string(1001, 'a'))) == 413);
  BOOST_TEST(refused(post("/echo", std::string(3'000'000, 'a'))) == 413);
  BOOST_TEST(refused("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: a/b\r\n\r\n") == 411);
  BOOST_TEST(refused("TRACE / HTTP/1.1\r\n\r\n") == 501);
  BOOST_TEST(refused("GET / HTTP/3.0\r\n\r\n") == 505);
  BOOST_TEST(refused(get("/", "Expect: x\r\n")) == 417);
  BOOST_TEST(refused(post("/echo", "x", "Transfer-Encoding: chunked\r\n")) == 400);
}

// Its bytes that nobody reads must not turn the end of the connection into a reset that takes the answer away.
BOOST_AUTO_TEST_CASE(a_client_that_sends_too_much_and_closes_its_side) {
  options.max_body_bytes = 1000;
  start();
  for (int i = 0; i < 20; ++i) {
    Client client = connect();
    client.send(post("/echo", std::string(400'000, 'a')));
    client.shut_write();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const Answered answer = client.read();
    BOOST_TEST(answer.status == 413);
    BOOST_TEST(answer.complete);
  }
}

BOOST_AUTO_TEST_CASE(bodies_of_every_form) {
  start();
  Client client = connect();
  const std::string chunked = "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  BOOST_TEST(client.ask(chunked + "5;x=y\r\nhello\r\n1\r\n!\r\n0\r\nTrailer: x\r\n\r\n").body == "hello!");
  BOOST_TEST(client.ask("POST /echo HTTP/1.1\r\nHost: a\r\n\r\n").body == "");
  std::string large(5'000'000, 'a');
  for (std::size_t i = 0; i < large.size(); i += 4096) large[i] = static_cast<char>('a' + i / 4096 % 26);
  BOOST_TEST((client.ask(post("/echo", large)).body == large));
  const std::string slow = post("/echo", "one byte after the other");
  for (const char c : slow) client.send({&c, 1});
  BOOST_TEST(client.read().body == "one byte after the other");
  BOOST_TEST(client.ask(get("/large/20000000")).body.size() == 20'000'000u);
  BOOST_TEST(client.ask(get("/ok")).body == "ok");
}

BOOST_AUTO_TEST_CASE(with_100_continue_before_the_body) {
  start();
  Client client = connect();
  const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  client.send(head);
  BOOST_TEST(client.read_some() == "HTTP/1.1 100 Continue\r\n\r\n");
  BOOST_TEST(client.ask("body").body == "body");
  // Whoever does not wait needs no interim answer.
  BOOST_TEST(client.ask(head + "body").status == 200);
  // Nothing is invited whose size is refused.
  BOOST_TEST(
      client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n").status ==
      413);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(a_client_that_has_closed_its_side) {
  start();
  Client client = connect();
  client.send(get("/later/half"));
  client.shut_write();
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("half"); }));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  desk.answer({"half"});
  BOOST_TEST(client.read().body == "half");
  BOOST_TEST(client.closed());
  Client quick = connect();
  quick.send(get("/ok"));
  quick.shut_write();
  BOOST_TEST(quick.read().body == "ok");
  BOOST_TEST(quick.closed());
  Client broken = connect();
  broken.send("GET /ok HT");
  broken.shut_write();
  BOOST_TEST(broken.closed());
  BOOST_TEST(eventually([this] { return server->numbers().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(and_tells_the_observer) {
  start();
  Client client = connect();
  client.ask(get("/ok"));
  client.ask(get("/nothing"));
  client.ask(get("/pieces/2"));
  BOOST_TEST(client.ask(get("/damaged")).body == "damaged");
  client.ask(get("/damaged/stream"));
  client.ask(get("/ok"));
  client.ask("nonsense\r\n\r\n");
  const std::lock_guard guard(seen_mutex);
  const std::vector<std::string> expected = {"GET /ok 200",
                                             "- 404",
                                             "GET /pieces/{count} 200",
                                             "GET /damaged 500, damage: a row",
                                             "GET /damaged/stream 200, damage: a later row",
                                             "GET /ok 200",
                                             "- 400"};
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(from_several_loops) {
  options.loops = 3;
  start();
  std::vector<Client> clients;
  clients.reserve(12);
  for (int i = 0; i < 12; ++i) clients.push_back(connect());
  for (int i = 0; i < 12; ++i) clients[static_cast<std::size_t>(i)].send(get("/later/n" + std::to_string(i)));
  for (int i = 0; i < 12; ++i) {
    const std::string name = "n" + std::to_string(i);
    BOOST_TEST_REQUIRE(eventually([&] { return desk.waits(name); }));
    desk.answer({name});
    BOOST_TEST(clients[static_cast<std::size_t>(i)].read().body == name);
  }
}

BOOST_AUTO_TEST_CASE(not_where_another_listens) {
  start();
  ServerOptions same = options;
  same.port = server->port();
  Server second(same, router, {}, {}, {});
  const auto result = second.listen();
  BOOST_TEST_REQUIRE(!result);
  BOOST_TEST((result.error().code == errc::io));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
