#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "bench/subscribers.hpp"

namespace reprise::bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kRate = 200;  // executions a second
constexpr std::string_view kThree =
    R"({"title":"Three","actions":[{"ref":"a","action":"core.transform.reshape","args":{"value":"${{ TRIGGER.n }}"}},)"
    R"({"ref":"b","action":"core.transform.reshape","depends_on":["a"],"args":{"value":"${{ ACTIONS.a.result }}"}},)"
    R"({"ref":"c","action":"core.transform.reshape","depends_on":["b"],"args":{"value":"${{ ACTIONS.b.result }}"}}],)"
    R"("returns":"${{ ACTIONS.c.result }}"})";

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Starts runs at the rate; what a slow answer held up is made up for. One connection: the generator's thread sleeps
// between requests, and an answer on another one would wait unread for that long.
LoadResult paced(std::uint16_t port, std::uint64_t runs) {
  Load load;
  load.port = port;
  load.connections = 1;
  load.seconds = 600;
  load.warm_up = 0;
  load.requests = runs;
  load.next = [begin = Clock::now(), n = std::uint64_t{0}](std::string& out) mutable {
    std::this_thread::sleep_until(
        begin + std::chrono::microseconds(static_cast<std::int64_t>(1e6 / kRate * static_cast<double>(n))));
    out = request("POST", "/api/workflows/three/execute?wait=30", R"({"inputs":{"n":)" + std::to_string(n++) + "}}");
  };
  return run(load);
}

// How many events a run of the three steps has that match the filter.
std::uint64_t events_of_a_run(std::uint16_t port, std::string_view filter) {
  std::string started, page;
  if (!call(port, "POST", "/api/workflows/three/execute?wait=30", R"({"inputs":{"n":1}})", started)) return 0;
  constexpr std::string_view kId = R"("execution_id":")";
  const auto at = started.find(kId);
  if (at == std::string::npos) return 0;
  const std::string id = started.substr(at + kId.size(), 36);
  if (!call(port, "GET", "/api/executions/" + id + "/events" + std::string(filter), {}, page)) return 0;
  std::uint64_t count = 0;
  for (auto next = page.find(R"("specversion")"); next != std::string::npos;
       next = page.find(R"("specversion")", next + 1))
    ++count;
  return count;
}

void one(const Settings& settings, Report& report, std::size_t subscribers, const std::string& filter) {
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store", {"--max-connections", "8192"});
  if (server.port() == 0) return report.problem("the server did not start");
  std::string said;
  if (!call(server.port(), "PUT", "/api/workflows/three", kThree, said)) return report.problem("PUT three: " + said);
  const std::uint64_t each = events_of_a_run(server.port(), filter);
  if (each == 0) return report.problem("a run gave no events: " + said);

  Subscribers clients(server.port(), subscribers, "/api/events/stream" + filter);
  if (clients.connected() < subscribers) {
    return report.problem("only " + std::to_string(clients.connected()) + " could subscribe");
  }
  const auto runs = static_cast<std::uint64_t>(kRate * settings.seconds);
  const double processor = server.processor_seconds();
  const LoadResult load = paced(server.port(), runs);
  if (load.errors != 0) return report.problem("starts failed: " + load.first_error);
  clients.finish(runs * each, 30);
  const std::size_t complete = clients.complete(runs * each);
  const double used = server.processor_seconds() - processor;

  const std::string who =
      std::to_string(subscribers) + " subscribers, " + (filter.empty() ? "all events" : "completed runs");
  report.figure(who + ": runs started", load.per_second(), "/s", 0, false,
                "the start answered in " + std::to_string(load.latencies.quantile_ms(0.5)) + " ms, p99 " +
                    std::to_string(load.latencies.quantile_ms(0.99)) + " ms");
  report.figure("  complete", static_cast<double>(complete), "subscribers", static_cast<double>(subscribers));
  report.figure("  events fanned out", static_cast<double>(clients.events()) / load.seconds, "/s");
  report.figure("  from the event's time to receipt, p50", clients.latencies().quantile_ms(0.5), "ms");
  report.figure("  p99", clients.latencies().quantile_ms(0.99), "ms");
  report.figure("  slowest", clients.latencies().max_ms(), "ms");
  report.figure("  server's processor time an event sent",
                used * 1e6 / std::max<double>(1, static_cast<double>(clients.events())), "us");
  if (clients.broken() != 0) report.problem(std::to_string(clients.broken()) + " streams broke off");
}

}  // namespace

void stream(const Settings& settings, Report& report) {
  report.section("Server-sent events: subscribers of all events on 200 executions/s, their client on the same machine");
  raise_file_limit();
  one(settings, report, 2'000, "?type=reprise.execution.completed.v1");
  one(settings, report, 100, "");
  one(settings, report, 1, "");
}

}  // namespace reprise::bench
