#include <string>
#include <vector>

#include "bench/load.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"
#include "events/uuid.hpp"

namespace reprise::bench {

namespace {

constexpr std::string_view kAsks =
    R"({"title":"Asks","config":{"timeout":0},"actions":[{"ref":"ask","action":"core.interact.response",)"
    R"("interaction":{"type":"response","message":"go?"}},{"ref":"after","action":"core.noop","depends_on":["ask"]}],)"
    R"("returns":"${{ ACTIONS.ask.interaction }}"})";

// Starts runs that wait for an answer; gives the ids of their interactions.
std::vector<std::string> questions(std::uint16_t port, std::uint64_t runs) {
  std::vector<std::string> ids;
  Load load;
  load.port = port;
  load.seconds = 60;
  load.warm_up = 0;
  load.requests = runs;
  load.next = [](std::string& out) { out = request("POST", "/api/workflows/asks/execute", "{}"); };
  load.answered = [&ids](std::string_view body) {
    constexpr std::string_view kId = R"("execution_id":")";
    const auto at = body.find(kId);
    if (at == std::string_view::npos) return;
    const auto id = parse_uuid(body.substr(at + kId.size(), 36));
    if (id) ids.push_back(to_string(interaction_uuid(*id, "ask")));
  };
  run(load);
  return ids;
}

LoadResult answer(std::uint16_t port, std::size_t connections, std::vector<std::string> ids, std::size_t& completed) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.seconds = 60;
  load.warm_up = 0;
  load.requests = ids.size() - connections;
  load.next = [ids = std::move(ids), at = std::size_t{0}](std::string& out) mutable {
    out = request("POST", "/api/interactions/" + ids[at++ % ids.size()] + "/answer", R"({"data":{"go":true}})");
  };
  load.answered = [&completed](std::string_view body) {
    completed += body.find(R"("status":"completed")") != std::string_view::npos ? 1 : 0;
  };
  return run(load);
}

}  // namespace

void answers(const Settings& settings, Report& report) {
  report.section("Answers of people: from the request to the run's end, which is one commit");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (server.port() == 0) return report.problem("the server did not start");
  std::string said;
  if (!call(server.port(), "PUT", "/api/workflows/asks", kAsks, said)) return report.problem("PUT asks: " + said);
  const auto one = [&](std::size_t connections, std::uint64_t runs, double rate, double median) {
    auto ids = questions(server.port(), runs);
    if (ids.size() < runs) return report.problem("only " + std::to_string(ids.size()) + " runs asked");
    std::size_t completed = 0;
    const LoadResult result = answer(server.port(), connections, std::move(ids), completed);
    if (result.errors != 0 || completed < result.requests) {
      return report.problem("answers that completed nothing: " + result.first_error);
    }
    const std::string clients = std::to_string(connections) + (connections == 1 ? " client" : " clients");
    report.figure("answers, " + clients, result.per_second(), "/s", rate);
    report.figure("  median", result.latencies.quantile_ms(0.5), "ms", median, true);
    report.figure("  99 %", result.latencies.quantile_ms(0.99), "ms");
  };
  one(1, 2'000, 0, 1);
  one(64, 50'000, 5'000, 0);
}

}  // namespace reprise::bench
