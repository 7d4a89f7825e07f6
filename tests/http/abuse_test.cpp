// Clients that abort at every moment, while others check that they get their own answers and nobody else's; and readers
// that do not read.
#include <sys/resource.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/http/server_fixture.hpp"

namespace reprise::http::test {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kAborts = 100'000;
constexpr auto kLongest = std::chrono::seconds(25);  // a slow machine does fewer aborts

// Answers each ticket with its token, in batches, from a thread of its own.
class Clerk {
 public:
  Clerk() : thread_([this] { run(); }) {}
  ~Clerk() {
    {
      const std::lock_guard guard(mutex_);
      stop_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void take(actors::Ticket ticket, std::string token) {
    bool first = false;
    {
      const std::lock_guard guard(mutex_);
      sink_ = ticket.sink;
      first = waiting_.empty();
      waiting_.push_back({ticket.id, {}});
      waiting_.back().answer.body = std::move(token);
    }
    if (first) wake_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::vector<actors::Delivery> batch;
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
      if (stop_) return;
      batch.swap(waiting_);
      lock.unlock();
      sink_->deliver(std::move(batch));
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<actors::Delivery> waiting_;
  actors::ReplySink* sink_ = nullptr;
  bool stop_ = false;
  std::thread thread_;
};

struct AbuseFixture : ServerFixture {
  Clerk clerk;
  std::atomic<std::uint64_t> gone{0}, given_back{0};

  AbuseFixture() {
    Route route;
    route.pattern = "/token/{token}";
    route.handler = [this](Exchange& e) {
      const actors::Ticket ticket = e.defer(
          [](Exchange& x, actors::Answer&& answer) {
            Response response;
            response.body = std::move(answer.body);
            x.respond(std::move(response));
          },
          [this](actors::Ticket) { ++gone; });
      e.on_undelivered([this](actors::Answer&&) { ++given_back; });
      clerk.take(ticket, e.request().parameters.at(0));
    };
    router.add(std::move(route));
  }
  // The clerk's thread may still deliver while the server ends: so it ends first.
  ~AbuseFixture() {
    if (server) server->drain(0);
  }
};

struct Counts {
  std::atomic<int> aborts{0};
  std::atomic<long> right{0}, wrong{0}, lost{0};
};

std::string random_request(std::mt19937& random, const std::string& token) {
  switch (random() % 8) {
    case 0: return get("/token/" + token) + get("/token/" + token + "x");
    case 1: return get("/large/300000");
    case 2: return get("/pieces/20");
    case 3: return post("/echo", std::string(random() % 3000, 'e'));
    case 4: return get("/query");
    default: return get("/token/" + token);
  }
}

void abort_clients(const ServerFixture& fixture, Counts& counts, unsigned seed) {
  std::mt19937 random(seed);
  const auto limit = Clock::now() + kLongest;
  for (int i = 0; Clock::now() < limit; ++i) {
    if (counts.aborts.fetch_add(1) >= kAborts) {
      counts.aborts.fetch_sub(1);
      return;
    }
    Client client = fixture.connect();
    std::string request = random_request(random, "abort-" + std::to_string(seed) + "-" + std::to_string(i));
    if (random() % 4 == 0) request.resize(random() % request.size());
    client.send(request);
    switch (random() % 4) {
      case 0: std::this_thread::sleep_for(std::chrono::microseconds(random() % 300)); break;
      case 1: client.read_some(1); break;
      default: break;
    }
    if (random() % 8 == 0) {
      client.close();
    } else {
      client.reset();
    }
  }
}

void check_own_answers(const ServerFixture& fixture, Counts& counts, const std::atomic<bool>& stop, unsigned seed) {
  std::mt19937 random(seed);
  for (int round = 0; !stop; ++round) {
    Client client = fixture.connect();
    for (int i = 0; i < 50 && !stop; ++i) {
      const std::string token = "own-" + std::to_string(seed) + "-" + std::to_string(round) + "-" + std::to_string(i);
      const bool two = random() % 3 == 0;
      client.send(get("/token/" + token) + (two ? get("/token/" + token + "-2") : ""));
      const Answered answer = client.read();
      ++(answer.status == 0 ? counts.lost : answer.body == token ? counts.right : counts.wrong);
      if (two && client.read().body != token + "-2") ++counts.wrong;
    }
    if (!client.take_buffered().empty()) ++counts.wrong;  // an answer that nobody here has asked for
  }
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(abuse, AbuseFixture)

BOOST_AUTO_TEST_CASE(no_answer_reaches_another_connection) {
  start();
  Counts counts;
  std::atomic<bool> stop{false};
  std::vector<std::thread> good, bad;
  for (unsigned i = 0; i < 3; ++i) good.emplace_back([&, i] { check_own_answers(*this, counts, stop, 100 + i); });
  for (unsigned i = 0; i < 3; ++i) bad.emplace_back([&, i] { abort_clients(*this, counts, 200 + i); });
  for (auto& thread : bad) thread.join();
  stop = true;
  for (auto& thread : good) thread.join();
  BOOST_TEST_MESSAGE(counts.aborts << " aborts, " << counts.right << " right answers, " << gone << " gone, "
                                   << given_back << " given back");
  BOOST_TEST(counts.aborts > 1000);
  BOOST_TEST(counts.right > 100);
  BOOST_TEST(counts.wrong == 0);
  BOOST_TEST(counts.lost == 0);
  BOOST_TEST(gone > 0u);
  BOOST_TEST(eventually([this] { return server->numbers().connections == 0; }));
  BOOST_TEST(connect().ask(get("/ok")).body == "ok");
}

BOOST_AUTO_TEST_CASE(readers_that_do_not_read_disturb_nobody) {
  start();
  std::vector<Client> stalled;
  for (int i = 0; i < 10; ++i) {
    stalled.push_back(connect(4096));
    stalled.back().send(get("/large/20000000"));
  }
  Client client = connect();
  for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(client.ask(get("/token/t" + std::to_string(i))).status == 200);
  const double before = processor_seconds();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  BOOST_TEST(processor_seconds() - before < 0.2);
  for (auto& reader : stalled) BOOST_TEST(reader.read().body.size() == 20'000'000u);
}

BOOST_AUTO_TEST_CASE(many_connections_come_at_once) {
  options.max_connections = 2000;
  start();
  for (int round = 0; round < 3; ++round) {
    std::vector<Client> clients;
    for (int i = 0; i < 800; ++i) {
      clients.push_back(connect());
      clients.back().send(get("/echo/" + std::to_string(i)));
    }
    int right = 0;
    for (std::size_t i = 0; i < clients.size(); ++i) right += clients[i].read().body == std::to_string(i);
    BOOST_TEST(right == 800);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace reprise::http::test
