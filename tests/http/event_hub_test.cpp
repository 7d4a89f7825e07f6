// Subscribers of all events: whatever they filter, however slow they are and whenever they are cut off and come back,
// each gets exactly the events after the cursor where it began.
#include "http/event_hub.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <random>
#include <set>

#include "fake_exchange.hpp"
#include "fake_gateway.hpp"
#include "http/feed_stream.hpp"
#include "http/metrics.hpp"
#include "http/webhook_secrets.hpp"
#include "sse_messages.hpp"

using namespace reprise;
using namespace reprise::testing;
using projections::FeedCursor;
using projections::FeedFilter;

BOOST_AUTO_TEST_SUITE(event_hub)

namespace {

// Keeps what is delivered until the test hands it on.
struct Mailbox final : actors::ReplySink {
  void deliver(std::vector<actors::Delivery>&& batch) noexcept override {
    for (const auto& delivery : batch) tickets.push_back(delivery.ticket);
    ++wakeups;
  }
  std::vector<std::uint64_t> tickets;
  std::size_t wakeups = 0;
};

struct HubFixture {
  explicit HubFixture(http::HubLimits limits = {}, std::size_t high_water = 256u << 10)
      : gateway(rig), hub(*rig.feed, gateway.bell(), limits), surface{gateway, options, metrics, webhooks,
                                                                      hub,     server,  stream,  draining} {
    options.stream_high_water = high_water;
  }

  std::unique_ptr<FakeExchange> connect(const FeedFilter& filter, std::optional<FeedCursor> from) {
    auto exchange = std::make_unique<FakeExchange>();
    exchange->sink = &mailbox;
    exchange->tickets = next_ticket;
    next_ticket += 10;
    std::make_shared<http::FeedStream>(surface, filter)->begin(*exchange, std::move(from));
    return exchange;
  }
  Run& commit(std::uint64_t number, std::vector<events::Event> events) {
    auto [found, fresh] = runs.try_emplace(number, id_of(number), "alice", number % 3 == 0 ? "other" : "default");
    if (fresh) rig.add(found->second, at(++now), {started(number % 2 == 0 ? "orders" : "bills")});
    rig.commit(found->second, at(++now), std::move(events));
    return found->second;
  }
  // The ids of the events between two cursors.
  std::vector<std::string> stored(FeedCursor from, const FeedCursor& to, const FeedFilter& filter) const {
    std::vector<std::string> ids;
    while (true) {
      const auto done = rig.feed->read(from, to, filter, {}, [&](const projections::FeedEvent& event) {
        ids.push_back(to_string(event.record.execution_id) + "/" + std::to_string(event.record.event_id));
        return true;
      });
      BOOST_REQUIRE(done.has_value());
      if (*done) return ids;
    }
  }

  Rig rig;
  FakeGateway gateway;
  http::ApiOptions options;
  http::Metrics metrics;
  http::WebhookSecrets webhooks{""};
  std::atomic<http::Server*> server{nullptr};
  std::atomic<const actors::Stream*> stream{nullptr};
  std::atomic<bool> draining{false};
  http::EventHub hub;
  http::Surface surface;
  Mailbox mailbox;
  std::map<std::uint64_t, Run> runs;
  std::uint64_t next_ticket = 0;
  std::int64_t now = 0;
};

std::string event_id(const SseMessage& message) {
  const auto document = parse_json(message.data);
  BOOST_REQUIRE_MESSAGE(document.has_value(), message.data);
  return std::string(text_of(*find(document->root(), "id")));
}

// A client that comes back with the last id it has.
struct Client {
  FeedFilter filter;
  FeedCursor begin;
  std::string last_id;
  std::vector<std::string> received;
  std::unique_ptr<FakeExchange> exchange;
  std::size_t cuts = 0, taken = 0;

  // What its socket gave it. A stalled client has not taken the end.
  void receive() {
    const std::size_t whole = exchange->stream.size() - exchange->waiting;
    for (const SseMessage& message : messages_of(std::string_view(exchange->stream).substr(0, whole))) {
      last_id = message.id;
      if (!message.data.empty()) received.push_back(event_id(message));
    }
  }
  void come_back(HubFixture& fixture) {
    receive();
    if (!exchange->ended) exchange->leave();
    ++cuts;
    exchange = fixture.connect(filter, *fixture.rig.feed->parse(last_id));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(news_are_told_once_and_taken_together) {
  HubFixture hub;
  BOOST_TEST((hub.hub.step() == http::EventHub::Step::idle), "nobody is there to read for");
  hub.commit(1, {scheduled("a")});
  const auto exchange = hub.connect({}, std::nullopt);
  BOOST_TEST(exchange->answer->content_type == "text/event-stream");
  BOOST_TEST(exchange->header("X-Accel-Buffering") == "no");
  BOOST_TEST(exchange->stream.starts_with("retry: 1000\nid: "));
  BOOST_TEST((hub.hub.step() == http::EventHub::Step::idle), "what was there before is not read");
  hub.commit(1, {task_started("a")});
  BOOST_TEST((hub.hub.step() == http::EventHub::Step::read));
  hub.commit(1, {task_completed("a")});
  BOOST_TEST((hub.hub.step() == http::EventHub::Step::read));
  BOOST_TEST(hub.mailbox.tickets.size() == 1u);
  exchange->deliver({});
  const auto seen = messages_of(exchange->stream);
  BOOST_REQUIRE(seen.size() == 3u);
  BOOST_TEST(seen[0].data.empty());
  BOOST_TEST(seen[1].event == "reprise.task.started.v1");
  BOOST_TEST(seen[2].event == "reprise.task.completed.v1");
  BOOST_TEST(hub.hub.numbers().sent == 2u);
  BOOST_TEST(hub.hub.numbers().subscribers == 1u);
  BOOST_TEST(hub.hub.numbers().ring_bytes > 0u);
  exchange->leave();
  BOOST_TEST(hub.hub.numbers().subscribers == 0u);
  BOOST_TEST(hub.hub.numbers().ring_bytes == 0u);
  hub.commit(1, {events::ExecutionCompleted{Json{"1"}}});
  BOOST_TEST((hub.hub.step() == http::EventHub::Step::idle));
}

BOOST_AUTO_TEST_CASE(whom_it_does_not_concern_is_not_woken) {
  HubFixture hub;
  FeedFilter completed, bills, other;
  completed.types = *events::parse_type_set("reprise.execution.completed.v1");
  bills.workflow_id = "bills";
  other.workspace = "other";
  const auto a = hub.connect(completed, std::nullopt), b = hub.connect(bills, std::nullopt),
             c = hub.connect(other, std::nullopt);
  hub.commit(2, {scheduled("a")});  // orders, in default
  hub.hub.step();
  BOOST_TEST(hub.mailbox.tickets.empty());
  hub.commit(2, {events::ExecutionCompleted{Json{"1"}}});
  hub.commit(1, {scheduled("a")});  // bills, in default
  hub.hub.step();
  BOOST_TEST(hub.mailbox.tickets.size() == 2u);
  a->deliver({});
  b->deliver({});
  BOOST_TEST(messages_of(a->stream).size() == 2u);
  BOOST_TEST(messages_of(b->stream).size() == 3u);
  // A heartbeat moves the cursor of those that have seen nothing for long.
  for (int i = 0; i < 15; ++i) c->tick();
  const std::string moved = messages_of(c->stream).back().id;
  BOOST_TEST((*hub.rig.feed->parse(moved) == hub.rig.feed->end()));
  hub.commit(3, {scheduled("a")});
  hub.hub.step();
  c->deliver({});
  BOOST_TEST(messages_of(c->stream).back().event == "reprise.task.scheduled.v1");
}

BOOST_AUTO_TEST_CASE(a_reader_that_takes_nothing_is_cut_off_and_comes_back) {
  http::HubLimits limits;
  limits.ring_bytes = 20'000;
  HubFixture hub(limits, 3'000);
  Client client;
  client.begin = hub.rig.feed->end();
  client.exchange = hub.connect({}, client.begin);
  client.exchange->stalled = true;
  for (int i = 0; i < 60; ++i) {
    hub.commit(1, {task_started("a")});
    hub.hub.step();
    client.exchange->deliver({});
    client.exchange->tick();
    BOOST_TEST(client.exchange->waiting < 6'000u, "what waits for it is bounded");
    if (client.exchange->ended) break;
  }
  BOOST_TEST(client.exchange->ended);
  BOOST_TEST(hub.hub.numbers().cut_off == 1u);
  BOOST_TEST(hub.hub.numbers().subscribers == 0u);
  client.exchange->drain();  // what was on its way it still gets
  client.come_back(hub);
  client.receive();
  BOOST_TEST(client.received == hub.stored(client.begin, hub.rig.feed->end(), {}), boost::test_tools::per_element());
}

// A page of GET /api/events may be further than the hub has read.
BOOST_AUTO_TEST_CASE(a_cursor_ahead_of_the_hub) {
  HubFixture hub;
  const auto first = hub.connect({}, std::nullopt);  // the hub stands here
  for (std::uint64_t n = 1; n < 20; ++n) hub.commit(n, {scheduled("a")});
  FeedCursor ahead = hub.rig.feed->begin();
  const auto end = hub.rig.feed->end();
  for (std::size_t p = 0; p < ahead.seen.size(); p += 2) ahead.seen[p] = end.seen[p];
  const auto exchange = hub.connect({}, ahead);
  while (hub.hub.step() == http::EventHub::Step::read) exchange->deliver({});
  hub.commit(20, {scheduled("a")});
  while (hub.hub.step() == http::EventHub::Step::read) exchange->deliver({});
  std::vector<std::string> seen;
  for (const SseMessage& message : messages_of(exchange->stream)) {
    if (!message.data.empty()) seen.push_back(event_id(message));
  }
  auto expected = hub.stored(ahead, hub.rig.feed->end(), {});
  std::sort(seen.begin(), seen.end());
  std::sort(expected.begin(), expected.end());
  BOOST_TEST(seen == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(any_order_of_things) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random(seed);
    http::HubLimits limits;
    limits.ring_bytes = 6'000;
    limits.batch_events = 1 + random() % 9;
    limits.woken_at_once = 3;
    limits.pause = std::chrono::microseconds(0);
    HubFixture hub(limits, 2'500);
    for (std::uint64_t n = 1; n < 6; ++n) hub.commit(n, {scheduled("a")});
    const FeedCursor middle = hub.rig.feed->end();
    for (std::uint64_t n = 4; n < 9; ++n) hub.commit(n, {scheduled("b")});
    std::vector<Client> clients(10);
    for (std::size_t i = 0; i < clients.size(); ++i) {
      Client& client = clients[i];
      if (i % 2 == 0) client.filter.workspace = i % 4 == 0 ? "default" : "other";
      if (i % 3 == 0) client.filter.workflow_id = "orders";
      if (i % 5 == 0) client.filter.types = *events::parse_type_set("*.completed.v1");
      client.begin = i < 3 ? hub.rig.feed->begin() : i < 6 ? middle : hub.rig.feed->end();
      client.exchange = hub.connect(client.filter, client.begin);
    }
    for (int round = 0; round < 600; ++round) {
      Client& client = clients[random() % clients.size()];
      switch (random() % 8) {
        case 0:
        case 1:
          for (auto n = random() % 3 + 1; n > 0; --n) {
            hub.commit(1 + random() % 30, {task_started("a"), task_completed("a"), scheduled("next")});
          }
          break;
        case 2:
        case 3: hub.hub.step(); break;
        case 4: {
          std::vector<std::uint64_t> tickets;
          tickets.swap(hub.mailbox.tickets);
          for (const std::uint64_t ticket : tickets) {
            for (Client& each : clients) {
              if (each.exchange->tickets == ticket && !each.exchange->ended) each.exchange->deliver({});
            }
          }
          break;
        }
        case 5: client.exchange->stalled = random() % 2 == 0; break;
        case 6:
          if (!client.exchange->ended) client.exchange->drain();
          break;
        case 7:
          if (!client.exchange->ended) client.exchange->tick();
          if (client.exchange->ended || random() % 8 == 0) client.come_back(hub);
          break;
      }
    }
    for (Client& client : clients) client.come_back(hub);
    while (hub.hub.step() == http::EventHub::Step::read) {
    }
    for (Client& client : clients) {
      for (int i = 0; i < 3; ++i) client.exchange->deliver({});
      client.receive();
      auto expected = hub.stored(client.begin, hub.rig.feed->end(), client.filter);
      // In order within each execution; merged in an order that depends on where a client began.
      std::map<std::string, std::uint64_t> last;
      for (const std::string& id : client.received) {
        std::uint64_t& before = last[id.substr(0, 36)];
        const std::uint64_t number = std::stoull(id.substr(37));
        BOOST_TEST(number > before, "seed " << seed << ": " << id << " after " << before);
        before = number;
      }
      std::sort(client.received.begin(), client.received.end());
      std::sort(expected.begin(), expected.end());
      BOOST_TEST(client.received == expected, "seed " << seed << ": " << client.received.size() << " of "
                                                      << expected.size() << " after " << client.cuts << " cuts");
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
