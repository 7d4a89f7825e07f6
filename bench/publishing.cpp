// Publishing to Kafka: how fast a backlog goes out beside a producer that does nothing else, and how soon an event
// arrives.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "actors/streams/kafka_topic.hpp"
#include "bench/kafka_topic.hpp"
#include "bench/load.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "events/time.hpp"

namespace reprise::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kThree =
    R"({"title":"Three","actions":[{"ref":"a","action":"core.transform.reshape","args":{"value":"${{ TRIGGER.n }}"}},)"
    R"({"ref":"b","action":"core.transform.reshape","depends_on":["a"],"args":{"value":{"of":"${{ ACTIONS.a.result }}"}}},)"
    R"({"ref":"c","action":"core.transform.reshape","depends_on":["b"],"args":{"value":"${{ ACTIONS.b.result.of }}"}}],)"
    R"("returns":"${{ ACTIONS.c.result }}"})";
constexpr std::string_view kTopic = "reprise.events";
constexpr std::size_t kMostKept = 400'000;  // records for the bare producer

double number_after(std::string_view text, std::string_view member) {
  const auto at = text.find(member);
  return at == std::string_view::npos ? -1 : std::atof(std::string(text.substr(at + member.size(), 24)).c_str());
}

struct Stream {
  bool publishing = false;
  double published = 0, lag = -1;
};
Stream stream_of(std::uint16_t port) {
  std::string info;
  Stream stream;
  if (!call(port, "GET", "/api/info", {}, info)) return stream;
  stream.publishing = info.find(R"("state":"publishing")") != std::string::npos;
  stream.published = number_after(info, R"("published":)");
  stream.lag = number_after(info, R"("lag":)");
  return stream;
}

// Waits for a lag of 0; the time of it, and what was published by then.
bool caught_up(std::uint16_t port, double seconds) {
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < end) {
    const Stream now = stream_of(port);
    if (now.publishing && now.lag == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return false;
}

bool put_workflow(std::uint16_t port, Report& report) {
  std::string said;
  if (call(port, "PUT", "/api/workflows/three", std::string(kThree), said)) return true;
  report.problem("PUT three: " + said);
  return false;
}

Load starts(std::uint16_t port, std::size_t connections) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.warm_up = 0;
  load.next = [n = std::uint64_t{0}](std::string& out) mutable {
    out = request("POST", "/api/workflows/three/execute?wait=30",
                  R"({"inputs":{"n":"customer )" + std::to_string(++n * 2654435761u) + R"("}})");
  };
  return load;
}

void catch_up(const Settings& settings, const BrokerProcess& broker, const std::string& data, Report& report) {
  {
    ServerProcess filling(settings.binary, data);
    if (filling.port() == 0) return report.problem("the server did not start");
    if (!put_workflow(filling.port(), report)) return;
    Load load = starts(filling.port(), 128);
    load.seconds = 3'600;
    load.requests = std::min<std::uint64_t>(settings.stored / 10, 40'000);
    if (const auto filled = run(load); filled.errors != 0) report.problem("filling: " + filled.first_error);
  }
  ServerProcess server(settings.binary, data, {"--kafka-brokers", broker.bootstrap()});
  if (server.port() == 0) return report.problem("the server did not start");
  // From its first sign of life on: connecting is not what is measured.
  Stream first = stream_of(server.port());
  for (int i = 0; i < 5'000 && first.published <= 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    first = stream_of(server.port());
  }
  const auto begin = Clock::now();
  const double processor = server.processor_seconds();
  if (!caught_up(server.port(), 120)) return report.problem("the backlog did not go out");
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  const double events = stream_of(server.port()).published - first.published;
  const double spent = server.processor_seconds() - processor;

  std::vector<std::pair<std::string, std::string>> records;
  double bytes = 0;
  {
    const auto wanted = std::min<std::uint64_t>(kMostKept, static_cast<std::uint64_t>(events));
    TopicReader reader(broker.bootstrap(), std::string(kTopic), static_cast<int>(actors::kPartitionsOfNew),
                       [&](std::string_view key, std::string_view value) {
                         if (records.size() >= wanted) return;
                         bytes += static_cast<double>(key.size() + value.size());
                         records.emplace_back(key, value);
                       });
    for (int i = 0; i < 6'000 && reader.records() < wanted; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  const double bare = bare_producer_seconds(broker.bootstrap(), "bare", records);
  if (bare <= 0 || seconds <= 0) return report.problem("the bare producer failed");
  const double bare_rate = static_cast<double>(records.size()) / bare;
  report.figure("catch-up", events / seconds, "events/s");
  report.figure("  bytes of an event", bytes / static_cast<double>(records.size()), "B");
  report.figure("bare producer, same bytes", bare_rate, "/s");
  report.figure("  catch-up of bare", events / seconds / bare_rate, "", 0.5);
  report.figure("  server's processor time each", 1e6 * spent / events, "µs");
}

void arrival(const Settings& settings, const BrokerProcess& broker, const std::string& data, Report& report) {
  ServerProcess server(settings.binary, data, {"--kafka-brokers", broker.bootstrap()});
  if (server.port() == 0 || !put_workflow(server.port(), report)) return report.problem("the server did not start");
  if (!caught_up(server.port(), 60)) return report.problem("nothing is published");
  Latencies latencies;
  std::atomic<bool> measuring{false};
  TopicReader reader(broker.bootstrap(), std::string(kTopic), static_cast<int>(actors::kPartitionsOfNew),
                     [&](std::string_view, std::string_view value) {
                       if (!measuring.load()) return;
                       const auto at = value.find(R"("time":")");
                       if (at == std::string_view::npos) return;
                       const auto begin = at + 8;
                       const auto time = parse_time(value.substr(begin, value.find('"', begin) - begin));
                       if (!time) return;
                       const auto took = std::chrono::system_clock::now() - *time;
                       const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
                       if (ns > 0) latencies.add(static_cast<std::uint64_t>(ns));
                     });
  // What the topic holds already is read first: until a second brings nothing more.
  for (std::uint64_t before = 0; before == 0 || before != reader.records();) {
    before = reader.records();
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  measuring.store(true);
  Load load = starts(server.port(), 1);
  load.seconds = settings.seconds;
  auto due = Clock::now();
  load.next = [inner = load.next, &due](std::string& out) mutable {
    due += std::chrono::milliseconds(10);
    std::this_thread::sleep_until(due);
    inner(out);
  };
  if (const auto loaded = run(load); loaded.errors != 0) report.problem("100 runs a second: " + loaded.first_error);
  caught_up(server.port(), 10);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  report.figure("event to consumer at 100 runs/s, p50", latencies.quantile_ms(0.5), "ms");
  report.figure("event to consumer at 100 runs/s, p99", latencies.quantile_ms(0.99), "ms", 0, false,
                std::to_string(latencies.count()) + " events, from their time, which is before the commit");
}

// What an outage costs the engine, and how long it takes to make up for it.
void outage(const Settings& settings, BrokerProcess& broker, const std::string& data, Report& report) {
  ServerProcess server(settings.binary, data, {"--kafka-brokers", broker.bootstrap()});
  if (server.port() == 0 || !caught_up(server.port(), 60)) return report.problem("nothing is published");
  const auto load = [&](double seconds) {
    Load starting = starts(server.port(), 128);
    starting.seconds = seconds;
    starting.warm_up = 0.5;
    const auto result = run(starting);
    if (result.errors != 0) report.problem("load beside a broker: " + result.first_error);
    return result.per_second();
  };
  const double with_broker = load(settings.seconds);
  if (!caught_up(server.port(), 120)) return report.problem("the lag does not return to 0");
  const double before = static_cast<double>(server.resident_bytes()) / 1e6;
  broker.kill();
  const double without = load(settings.long_seconds);
  const double after = static_cast<double>(server.resident_bytes()) / 1e6;
  const double lag = stream_of(server.port()).lag;
  const auto begin = Clock::now();
  broker.start();
  if (!caught_up(server.port(), 300)) return report.problem("the lag does not return to 0 after an outage");
  report.figure("runs with a broker", with_broker, "/s");
  report.figure("runs while it is away", without, "/s");
  report.figure("  of those with a broker", without / with_broker, "", 0.95);
  report.figure("  events that waited", lag, "");
  report.figure("  memory grown meanwhile", after - before, "MB");
  report.figure("  from the broker's start to no lag", std::chrono::duration<double>(Clock::now() - begin).count(),
                "s");
}

}  // namespace

void publishing(const Settings& settings, Report& report) {
  report.section("Publishing to Kafka, a broker of its own on the same cores");
  ScratchFolder folder(settings.scratch);
  const auto top = std::filesystem::path(settings.binary).parent_path().parent_path().parent_path();
  BrokerProcess broker((top / "scripts" / "kafka").string(), folder.path() + "/kafka");
  if (broker.bootstrap().empty()) return report.problem("no broker can be had: " + broker.failure());
  catch_up(settings, broker, folder.path() + "/store", report);
  arrival(settings, broker, folder.path() + "/store", report);
  outage(settings, broker, folder.path() + "/store", report);
}

}  // namespace reprise::bench
