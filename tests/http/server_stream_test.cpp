// Streams, time limits, and the server's end.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include "tests/http/server_fixture.hpp"

namespace reprise::http::test {
namespace {

void pause(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_streams, ServerFixture)

BOOST_AUTO_TEST_CASE(come_in_chunks) {
  start();
  Client client = connect();
  const Answered answer = client.ask(get("/pieces/50"));
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.header("Transfer-Encoding") == "chunked");
  BOOST_TEST(answer.header("Content-Length") == "");
  BOOST_TEST(answer.body == std::string(500'000, 'p'));
  BOOST_TEST(client.ask(get("/reads")).body == "one two");
  BOOST_TEST(client.ask(get("/ok")).body == "ok");
}

BOOST_AUTO_TEST_CASE(end_with_the_connection_in_1_0) {
  start();
  Client client = connect();
  const Answered answer = client.ask("GET /pieces/5 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.header("Connection") == "close");
  BOOST_TEST(answer.body == std::string(50'000, 'p'));
}

BOOST_AUTO_TEST_CASE(have_no_body_for_head) {
  start();
  Client client = connect();
  client.send("HEAD /events/h HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answered answer = client.read(true);
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(client.closed());
  BOOST_TEST(eventually([this] { return desk.noted("gone h"); }));
}

BOOST_AUTO_TEST_CASE(take_what_the_engine_says_and_tick) {
  start();
  Client client = connect();
  client.send(get("/events/s"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("s"); }));
  desk.answer({"s"}, "1");
  desk.answer({"s"}, "2");
  std::string came;
  const auto comes = [&](const std::string& what) {
    return eventually([&] { return (came += client.read_some(100)).find(what) != std::string::npos; });
  };
  BOOST_TEST_REQUIRE(comes("s2 "));
  BOOST_TEST(comes("tick "));
  desk.answer({"s"}, " end");
  BOOST_TEST(comes("\r\n0\r\n\r\n"));
  BOOST_TEST(came.find("hello ") < came.find("s1 "));
  BOOST_TEST(came.find("s1 ") < came.find("s2 "));
  BOOST_TEST(client.ask(get("/ok")).body == "ok");
}

BOOST_AUTO_TEST_CASE(end_when_the_client_goes) {
  start();
  Client client = connect();
  client.send(get("/events/g"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("g"); }));
  client.close();
  BOOST_TEST(eventually([this] { return desk.noted("gone g"); }));
  desk.answer({"g"}, "x");
  BOOST_TEST(eventually([this] { return server->numbers().connections == 0; }));
}

BOOST_AUTO_TEST_CASE(wait_for_slow_readers) {
  start();
  Client client = connect(4096);
  client.send(get("/pieces/300"));
  pause(300);
  Client other = connect();
  for (int i = 0; i < 100; ++i) BOOST_TEST(other.ask(get("/ok")).body == "ok");
  BOOST_TEST(client.read().body == std::string(3'000'000, 'p'));
}

BOOST_AUTO_TEST_CASE(are_cut_off_when_too_much_waits) {
  options.max_unsent_bytes = 1'000'000;
  start();
  Client client = connect(4096);
  client.send(get("/flood"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("flood"); }));
  desk.answer({"flood"});
  BOOST_TEST(eventually([this] { return desk.noted("gone flood"); }));
  BOOST_TEST(!client.read().complete);
}

BOOST_AUTO_TEST_CASE(that_break_off_send_what_they_have_and_no_last_chunk) {
  start();
  const std::string sent = "begun " + std::string(300'000, 'b');
  Client client = connect();
  const Answered answer = client.ask(get("/broken-off") + get("/ok"));
  BOOST_TEST(answer.status == 200);
  BOOST_TEST(answer.body == sent);
  BOOST_TEST(!answer.complete);
  BOOST_TEST(client.closed());
  Client older = connect();
  BOOST_TEST(older.ask("GET /broken-off HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body == sent);
  BOOST_TEST(older.closed());
  // Behind another answer it waits for its turn.
  Client waiting = connect();
  waiting.send(get("/later/b") + get("/broken-off"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("b"); }));
  desk.answer({"b"});
  BOOST_TEST(waiting.read().body == "b");
  BOOST_TEST(waiting.read().body == sent);
  BOOST_TEST(waiting.closed());
}

BOOST_AUTO_TEST_CASE(break_off_when_the_handler_throws) {
  start();
  Client client = connect();
  BOOST_TEST(!client.ask(get("/breaks")).complete);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(server_limits, ServerFixture)

BOOST_AUTO_TEST_CASE(time_for_the_header) {
  options.header_timeout_ms = 200;
  start();
  const auto begin = std::chrono::steady_clock::now();
  Client client = connect();
  client.send("GET /ok HT");
  const Answered answer = client.read();
  BOOST_TEST(answer.status == 408);
  BOOST_TEST(answer.header("Connection") == "close");
  BOOST_TEST(client.closed());
  const auto took = std::chrono::steady_clock::now() - begin;
  BOOST_TEST((took > std::chrono::milliseconds(150)));
  BOOST_TEST_REQUIRE(eventually([this] { return server->numbers().timed_out == 1; }));
  // One byte now and then does not help.
  Client dripping = connect();
  for (int i = 0; i < 1000 && server->numbers().timed_out == 1; ++i) {
    dripping.send("G");
    pause(20);
  }
  BOOST_TEST(server->numbers().timed_out == 2u);
}

BOOST_AUTO_TEST_CASE(time_for_the_body) {
  options.body_timeout_ms = 2500;
  start();
  Client client = connect();
  const std::string part(4096, 'x'), whole = part + part + part + part + part;
  const std::string request = post("/echo", whole);
  client.send(request.substr(0, request.size() - whole.size()));
  for (int i = 0; i < 4; ++i) {
    client.send(part);
    pause(700);
  }
  BOOST_TEST((client.ask(part).body == whole));
  client.send(request.substr(0, request.size() - whole.size()));
  for (int i = 0; i < 3; ++i) {  // a trickle is no progress
    client.send("x");
    pause(700);
  }
  BOOST_TEST(client.read().status == 408);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(time_without_a_request) {
  options.idle_timeout_ms = 2000;
  start();
  Client client = connect();
  BOOST_TEST(client.ask(get("/ok")).status == 200);
  client.send(get("/later/long"));
  pause(3500);
  desk.answer({"long"});
  BOOST_TEST(client.read().body == "long");
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(time_to_take_an_answer) {
  options.write_timeout_ms = 300;
  start();
  Client client = connect(4096);
  client.send(get("/large/20000000"));
  BOOST_TEST(eventually([this] { return server->numbers().timed_out == 1; }));
  BOOST_TEST(eventually([this] { return server->numbers().connections == 0; }));
  BOOST_TEST(!client.read().complete);
}

BOOST_AUTO_TEST_CASE(connections) {
  options.max_connections = 3;
  start();
  std::vector<Client> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(connect());
    BOOST_TEST(clients.back().ask(get("/ok")).status == 200);
  }
  Client fourth = connect();
  const Answered answer = fourth.read();
  BOOST_TEST(answer.status == 503);
  BOOST_TEST(answer.header("Retry-After") == "1");
  BOOST_TEST(fourth.closed());
  fourth.close();
  clients.pop_back();
  BOOST_TEST(eventually([this] { return server->numbers().connections == 2; }));
  BOOST_TEST(connect().ask(get("/ok")).status == 200);
  BOOST_TEST(server->numbers().refused == 1u);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(server_drain, ServerFixture)

BOOST_AUTO_TEST_CASE(lets_requests_finish_and_takes_no_others) {
  start();
  Client waiting = connect(), idle = connect(), stream = connect();
  waiting.send(get("/later/w"));
  BOOST_TEST(idle.ask(get("/ok")).status == 200);
  stream.send(get("/events/d"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("w") && desk.waits("d"); }));
  auto drained = std::async(std::launch::async, [this] { server->drain(60'000); });
  const Answered events = stream.read();
  BOOST_TEST(events.complete);
  BOOST_TEST(stream.closed());
  BOOST_TEST(eventually([this] { return desk.noted("gone d"); }));
  BOOST_TEST(!connect().connected());
  const Answered refused = idle.ask(get("/ok"));
  BOOST_TEST(refused.status == 503);
  BOOST_TEST(refused.header("Connection") == "close");
  BOOST_TEST((drained.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout));
  desk.answer({"w"});
  const Answered last = waiting.read();
  BOOST_TEST(last.body == "w");
  BOOST_TEST(last.header("Connection") == "close");
  BOOST_TEST((drained.wait_for(std::chrono::seconds(30)) == std::future_status::ready));
  BOOST_TEST(server->numbers().connections == 0u);
}

BOOST_AUTO_TEST_CASE(ends_streams_that_begin_meanwhile) {
  start();
  Client client = connect();
  client.send(get("/late-stream/l"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("l"); }));
  auto drained = std::async(std::launch::async, [this] { server->drain(60'000); });
  pause(50);
  desk.answer({"l"});
  const Answered answer = client.read();
  BOOST_TEST(answer.complete);
  BOOST_TEST(answer.body == "late");
  BOOST_TEST((drained.wait_for(std::chrono::seconds(30)) == std::future_status::ready));
}

BOOST_AUTO_TEST_CASE(ends_no_long_answer_as_if_it_were_complete) {
  start();
  Client client = connect(4096);
  client.send(get("/pieces/3000"));
  BOOST_TEST_REQUIRE(eventually([this] { return server->numbers().requests == 1; }));
  auto drained = std::async(std::launch::async, [this] { server->drain(5000); });
  const Answered answer = client.read();
  BOOST_TEST(answer.body.size() > 0u);
  BOOST_TEST(!answer.complete);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(does_not_wait_beyond_its_grace) {
  start();
  Client client = connect();
  client.send(get("/poll/p"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("p"); }));
  const auto begin = std::chrono::steady_clock::now();
  server->drain(200);
  BOOST_TEST((std::chrono::steady_clock::now() - begin < std::chrono::seconds(20)));
  BOOST_TEST(eventually([this] { return desk.noted("gone p"); }));
  BOOST_TEST(client.closed());
  desk.answer({"p"});  // the sink is still there
  server->drain(0);
}

BOOST_AUTO_TEST_CASE(is_quick_without_requests) {
  for (int i = 0; i < 20; ++i) {
    start();
    Client client = connect();
    BOOST_TEST(client.ask(get("/ok")).status == 200);
    server->drain(5000);
    BOOST_TEST(client.closed());
    server.reset();
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
