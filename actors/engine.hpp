// The engine of one store: journal, actors, timers and queues behind a Gateway. No CAF in this header.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/outbound.hpp"
#include "actors/secrets.hpp"
#include "actors/window_limits.hpp"

namespace reprise::actors {

// One outgoing call of core.http_request, and what came of it.
struct HttpCall {
  std::string args;       // the action's evaluated arguments, JSON
  bool recorded = false;  // they name secrets: as workflow/secret_text.hpp has it, until the values are put in
  std::string workspace;
  bool polls = false;   // core.http_poll: made again as its arguments say
  Duration timeout{0};  // what is left of the attempt; 0: none
};
struct HttpOutcome {
  bool ok = false;
  int status_code = 0;  // 0: there was no answer
  Json result;          // {status_code, headers, data}, of an answer with any status
  std::string error_message, error_type;
  bool retryable = true;
};
// Carries out HTTP calls on threads of its own. `done` is called once, from any thread, unless the call was cancelled.
class HttpCaller {
 public:
  virtual ~HttpCaller() = default;
  using Done = std::function<void(HttpOutcome)>;
  virtual std::uint64_t call(HttpCall call, Done done) = 0;
  virtual void cancel(std::uint64_t call) = 0;
};

std::unique_ptr<HttpCaller> make_curl_caller(OutboundPolicy policy);

// The brokers that sources read from where they name none of their own.
struct KafkaOptions {
  std::string brokers;                                          // "host:port,..."; empty: none
  std::vector<std::pair<std::string, std::string>> properties;  // of librdkafka, for these brokers only
  std::vector<std::string> allowed;                             // other brokers that a source may name
};

struct EngineOptions {
  storage::Store* store = nullptr;  // outlives the engine
  SecretOptions secrets;
  KafkaOptions kafka;
  HttpCaller* http = nullptr;  // outlives the engine; null: http actions fail with a clear error
  std::size_t scheduler_threads = 1;
  std::size_t max_live = 20'000;  // executions with an actor; beyond, the idle longest sleep first
  Duration idle_after{5'000};     // an execution that only waits is put to sleep after this
  std::size_t journal_bound = 65'536;
  std::size_t outbox_window =
      16'384;  // messages of runs to each other that are held in memory; the others are rows alone
  WindowLimits queue_window;
  std::string public_url;                        // "https://host/prefix", without a slash at its end; empty: not known
  std::function<void(const std::string&)> warn;  // a sentence for who operates the server; any thread; may be empty
  // Tests put the world under their control: a virtual clock, their random numbers, no threads (step() drives
  // everything).
  std::function<Time()> clock;            // empty: the system's
  std::function<std::uint64_t()> random;  // empty: the system's
  bool deterministic = false;
};

class Engine {
 public:
  // Opens nothing by itself: the store is open. Resumes what was running: due timers fire, leases go on, queued tasks
  // are offered, calls of the server itself are made again.
  static Expected<std::unique_ptr<Engine>> start(const EngineOptions& options);
  virtual ~Engine() = default;  // stop()

  virtual Gateway& gateway() = 0;
  // Refuses new work, and answers at once whoever waits for the end of a run or for a task. What is in flight goes on.
  virtual void begin_stop() = 0;
  // In stages: refuse new work, let what is in flight become durable, end the actors, stop the journal. At most
  // `grace`.
  virtual void stop(Duration grace) = 0;

  // Deterministic mode only: runs actors, journal batches and loads until nothing is left to do at the present time.
  // Returns false when nothing was done.
  virtual bool run() = 0;
  // Deterministic mode only: lets timers, waits and polls look at the clock. run() must follow.
  virtual void tick() = 0;
};

}  // namespace reprise::actors
