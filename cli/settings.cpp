#include "cli/settings.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

#include "cli/kafka_settings.hpp"
#include "cli/listen_address.hpp"
#include "events/json.hpp"

namespace reprise::cli {
namespace {

constexpr std::uint64_t kMinuteMs = 60'000;
constexpr std::uint64_t kMany = 1'000'000;

Expected<void> check_listen(std::string_view text) {
  return parse_listen_address(text).map([](const ListenAddress&) {});
}

Expected<void> check_log_level(std::string_view text) {
  for (std::string_view level : {"trace", "debug", "info", "warning", "error", "off"}) {
    if (text == level) return {};
  }
  return fail(errc::invalid, "must be trace, debug, info, warning, error or off");
}

Expected<void> check_public_url(std::string_view text) {
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  if (text.empty() || (web && text.find_first_of(" ?#\"\\") == text.npos)) return {};
  return fail(errc::invalid,
              "must be an http:// or https:// address without a query, such as https://flows.example.org");
}

Expected<void> check_not_empty(std::string_view text) {
  if (text.empty()) return fail(errc::invalid, "must not be empty");
  return {};
}

using S = Settings;
const std::array kTable{
    Setting{"data", &S::data, "directory of the store", 0, 0, check_not_empty},
    Setting{"listen", &S::listen, "address and port to serve at; port 0 picks one", 0, 0, check_listen},
    Setting{"principals", &S::principals,
            "file of the principals (see `reprise token create`); empty: principals.json in the data folder"},
    Setting{"partitions", &S::partitions, "partitions of a new store; an existing one keeps its own", 1, 1'024},
    Setting{"memory_budget_mb", &S::memory_budget_mb, "memory of the store's caches and write buffers, MiB", 16,
            65'536},
    Setting{"loops", &S::loops, "threads that speak HTTP", 1, 64},
    Setting{"query_threads", &S::query_threads, "threads for reads that may wait for the disk", 1, 64},
    Setting{"scheduler_threads", &S::scheduler_threads, "threads that run the actors", 1, 64},
    Setting{"max_live", &S::max_live, "executions kept in memory; beyond, those that only wait go to sleep", 16,
            10'000'000},
    Setting{"idle_after_ms", &S::idle_after_ms, "an execution that only waits leaves memory after this", 10,
            kMinuteMs * 60},
    Setting{"max_connections", &S::max_connections, "client connections at a time", 1, kMany},
    Setting{"max_body_bytes", &S::max_body_bytes, "largest request body", 1'024, 1u << 30},
    Setting{"header_timeout_ms", &S::header_timeout_ms, "for a request's header to arrive", 10, kMinuteMs * 60},
    Setting{"body_timeout_ms", &S::body_timeout_ms, "for 4 KiB more of a request's body, or its end", 10,
            kMinuteMs * 60},
    Setting{"idle_timeout_ms", &S::idle_timeout_ms, "for a kept connection without a request", 10, kMinuteMs * 60},
    Setting{"write_timeout_ms", &S::write_timeout_ms, "for a client that takes no byte of its answer", 10,
            kMinuteMs * 60},
    Setting{"shutdown_grace_ms", &S::shutdown_grace_ms, "for requests in flight and the journal at the end", 0, 9'000},
    Setting{"stream_heartbeat_s", &S::stream_heartbeat_s, "between heartbeats of an event stream", 1, 3'600},
    Setting{"stream_ring_mb", &S::stream_ring_mb,
            "late events kept for the subscribers of all events, MiB; who falls further behind is cut off", 1, 4'096},
    Setting{"rate_limits", &S::rate_limits, "limit the requests of each principal"},
    Setting{"rate_execute", &S::rate_execute, "executions that a principal may start in a minute", 1, kMany},
    Setting{"rate_read", &S::rate_read, "reads of one execution in a minute", 1, kMany},
    Setting{"rate_list", &S::rate_list, "lists in a minute", 1, kMany},
    Setting{"rate_download", &S::rate_download, "log downloads in a minute", 1, kMany},
    Setting{"outbound_allow_private", &S::outbound_allow_private,
            "core.http_request and webhooks out may call loopback and private addresses"},
    Setting{"outbound_allowed_hosts", &S::outbound_allowed_hosts,
            "hosts (host or host:port) they may call although private"},
    Setting{"outbound_max_response_bytes", &S::outbound_max_response_bytes,
            "largest answer that core.http_request takes", 1'024, 1u << 30},
    Setting{"webhook_timeout_ms", &S::webhook_timeout_ms, "for a receiver of a subscription to answer", 10,
            kMinuteMs * 10},
    Setting{"webhook_retry_first_ms", &S::webhook_retry_first_ms,
            "until a delivery that failed is tried again; then doubled", 10, kMinuteMs * 60},
    Setting{"webhook_retry_longest_ms", &S::webhook_retry_longest_ms, "longest time between two tries of a delivery",
            10, kMinuteMs * 60 * 24},
    Setting{"webhook_give_up_ms", &S::webhook_give_up_ms,
            "a subscription whose delivery has failed for so long is disabled", 100, kMinuteMs * 60 * 24 * 90},
    Setting{"secrets", &S::secrets,
            "folder of the secrets: FOLDER/workspace/name/KEY holds the value of SECRETS.name.KEY; empty: none"},
    Setting{"secrets_environment_prefix", &S::secrets_environment_prefix,
            "the variable PREFIXname__KEY holds the value of SECRETS.name.KEY in the workspace default; empty: none"},
    Setting{"public_url", &S::public_url,
            "address under which clients reach this server, for links that it gives away; empty: it gives none", 0, 0,
            check_public_url},
    Setting{"kafka_brokers", &S::kafka_brokers,
            "Kafka brokers (host:port, separated by commas) to publish every event to, and that sources read from; "
            "empty: none"},
    Setting{"kafka_topic", &S::kafka_topic, "topic of the events, made where it is missing; empty: none are published",
            0, 0, check_kafka_topic},
    Setting{"kafka_partitions", &S::kafka_partitions,
            "partitions that the topic has or is made with; 0: any number, and 12 where it is made", 0, 10'000},
    Setting{"kafka_replication", &S::kafka_replication,
            "replicas of a topic that has to be made; 0: as the brokers have it", 0, 100},
    Setting{"kafka_property", &S::kafka_property, "properties of librdkafka (key=value) for security and tuning", 0, 0,
            check_kafka_property, shown_kafka_property},
    Setting{"kafka_properties", &S::kafka_properties,
            "file with such properties, one a line: the place for passwords; empty: none"},
    Setting{"kafka_allowed_brokers", &S::kafka_allowed_brokers,
            "other brokers (host:port) that a source may read from than those of kafka_brokers"},
    Setting{"log_level", &S::log_level, "trace, debug, info, warning, error or off", 0, 0, check_log_level},
};

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

std::optional<bool> parse_switch(std::string_view text) {
  if (text == "true" || text == "on" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "off" || text == "no" || text == "0") return false;
  return std::nullopt;
}

// Assigns one value by the type of its member.
struct Assign {
  Settings& settings;
  const Setting& setting;
  std::string_view text;

  Expected<void> operator()(std::string Settings::*member) const {
    if (setting.check) {
      if (auto checked = setting.check(text); !checked) return checked;
    }
    settings.*member = text;
    return {};
  }
  Expected<void> operator()(std::uint64_t Settings::*member) const {
    std::uint64_t value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || stop != end || value < setting.low || value > setting.high) {
      return fail(errc::invalid,
                  "must be a whole number from " + std::to_string(setting.low) + " to " + std::to_string(setting.high));
    }
    settings.*member = value;
    return {};
  }
  Expected<void> operator()(bool Settings::*member) const {
    const auto value = parse_switch(text);
    if (!value) return fail(errc::invalid, "must be true or false");
    settings.*member = *value;
    return {};
  }
  Expected<void> operator()(std::vector<std::string> Settings::*member) const {
    std::vector<std::string> items = split_list(text);
    for (const std::string& item : items) {
      if (!setting.check) break;
      if (auto checked = setting.check(item); !checked) return checked;
    }
    settings.*member = std::move(items);
    return {};
  }
};

std::string with_prefix(std::string_view prefix, std::string_view name, char from, char to, bool upper) {
  std::string out(prefix);
  for (char c : name) {
    if (c == from) c = to;
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

Expected<void> assign_from(Effective& effective, const Setting& setting, std::string_view text, Source source,
                           const std::string& origin) {
  if (auto assigned = assign(effective.values, setting, text); !assigned) {
    return fail(errc::invalid,
                origin + " " + assigned.error().detail +
                    (text.empty() || setting.shown ? std::string() : ", not \"" + std::string(text) + "\""));
  }
  effective.sources[static_cast<std::size_t>(&setting - kTable.data())] = source;
  return {};
}

}  // namespace

std::string Setting::flag() const { return with_prefix("--", name, '_', '-', false); }
std::string Setting::environment() const { return with_prefix("REPRISE_", name, '_', '_', true); }

std::span<const Setting> settings_table() { return kTable; }

const Setting* find_setting(std::string_view name) {
  for (const Setting& setting : kTable) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

Expected<void> assign(Settings& settings, const Setting& setting, std::string_view text) {
  return std::visit(Assign{settings, setting, text}, setting.member);
}

std::string toml_text(const Settings& settings, const Setting& setting) {
  struct Print {
    const Settings& settings;
    const Setting& setting;
    std::string operator()(std::string Settings::*member) const {
      std::string out;
      append_json_string(out, settings.*member);  // TOML's basic strings have JSON's escapes
      return out;
    }
    std::string operator()(std::uint64_t Settings::*member) const { return std::to_string(settings.*member); }
    std::string operator()(bool Settings::*member) const { return settings.*member ? "true" : "false"; }
    std::string operator()(std::vector<std::string> Settings::*member) const {
      std::string out = "[";
      for (const std::string& item : settings.*member) {
        if (out.size() > 1) out += ", ";
        append_json_string(out, setting.shown ? setting.shown(item) : item);
      }
      return out + "]";
    }
  };
  return std::visit(Print{settings, setting}, setting.member);
}

std::string_view name(Source source) {
  switch (source) {
    case Source::fallback: return "default";
    case Source::file: return "file";
    case Source::environment: return "environment";
    case Source::flag: return "flag";
  }
  return "default";
}

Environment process_environment() {
  return [](const std::string& variable) -> std::optional<std::string> {
    const char* value = std::getenv(variable.c_str());
    if (!value) return std::nullopt;
    return std::string(value);
  };
}

Expected<Effective> resolve(const Given& given, const Environment& environment) {
  Effective effective;
  effective.sources.assign(kTable.size(), Source::fallback);

  std::string file = given.config_file;
  if (file.empty()) file = environment("REPRISE_CONFIG").value_or("");
  if (!file.empty()) {
    auto values = read_settings_file(file);
    if (!values) return tl::unexpected(values.error());
    for (const FileValue& value : *values) {
      const std::string origin = file + ":" + std::to_string(value.line) + ": " + std::string(value.setting->name);
      if (auto done = assign_from(effective, *value.setting, value.text, Source::file, origin); !done) {
        return tl::unexpected(done.error());
      }
    }
  }
  for (const Setting& setting : kTable) {
    const auto text = environment(setting.environment());
    if (!text) continue;
    if (auto done = assign_from(effective, setting, *text, Source::environment, setting.environment()); !done) {
      return tl::unexpected(done.error());
    }
  }
  for (const Setting& setting : kTable) {
    const auto flag = given.flags.find(setting.name);
    if (flag == given.flags.end()) continue;
    if (auto done = assign_from(effective, setting, flag->second, Source::flag, setting.flag()); !done) {
      return tl::unexpected(done.error());
    }
  }
  return effective;
}

std::string principals_file(const Settings& settings) {
  return settings.principals.empty() ? settings.data + "/principals.json" : settings.principals;
}

std::string webhooks_file(const Settings& settings) {
  const std::string beside = principals_file(settings);
  const std::size_t slash = beside.rfind('/');
  return (slash == std::string::npos ? std::string() : beside.substr(0, slash + 1)) + "webhooks.json";
}

}  // namespace reprise::cli
