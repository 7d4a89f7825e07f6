#include <chrono>
#include <string>

#include "bench/load.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "bench/worker.hpp"

namespace reprise::bench {

namespace {

std::string definition(std::uint64_t iterations, std::string_view action, std::string_view args) {
  return R"({"title":"Loop","config":{"timeout":0},"actions":[{"ref":"each",)"
         R"("for_each":"${{ for var.x in FN.range(0, )" +
         std::to_string(iterations) + R"() }}","action":")" + std::string(action) + R"(","args":)" + std::string(args) +
         R"(}],"returns":"${{ FN.length(ACTIONS.each.result) }}"})";
}

// Iterations a second of one run, from its start to its end.
double rate(std::uint16_t port, const std::string& id, std::uint64_t iterations, const std::string& body,
            Report& report) {
  std::string answer;
  if (!call(port, "PUT", "/api/workflows/" + id, body, answer)) {
    report.problem("PUT " + id + ": " + answer);
    return 0;
  }
  const auto begin = std::chrono::steady_clock::now();
  const bool started = call(port, "POST", "/api/workflows/" + id + "/execute?wait=60", "{}", answer);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  if (!started || answer.find(R"("result":)" + std::to_string(iterations)) == std::string::npos) {
    report.problem(id + " did not end as it should: " + answer.substr(0, 200));
    return 0;
  }
  return static_cast<double>(iterations) / took.count();
}

// Runs of 1,000 inline iterations each, several at a time.
void loops_a_second(std::uint16_t port, double seconds, Report& report) {
  constexpr std::uint64_t kIterations = 1'000;
  std::string answer;
  if (!call(port, "PUT", "/api/workflows/thousand",
            definition(kIterations, "core.transform.reshape", R"({"value":"${{ var.x + 1 }}"})"), answer)) {
    return report.problem("PUT thousand: " + answer);
  }
  Load load;
  load.port = port;
  load.connections = 8;
  load.seconds = seconds;
  load.next = [](std::string& out) { out = request("POST", "/api/workflows/thousand/execute?wait=30", "{}"); };
  std::uint64_t wrong = 0;
  load.answered = [&wrong](std::string_view body) {
    wrong += body.find(R"("result":1000)") == std::string_view::npos ? 1 : 0;
  };
  const LoadResult result = run(load);
  if (result.errors != 0 || wrong != 0) report.problem("loops of 1,000 that did not end well: " + result.first_error);
  report.figure("loops of 1,000 inline iterations, 8 clients", result.per_second(), "/s");
  report.figure("  iterations", result.per_second() * static_cast<double>(kIterations), "/s");
}

}  // namespace

void loops(const Settings& settings, Report& report) {
  report.section("One run that loops: iterations a second, and whether many cost more than few");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (server.port() == 0) return report.problem("the server did not start");
  const auto port = server.port();
  const auto both = [&](const std::string& what, std::string_view action, std::string_view args, double limit) {
    double few = 0;
    for (const std::uint64_t iterations : {std::uint64_t{10'000}, std::uint64_t{100'000}}) {
      const auto id = std::string(what == "inline" ? "inline" : "worker") + std::to_string(iterations);
      const double each = rate(port, id, iterations, definition(iterations, action, args), report);
      const bool many = few != 0;
      report.figure(what + " iterations, " + std::to_string(iterations) + " of one loop", each, "/s", many ? limit : 0);
      if (many) report.figure("  of the rate of 10000", each / few, "", 0.5);
      few = each;
    }
  };
  both("inline", "core.transform.reshape", R"({"value":"${{ var.x + 1 }}"})", 20'000);
  loops_a_second(port, settings.seconds, report);
  const auto worker = start_worker(port, 4, 64);
  both("a worker's", "bench.step", R"({"x":"${{ var.x }}"})", 3'000);
  stop_worker(worker);
  report.figure("resident memory afterwards", static_cast<double>(server.resident_bytes()) / 1e6, "MB", 600, true);
}

}  // namespace reprise::bench
