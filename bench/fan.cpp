#include <string>

#include "bench/load.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "bench/worker.hpp"

namespace reprise::bench {

namespace {

std::string fan(int width) {
  std::string out = R"({"title":"Fan","actions":[{"ref":"begin","action":"core.noop"})";
  std::string all;
  for (int i = 0; i < width; ++i) {
    const std::string ref = "t" + std::to_string(i);
    out += R"(,{"ref":")" + ref + R"(","action":"bench.step","depends_on":["begin"],"args":{"n":)" + std::to_string(i) +
           "}}";
    all.append(all.empty() ? "\"" : ",\"").append(ref).append("\"");
  }
  return out + R"(,{"ref":"join","action":"core.noop","depends_on":[)" + all + R"(]}],"returns":"joined"})";
}

constexpr std::string_view kChild = R"({"title":"Child","actions":[{"ref":"a","action":"core.noop"}],"returns":7})";
constexpr std::string_view kParent =
    R"({"title":"Parent","actions":[{"ref":"child","action":"core.workflow.execute","args":{"workflow_id":"child"}}],)"
    R"("returns":"${{ ACTIONS.child.result }}"})";

// Whole runs a second; every answer must hold `expected`.
void runs(const Settings& settings, std::uint16_t port, std::string_view workflow, std::size_t connections,
          std::string_view expected, std::string what, double floor, Report& report) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.seconds = settings.seconds;
  std::uint64_t wrong = 0;
  load.next = [target = "/api/workflows/" + std::string(workflow) + "/execute?wait=30"](std::string& out) {
    out = request("POST", target, "{}");
  };
  load.answered = [&](std::string_view body) { wrong += body.find(expected) == std::string_view::npos ? 1 : 0; };
  const LoadResult result = run(load);
  if (result.errors != 0 || wrong != 0) {
    report.problem(what + ": " + std::to_string(wrong) + " wrong answers, " + std::to_string(result.errors) +
                   " errors, the first: " + result.first_error);
  }
  report.figure(std::move(what), result.per_second(), "/s", floor);
  report.figure("  median", result.latencies.quantile_ms(0.5), "ms");
}

bool put(std::uint16_t port, std::string_view id, std::string_view body, Report& report) {
  std::string answer;
  if (call(port, "PUT", "/api/workflows/" + std::string(id), body, answer)) return true;
  report.problem("PUT " + std::string(id) + ": " + answer);
  return false;
}

}  // namespace

void fan_out(const Settings& settings, Report& report) {
  report.section("Ten tasks of a worker side by side, and their join (4 connections, up to 64 tasks at once)");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (server.port() == 0) return report.problem("the server did not start");
  if (!put(server.port(), "fan", fan(10), report)) return;
  const auto worker = start_worker(server.port(), 4, 64);
  runs(settings, server.port(), "fan", 1, R"("status":"completed")", "fan-out of 10, 1 in flight", 0, report);
  runs(settings, server.port(), "fan", 128, R"("status":"completed")", "fan-out of 10, 128 in flight", 3'000, report);
  stop_worker(worker);
}

void children(const Settings& settings, Report& report) {
  report.section("A child workflow, started and awaited by its parent");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (server.port() == 0) return report.problem("the server did not start");
  if (!put(server.port(), "child", kChild, report) || !put(server.port(), "parent", kParent, report)) return;
  runs(settings, server.port(), "parent", 1, R"("result":7)", "children started and finished, 1 in flight", 0, report);
  runs(settings, server.port(), "parent", 64, R"("result":7)", "children started and finished, 64 in flight", 0,
       report);
}

}  // namespace reprise::bench
