#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "bench/load.hpp"
#include "bench/scenarios.hpp"
#include "bench/server_process.hpp"

namespace reprise::bench {

namespace {

constexpr double kMegabyte = 1e6;

// A run of 2 events an iteration; its id.
std::string long_run_of(std::uint16_t port, std::uint64_t iterations, Report& report) {
  const std::string definition =
      R"({"title":"Long","config":{"timeout":0},"actions":[{"ref":"each","for_each":"${{ for var.x in FN.range(0, )" +
      std::to_string(iterations) +
      R"() }}","action":"core.transform.reshape","args":{"value":"${{ var.x }}"}}],"returns":"done"})";
  std::string answer;
  const bool good = call(port, "PUT", "/api/workflows/long", definition, answer) &&
                    call(port, "POST", "/api/workflows/long/execute?wait=60", "{}", answer);
  constexpr std::string_view kId = R"("execution_id":")";
  const auto at = answer.find(kId);
  if (!good || at == std::string::npos || answer.find(R"("result":"done")") == std::string::npos) {
    report.problem("the long run did not end: " + answer.substr(0, 200));
    return {};
  }
  return answer.substr(at + kId.size(), 36);
}

// The same number of bytes over a socket of this machine, with nothing done to them.
double copied_per_second(std::uint64_t bytes) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 0;
  const auto begin = std::chrono::steady_clock::now();
  std::thread writer([&] {
    const std::string part(256u << 10, 'x');
    for (std::uint64_t sent = 0; sent < bytes;) {
      const auto n = ::send(ends[0], part.data(), part.size(), MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::uint64_t>(n);
    }
    ::shutdown(ends[0], SHUT_WR);
  });
  std::string in(256u << 10, '\0');
  std::uint64_t got = 0;
  for (ssize_t n; (n = ::recv(ends[1], in.data(), in.size(), 0)) > 0;) got += static_cast<std::uint64_t>(n);
  writer.join();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  ::close(ends[0]);
  ::close(ends[1]);
  return static_cast<double>(got) / took.count();
}

void read(const ServerProcess& server, const std::string& id, const std::string& what, Report& report) {
  const auto resident = server.resident_bytes();
  std::atomic<bool> over{false};
  LoadResult others;
  std::thread beside([&] {
    Load load;
    load.port = server.port();
    load.connections = 1;
    load.seconds = 600;
    load.warm_up = 0;
    load.next = [](std::string& out) { out = request("GET", "/healthz"); };
    load.stop = [&over] { return over.load(std::memory_order_relaxed); };
    others = run(load);
  });
  const Download whole = download(server.port(), "/workflow-executions/" + id);
  over.store(true, std::memory_order_relaxed);
  beside.join();
  if (!whole.complete) return report.problem("the read of " + what + " broke off");
  const auto bytes = static_cast<double>(whole.bytes);
  const double speed = bytes / whole.seconds;
  report.figure("full read of " + what, speed / kMegabyte, "MB/s");
  report.figure("  of a bare copy over a socket", speed / copied_per_second(whole.bytes), "");
  report.figure("  bytes", bytes / kMegabyte, "MB");
  report.figure("  to the first byte", whole.first_byte * 1e3, "ms");
  report.figure("  memory that the server took for it",
                (static_cast<double>(server.resident_bytes()) - static_cast<double>(resident)) / kMegabyte, "MB", 64,
                true);
  report.figure("  slowest of " + std::to_string(others.requests) + " answers to others meanwhile",
                others.latencies.max_ms(), "ms", 50, true);
}

}  // namespace

void history(const Settings& settings, Report& report) {
  report.section("Full reads of long histories (GET /workflow-executions/{id})");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (server.port() == 0) return report.problem("the server did not start");
  if (const auto id = long_run_of(server.port(), 5'000, report); !id.empty()) {
    read(server, id, "10,000 events", report);
    read(server, id, "10,000 events, again", report);
  }
  if (const auto id = long_run_of(server.port(), 500'000, report); !id.empty()) {
    read(server, id, "1,000,000 events", report);
  }
}

}  // namespace reprise::bench
