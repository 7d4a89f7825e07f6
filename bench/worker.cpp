#include "bench/worker.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "bench/load.hpp"

namespace reprise::bench {

namespace {

// The results of an answer's tasks: each task's arguments, as they came.
void append_results(std::string& out, std::string_view body) {
  constexpr std::string_view kToken = R"("task_token":")", kArgs = R"("args":)";
  const auto tasks_end = body.rfind(R"("outcomes":)");
  bool first = true;
  for (std::size_t at = 0; (at = body.find(kToken, at)) < tasks_end;) {
    at += kToken.size();
    const auto token = body.substr(at, body.find('"', at) - at);
    at = body.find(kArgs, at) + kArgs.size();
    std::size_t end = at;
    bool text = false;
    for (int depth = 0; end < body.size(); ++end) {
      const char c = body[end];
      if (text) {
        if (c == '\\') ++end;
        if (c == '"') text = false;
      } else if (c == '"') {
        text = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        ++end;
        break;
      }
    }
    if (!first) out += ',';
    first = false;
    out += R"({"task_token":")";
    out += token;
    out += R"(","result":)";
    out += body.substr(at, end - at);
    out += '}';
    at = end;
  }
}

}  // namespace

pid_t start_worker(std::uint16_t port, std::size_t connections, std::size_t max) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The generator sends on a connection only after its answer was looked at, so what was answered last is that
  // connection's.
  std::string results;
  Load load;
  load.port = port;
  load.connections = connections;
  load.seconds = 3600;
  load.answered = [&](std::string_view body) {
    results.clear();
    append_results(results, body);
  };
  load.next = [&](std::string& out) {
    out = request(
        "POST", "/api/tasks/poll",
        R"({"worker_id":"bench","max":)" + std::to_string(max) + R"(,"wait_ms":5000,"results":[)" + results + "]}");
    results.clear();
  };
  bench::run(load);
  ::_exit(0);
}

void stop_worker(pid_t worker) {
  ::kill(worker, SIGKILL);
  int status = 0;
  ::waitpid(worker, &status, 0);
}

}  // namespace reprise::bench
