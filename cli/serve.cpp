// `reprise serve`: the whole server on its embedded store, from its settings to its orderly end.
#include <malloc.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <filesystem>
#include <memory>

#include "actors/engine.hpp"
#include "actors/streams/kafka_publisher.hpp"
#include "actors/streams/webhook_deliverer.hpp"
#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/exit_code.hpp"
#include "cli/kafka_publishing.hpp"
#include "cli/listen_address.hpp"
#include "cli/options.hpp"
#include "cli/unknown_variables.hpp"
#include "http/api.hpp"
#include "http/principals.hpp"
#include "http/server.hpp"
#include "storage/store.hpp"

namespace reprise::cli {
namespace {

constexpr int kMallocArenas = 4;  // glibc's default of eight a core keeps freed memory apart in all of them

void start_log(const std::string& level) {
  auto logger = spdlog::stderr_color_mt("reprise");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// As many connections and store files as the system allows.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the limit of open files stays at its default");
}

// The signals that end the server. Blocked before any thread starts, so that they come to wait_for_end() alone.
sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

storage::StoreOptions store_options(const Settings& settings) {
  storage::StoreOptions options;
  options.path = settings.data;
  options.partitions = static_cast<std::uint16_t>(settings.partitions);
  options.memory_budget = settings.memory_budget_mb << 20;
  return options;
}

actors::EngineOptions engine_options(const Settings& settings, storage::Store& store, actors::HttpCaller& http) {
  actors::EngineOptions options;
  options.store = &store;
  options.http = &http;
  options.scheduler_threads = settings.scheduler_threads;
  options.max_live = settings.max_live;
  options.idle_after = Duration(settings.idle_after_ms);
  options.public_url = settings.public_url;
  while (options.public_url.ends_with('/')) options.public_url.pop_back();
  options.warn = [](const std::string& sentence) { spdlog::warn("{}", sentence); };
  options.secrets = {settings.secrets, settings.secrets_environment_prefix};
  return options;
}

actors::OutboundPolicy outbound_policy(const Settings& settings) {
  return {settings.outbound_allow_private, settings.outbound_allowed_hosts, settings.outbound_max_response_bytes};
}

actors::streams::WebhookOptions webhook_options(const Settings& settings) {
  actors::streams::WebhookOptions options;
  options.policy = outbound_policy(settings);
  options.timeout = Duration(settings.webhook_timeout_ms);
  options.retry = {Duration(settings.webhook_retry_first_ms), Duration(settings.webhook_retry_longest_ms),
                   Duration(settings.webhook_give_up_ms)};
  options.warn = [](const std::string& sentence) { spdlog::warn("{}", sentence); };
  return options;
}

http::ApiOptions api_options(const Settings& settings) {
  http::ApiOptions options;
  options.principals_file = principals_file(settings);
  options.webhooks_file = webhooks_file(settings);
  options.rate_limits = settings.rate_limits;
  const auto limit = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  options.limits = {limit(settings.rate_execute), limit(settings.rate_read), limit(settings.rate_list),
                    limit(settings.rate_download)};
  options.version = REPRISE_VERSION;
  options.heartbeat_s = static_cast<std::uint32_t>(settings.stream_heartbeat_s);
  options.stream_ring_bytes = settings.stream_ring_mb << 20;
  options.log = [](http::Severity severity, std::string_view line) {
    switch (severity) {
      case http::Severity::info: return spdlog::info("{}", line);
      case http::Severity::warning: return spdlog::warn("{}", line);
      case http::Severity::error: return spdlog::error("{}", line);
    }
  };
  return options;
}

http::ServerOptions server_options(const Settings& settings, const ListenAddress& address) {
  http::ServerOptions options;
  options.address = address.host;
  options.port = address.port;
  options.loops = settings.loops;
  options.query_threads = settings.query_threads;
  options.max_connections = settings.max_connections;
  options.max_body_bytes = settings.max_body_bytes;
  const auto milliseconds = [](std::uint64_t value) { return static_cast<std::uint32_t>(value); };
  options.header_timeout_ms = milliseconds(settings.header_timeout_ms);
  options.body_timeout_ms = milliseconds(settings.body_timeout_ms);
  options.idle_timeout_ms = milliseconds(settings.idle_timeout_ms);
  options.write_timeout_ms = milliseconds(settings.write_timeout_ms);
  return options;
}

// Who may come in: nobody unknown from another machine. Checked before anything is opened or made.
Expected<void> check_access(const Settings& settings, const ListenAddress& address) {
  const std::string file = principals_file(settings);
  std::error_code unknown;
  if (!settings.principals.empty() && !std::filesystem::exists(file, unknown)) {
    return fail(errc::invalid, "there is no principals file at " + file +
                                   ": make it with `reprise token create --principals " + file +
                                   "`, or correct the path");
  }
  const auto principals = http::read_principals(file);
  if (!principals) return fail(errc::invalid, http::unusable(http::kPrincipalsFile, file, principals.error()));
  if (!principals->empty()) return {};
  if (!address.loopback) {
    return fail(errc::invalid,
                "refusing to serve at " + address.host +
                    " without authentication: make a token with `reprise token create`, or listen on 127.0.0.1");
  }
  spdlog::warn("no principals are configured: the server is open to everybody on this machine");
  return {};
}

int run_server(const Settings& settings) {
  const auto address = parse_listen_address(settings.listen);
  if (!address) return report(address.error());
  if (const auto access = check_access(settings, *address); !access) return report(access.error());
  if (const auto kafka = check_kafka(settings); !kafka) return report(kafka.error());

  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  raise_file_limit();

  auto store = storage::Store::open(store_options(settings));
  if (!store) return report(store.error());
  spdlog::info("store {} opened, {} partitions", settings.data, (*store)->partitions());

  const auto http = actors::make_curl_caller(outbound_policy(settings));
  auto options = engine_options(settings, **store, *http);
  auto sources = source_options(settings);
  if (!sources) return report(sources.error());
  options.kafka = std::move(*sources);
  auto engine = actors::Engine::start(options);
  if (!engine) return report(engine.error());
  const auto webhooks = actors::streams::start_webhooks((*engine)->gateway(), webhook_options(settings));

  const auto kafka = make_kafka_publisher(settings, (*engine)->gateway());
  if (!kafka) return report(kafka.error());

  http::Api api((*engine)->gateway(), api_options(settings));
  http::Router router;
  api.add_routes(router);
  http::Server server(
      server_options(settings, *address), router,
      [&api](http::Exchange& exchange, const http::Route& route) { return api.admit(exchange, route); },
      [&api](std::string_view path, int status, std::string_view sentence) {
        return api.error_body(path, status, sentence);
      },
      [&api](const http::Route* route, int status, std::uint64_t ns, std::string_view damage) {
        api.observe(route, status, ns, damage);
      });
  if (const auto listening = server.listen(); !listening) return report(listening.error());
  api.set_server(&server);
  api.set_stream(kafka->get());
  if (*kafka) (*kafka)->start();
  print_out("reprise listening on " + address->url(server.port()) + "\n");

  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("signal {}: stopping", signal);
  // Half the grace for requests in flight, half for what they started to become durable.
  const std::uint64_t half = settings.shutdown_grace_ms / 2;
  api.drain();
  (*engine)->begin_stop();
  server.drain(static_cast<std::uint32_t>(half));
  if (*kafka) (*kafka)->stop();  // while the journal still takes its position
  webhooks->stop();
  (*engine)->stop(Duration(half));
  api.set_server(nullptr);
  spdlog::info("stopped");
  return kOk;
}

int serve(const Given& given) {
  mallopt(M_ARENA_MAX, kMallocArenas);
  const auto effective = resolve(given, process_environment());
  if (!effective) return report(effective.error());
  start_log(effective->values.log_level);
  for (const auto& sentence : unknown_variables(process_variables(), effective->values)) spdlog::warn("{}", sentence);
  return run_server(effective->values);
}

}  // namespace

void add_serve(CLI::App& app, Command& chosen) {
  auto given = std::make_shared<Given>();
  CLI::App* command = app.add_subcommand("serve", "Serve until SIGTERM");
  add_settings_options(*command, *given);
  command->callback([given, &chosen] { chosen = [given] { return serve(*given); }; });
}

}  // namespace reprise::cli
