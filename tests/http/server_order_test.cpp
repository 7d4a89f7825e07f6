// Several requests of one connection, and requests whose clients go away.
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "tests/http/server_fixture.hpp"

namespace reprise::http::test {
namespace {

void pause(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(server_order, ServerFixture)

BOOST_AUTO_TEST_CASE(pipelined_answers_come_in_the_order_of_the_requests) {
  start();
  Client client = connect();
  client.send(get("/later/a") + get("/ok") + get("/later/b") + get("/pieces/3") + get("/query") + get("/nothing") +
              get("/later/c") + get("/events/e") + get("/echo/last"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("c") && desk.waits("e"); }));
  pause(50);
  desk.answer({"c", "e"}, " end");
  pause(20);
  desk.answer({"b"});
  pause(20);
  desk.answer({"a"});
  BOOST_TEST(client.read().body == "a");
  BOOST_TEST(client.read().body == "ok");
  BOOST_TEST(client.read().body == "b");
  BOOST_TEST(client.read().body == std::string(30'000, 'p'));
  BOOST_TEST(client.read().body == "queried");
  BOOST_TEST(client.read().status == 404);
  BOOST_TEST(client.read().body == "c end");
  BOOST_TEST(client.read().body.starts_with("hello "));
  BOOST_TEST(client.read().body == "last");
}

BOOST_AUTO_TEST_CASE(a_request_that_changes_something_waits_for_those_before_it) {
  start();
  Client client = connect();
  client.send(get("/later/read") + post("/later/write", "") + get("/later/after"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("read"); }));
  pause(50);
  BOOST_TEST(!desk.waits("write"));
  desk.answer({"read"});
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("write"); }));
  pause(50);
  BOOST_TEST(!desk.waits("after"));
  desk.answer({"write"});
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("after"); }));
  desk.answer({"after"});
  for (const char* body : {"read", "write", "after"}) BOOST_TEST(client.read().body == body);
}

BOOST_AUTO_TEST_CASE(many_pipelined_requests_are_all_answered) {
  options.max_pipelined = 4;
  start();
  Client client = connect();
  constexpr int count = 20'000;
  std::thread sender([&] {
    std::string all;
    for (int i = 0; i < count; ++i) all += get("/echo/" + std::to_string(i));
    client.send(all);
  });
  int right = 0;
  for (int i = 0; i < count; ++i) right += client.read().body == std::to_string(i);
  sender.join();
  BOOST_TEST(right == count);
}

// Beyond the bound the server reads no more: the sockets' buffers fill up, and the client is held up.
BOOST_AUTO_TEST_CASE(reading_stops_beyond_the_bound_and_goes_on_later) {
  options.max_pipelined = 4;
  start();
  Client client = connect();
  std::string all = get("/later/first");
  for (int i = 0; i < 200'000; ++i) all += get("/ok");
  std::atomic<bool> sent{false};
  std::thread sender([&] {
    client.send(all);
    sent = true;
  });
  BOOST_TEST(eventually([this] { return desk.waits("first"); }));
  pause(300);
  BOOST_TEST(!sent.load());
  BOOST_TEST(server->numbers().requests <= 4u);
  desk.answer({"first"});
  BOOST_TEST(client.read().body == "first");
  int right = 0;
  for (int i = 0; i < 200'000; ++i) right += client.read().body == "ok";
  sender.join();
  BOOST_TEST(right == 200'000);
}

BOOST_AUTO_TEST_CASE(a_broken_request_is_answered_after_those_before_it) {
  start();
  Client client = connect();
  client.send(get("/later/a") + get("/later/b") + "broken\r\n\r\n" + get("/ok"));
  BOOST_TEST_REQUIRE(eventually([this] { return desk.waits("b"); }));
  desk.answer({"b"});
  desk.answer({"a"});
  BOOST_TEST(client.read().body == "a");
  BOOST_TEST(client.read().body == "b");
  BOOST_TEST(client.read().status == 400);
  BOOST_TEST(client.closed());
}

BOOST_AUTO_TEST_CASE(whoever_polls_and_goes_away_is_given_up) {
  start();
  const auto leaves = [this](const std::string& name, const std::function<void(Client&)>& how) {
    Client client = connect();
    client.send(get("/poll/" + name));
    BOOST_TEST_REQUIRE(eventually([&] { return desk.waits(name); }));
    how(client);
    BOOST_TEST(eventually([&] { return desk.noted("gone " + name); }));
    desk.answer({name});
    BOOST_TEST(eventually([&] { return desk.noted("back " + name); }));
  };
  leaves("reset", [](Client& c) { c.reset(); });
  leaves("closed", [](Client& c) { c.close(); });
  leaves("half-closed", [](Client& c) { c.shut_write(); });
  leaves("reset-behind-others", [](Client& c) {
    c.send(get("/ok") + get("/ok"));
    c.reset();
  });
  {
    Client client = connect();
    client.send(get("/poll/asked-to-close", "Connection: close\r\n"));
    BOOST_TEST_REQUIRE(eventually([&] { return desk.waits("asked-to-close"); }));
    client.close();
    BOOST_TEST(eventually([&] { return desk.noted("gone asked-to-close"); }));
  }
  {  // gone before the handler was called
    Client client = connect();
    client.send(get("/poll/early"));
    client.close();
    BOOST_TEST(eventually([&] { return desk.noted("gone early"); }));
  }
  BOOST_TEST(eventually([this] { return server->numbers().connections == 0; }));
  Client client = connect();
  client.send(get("/poll/stays"));
  BOOST_TEST_REQUIRE(eventually([&] { return desk.waits("stays"); }));
  desk.answer({"stays"});
  BOOST_TEST(client.read().body == "stays");
  BOOST_TEST(!desk.noted("gone stays"));
  desk.answer({"stays"});  // too late, and nobody's
  BOOST_TEST(client.ask(get("/ok")).body == "ok");
}

BOOST_AUTO_TEST_CASE(one_batch_answers_many_connections) {
  start();
  std::vector<Client> clients;
  std::vector<std::string> names;
  for (int i = 0; i < 50; ++i) {
    names.push_back("b" + std::to_string(i));
    clients.push_back(connect());
    clients.back().send(get("/later/" + names.back()) + get("/ok"));
  }
  for (const auto& name : names) BOOST_TEST_REQUIRE(eventually([&] { return desk.waits(name); }));
  desk.answer(names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    BOOST_TEST(clients[i].read().body == names[i]);
    BOOST_TEST(clients[i].read().body == "ok");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
