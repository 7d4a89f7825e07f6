#include "bench/scenarios.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/load.hpp"
#include "bench/raw_appends.hpp"
#include "bench/server_process.hpp"
#include "bench/worker.hpp"

namespace reprise::bench {

namespace {

// A different customer each time: bodies that are all alike would flatter the compression.
std::string sample_inputs(std::uint64_t n) {
  const auto id = std::to_string(n * 2654435761u % 1000000007u);
  return R"({"inputs":{"customer":{"name":"Ada )" + id + R"(","vip":true,"email":"ada)" + id +
         R"(@example.org"},"amount":129.5,"items":[{"sku":"A-)" + id +
         R"(","qty":1},{"sku":"B-200","qty":3}],"note":"ring )" + id + R"( twice"}})";
}

std::string definition(std::string_view action, std::string_view wrap_open, std::string_view wrap_close,
                       std::string_view more) {
  const auto args = [&](std::string_view value) {
    return std::string(wrap_open) + std::string(value) + std::string(wrap_close);
  };
  const std::string a = R"("action":")" + std::string(action) + R"(",)";
  return R"({"title":"Three steps",)" + std::string(more) + R"("actions":[{"ref":"pick",)" + a + R"("args":)" +
         args(R"({"name":"${{ TRIGGER.customer.name }}","amount":"${{ TRIGGER.amount }}"})") + R"(},{"ref":"greet",)" +
         a + R"("depends_on":["pick"],"args":)" +
         args(R"({"greeting":"Hello ${{ ACTIONS.pick.result.name }}","item":"${{ TRIGGER.items[1].sku }}"})") +
         R"(},{"ref":"finish",)" + a + R"("depends_on":["greet"],"args":)" +
         args(
             R"({"summary":"${{ ACTIONS.greet.result }}","total":"${{ ACTIONS.pick.result.amount }}","vip":"${{ TRIGGER.customer.vip }}"})") +
         R"(}],"returns":"${{ ACTIONS.finish.result }}"})";
}

std::string three() { return definition("core.transform.reshape", R"({"value":)", "}", ""); }
std::string external() { return definition("bench.step", "", "", ""); }
std::string asleep() {
  return R"({"title":"Waits","config":{"timeout":0},"actions":[{"ref":"later","action":"core.noop","start_delay":86400}]})";
}

bool put(std::uint16_t port, std::string_view id, const std::string& body, Report& report) {
  std::string answer;
  if (call(port, "PUT", "/api/workflows/" + std::string(id), body, answer)) return true;
  report.problem("PUT " + std::string(id) + ": " + answer);
  return false;
}

Load starts(std::uint16_t port, std::string target, std::size_t connections, double seconds) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.seconds = seconds;
  load.next = [target = std::move(target), n = std::uint64_t{0}](std::string& out) mutable {
    out = request("POST", target, sample_inputs(++n));
  };
  return load;
}

Load gets(std::uint16_t port, const std::string& target, std::size_t connections, double seconds) {
  Load load;
  load.port = port;
  load.connections = connections;
  load.seconds = seconds;
  load.next = [bytes = request("GET", target)](std::string& out) { out = bytes; };
  return load;
}

void errors(const LoadResult& result, std::string_view of, Report& report) {
  if (result.errors != 0) {
    report.problem(std::string(of) + ": " + std::to_string(result.errors) +
                   " errors, the first: " + result.first_error);
  }
}

std::string quantiles(const LoadResult& r) {
  char text[120];
  std::snprintf(text, sizeof text, "p50 %.2f p99 %.2f max %.1f ms", r.latencies.quantile_ms(0.5),
                r.latencies.quantile_ms(0.99), r.latencies.max_ms());
  return text;
}

double metric(std::uint16_t port, std::string_view name) {
  std::string text;
  if (!call(port, "GET", "/metrics", {}, text)) return 0;
  for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += name.size()) {
    if (at != 0 && text[at - 1] != '\n') continue;
    const auto space = text.find(' ', at);
    if (space == at + name.size()) return std::atof(text.c_str() + space);
  }
  return 0;
}

bool started(const ServerProcess& server, Report& report) {
  if (server.port() != 0) return true;
  report.problem("the server did not start");
  return false;
}

}  // namespace

void three_steps(const Settings& settings, Report& report) {
  report.section("Three built-in steps, started and awaited over HTTP, every answer after a synced write");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (!started(server, report) || !put(server.port(), "three", three(), report)) return;
  const auto port = server.port();

  const auto hello = run(gets(port, "/healthz", 64, settings.seconds));
  errors(hello, "hello", report);
  report.figure("bare hello, 64 clients", hello.per_second(), "/s", 0, false, quantiles(hello));

  auto one = run(starts(port, "/api/workflows/three/execute?wait=30", 1, settings.seconds));
  errors(one, "three@1", report);
  report.figure("three steps, 1 client, p50", one.latencies.quantile_ms(0.5), "ms", 0.3, true, quantiles(one));

  const auto events_before = metric(port, "reprise_events_total");
  const auto commits_before = metric(port, "reprise_journal_commits_total");
  const auto batches_before = metric(port, "reprise_journal_batches_total");
  const auto bytes_before = metric(port, "reprise_journal_bytes_total");
  const auto processor = server.processor_seconds();
  const auto many = run(starts(port, "/api/workflows/three/execute?wait=30", 128, settings.seconds));
  errors(many, "three@128", report);
  report.figure("three steps, 128 clients", many.per_second(), "/s", 25'000, false, quantiles(many));
  report.figure("  of the bare hello", many.per_second() / hello.per_second(), "", 0.06);
  report.figure("  server's processor time each",
                1e6 * (server.processor_seconds() - processor) /
                    (static_cast<double>(many.requests) * (1 + 0.5 / settings.seconds)),
                "µs");
  const double events = metric(port, "reprise_events_total") - events_before;
  const double commits = metric(port, "reprise_journal_commits_total") - commits_before;
  const double batches = metric(port, "reprise_journal_batches_total") - batches_before;
  const double bytes = metric(port, "reprise_journal_bytes_total") - bytes_before;
  if (events > 0 && batches > 0 && commits > 0) {
    const double per_batch = commits / batches, events_each = events / commits;
    const double engine = many.per_second() * events_each;
    RawAppends appends;
    appends.commits = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(per_batch)));
    appends.commit_bytes = static_cast<std::size_t>(bytes / commits);
    appends.seconds = settings.seconds;
    appends.folder = folder.path() + "/same";
    const double same = events_each * raw_same_rows(appends);
    appends.folder = folder.path() + "/ordered";
    const double ordered = events_each * raw_ordered_rows(appends);
    report.figure("  commits in a batch", per_batch, "");
    report.figure("  bytes of a commit", bytes / commits, "B");
    report.figure("events appended by the engine", engine, "/s");
    report.figure("raw RocksDB, the same rows in the same batches", same, "/s");
    report.figure("  engine of raw", engine / same, "", 0.5);
    report.figure("raw RocksDB, as many equal rows in order", ordered, "/s");
    report.figure("  engine of raw", engine / ordered, "");
  } else {
    report.problem("the metrics of the journal are missing");
  }

  const auto start_only = run(starts(port, "/api/workflows/three/execute", 128, settings.seconds));
  errors(start_only, "starts", report);
  report.figure("starts alone, 128 clients", start_only.per_second(), "/s", 25'000, false, quantiles(start_only));

  std::string page;
  call(port, "GET", "/api/executions?limit=1", {}, page);
  constexpr std::string_view kId = R"("execution_id":")";
  const auto id = page.find(kId) == std::string::npos ? std::string() : page.substr(page.find(kId) + kId.size(), 36);
  // By turns: a slow minute of the machine, or what the starts left to compact, meets both.
  constexpr int kTurns = 4;
  double status_rate = 0, hello_rate = 0;
  for (int turn = 0; turn < kTurns; ++turn) {
    const auto status = run(gets(port, "/api/executions/" + id, 64, settings.seconds / kTurns));
    errors(status, "status", report);
    status_rate += status.per_second() / kTurns;
    if (turn + 1 == kTurns) {
      report.figure("status GET, 64 clients", status_rate, "/s", 0, false, quantiles(status));
    }
    hello_rate += run(gets(port, "/healthz", 64, settings.seconds / kTurns)).per_second() / kTurns;
  }
  report.figure("  of the bare hello, by turns", status_rate / hello_rate, "", 0.8);
}

void long_run(const Settings& settings, Report& report) {
  report.section("The slowest answer of a long run");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (!started(server, report) || !put(server.port(), "three", three(), report)) return;
  const auto r = run(starts(server.port(), "/api/workflows/three/execute?wait=30", 128, settings.long_seconds));
  errors(r, "long run", report);
  report.figure("three steps, 128 clients", r.per_second(), "/s", 0, false, quantiles(r));
  report.figure("  slowest of " + std::to_string(r.requests) + " answers", r.latencies.max_ms(), "ms", 50, true);
  const auto port = server.port();
  report.figure("  slowest write of the journal", 1e3 * metric(port, "reprise_journal_slowest_write_seconds"), "ms");
  const double commits = metric(port, "reprise_journal_commits_total");
  const double flushed = metric(port, "reprise_store_flushed_bytes_total");
  if (flushed <= 0 || commits <= 0) return;
  report.figure("  compaction rewrote each row", metric(port, "reprise_store_compacted_bytes_total") / flushed,
                "times");
  report.figure("  processor time of it", 1e6 * metric(port, "reprise_store_compaction_seconds_total") / commits,
                "µs a run");
}

void external_worker(const Settings& settings, Report& report) {
  report.section("The same three steps by an external worker process (4 connections, up to 64 tasks at once)");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (!started(server, report) || !put(server.port(), "ext", external(), report)) return;
  const auto worker = start_worker(server.port(), 4, 64);
  const auto one = run(starts(server.port(), "/api/workflows/ext/execute?wait=30", 1, settings.seconds));
  errors(one, "ext@1", report);
  report.figure("external three steps, 1 in flight, p50", one.latencies.quantile_ms(0.5), "ms", 1.2, true,
                quantiles(one));
  const auto many = run(starts(server.port(), "/api/workflows/ext/execute?wait=30", 128, settings.seconds));
  errors(many, "ext@128", report);
  report.figure("external three steps, 128 in flight", many.per_second(), "/s", 8'000, false, quantiles(many));
  stop_worker(worker);
}

void lists(const Settings& settings, Report& report) {
  report.section("List pages of 20, and bytes on disk");
  ScratchFolder folder(settings.scratch);
  ServerProcess server(settings.binary, folder.path() + "/store");
  if (!started(server, report) || !put(server.port(), "three", three(), report)) return;
  const auto port = server.port();
  const auto pages = [&](const std::string& label) {
    const auto first = run(gets(port, "/api/executions?limit=20", 64, settings.seconds));
    errors(first, "list " + label, report);
    report.figure("first page, " + label, first.per_second(), "/s", 12'000, false, quantiles(first));
    std::string cursor, page;
    for (int i = 0; i < 99; ++i) {
      if (!call(port, "GET", "/api/executions?limit=20" + (cursor.empty() ? "" : "&cursor=" + cursor), {}, page)) break;
      constexpr std::string_view kCursor = R"("next_cursor":")";
      const auto at = page.rfind(kCursor);
      if (at == std::string::npos) break;
      cursor = page.substr(at + kCursor.size(), page.find('"', at + kCursor.size()) - at - kCursor.size());
    }
    const auto deep = run(gets(port, "/api/executions?limit=20&cursor=" + cursor, 64, settings.seconds));
    errors(deep, "deep list " + label, report);
    report.figure("deep page by cursor, " + label, deep.per_second(), "/s", 12'000, false, quantiles(deep));
  };
  const auto fill = [&](std::uint64_t count) {
    auto load = starts(port, "/api/workflows/three/execute?wait=30", 128, 3600);
    load.requests = count;
    load.warm_up = 0;
    errors(run(load), "filling", report);
  };
  fill(2'000);
  pages("2,000 stored");
  fill(settings.stored - 2'000);
  pages(std::to_string(settings.stored) + " stored");
  server.stop();

  ServerProcess again(settings.binary, folder.path() + "/store");
  report.figure("start-up to ready, " + std::to_string(settings.stored) + " stored", again.seconds_to_ready(), "s", 1,
                true);
  again.stop();
  const std::string compact = settings.binary + " compact --data " + folder.path() + "/store --json 2>/dev/null";
  if (FILE* out = ::popen(compact.c_str(), "r")) {
    unsigned long long bytes = 0;
    char text[256] = {};
    if (std::fgets(text, sizeof text, out) != nullptr) {
      if (const char* at = std::strstr(text, "\"bytes_on_disk\":")) bytes = std::strtoull(at + 16, nullptr, 10);
    }
    ::pclose(out);
    if (bytes != 0) {
      report.figure("bytes on disk each, compacted", static_cast<double>(bytes) / static_cast<double>(settings.stored),
                    "B", 600, true);
    } else {
      report.problem("the store could not be compacted");
    }
  }
}

void waiting(const Settings& settings, Report& report) {
  report.section("Executions that wait");
  ScratchFolder folder(settings.scratch);
  const auto label = std::to_string(settings.stored) + " waiting";
  {
    ServerProcess server(settings.binary, folder.path() + "/store");
    if (!started(server, report) || !put(server.port(), "asleep", asleep(), report)) return;
    auto load = starts(server.port(), "/api/workflows/asleep/execute", 128, 3600);
    load.requests = settings.stored;
    load.warm_up = 0;
    const auto r = run(load);
    errors(r, "starting", report);
    report.figure("starting them, 128 clients", r.per_second(), "/s", 0, false, quantiles(r));
    report.figure("resident memory, " + label, static_cast<double>(server.resident_bytes()) / 1e6, "MB", 300, true);
  }
  ServerProcess server(settings.binary, folder.path() + "/store");
  report.figure("start-up to ready, " + label, server.seconds_to_ready(), "s", 1, true);
  std::string page;
  call(server.port(), "GET", "/api/executions?limit=20&status=running", {}, page);
  report.figure("resident memory after a restart", static_cast<double>(server.resident_bytes()) / 1e6, "MB", 300, true);
}

}  // namespace reprise::bench
