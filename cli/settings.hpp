// The settings of a server. One table names them all; the name is the key in a TOML file, and the flag and the
// environment variable follow from it. Precedence: flag, environment, file, default.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "events/error.hpp"

namespace reprise::cli {

struct Settings {
  std::string data = "reprise-data";
  std::string listen = "127.0.0.1:8080";
  std::string principals;  // empty: see principals_file()
  std::uint64_t partitions = 16;
  std::uint64_t memory_budget_mb = 160;
  std::uint64_t loops = 1;
  std::uint64_t query_threads = 2;
  std::uint64_t scheduler_threads = 1;
  std::uint64_t max_live = 8'192;
  std::uint64_t idle_after_ms = 5'000;
  std::uint64_t max_connections = 4'096;
  std::uint64_t max_body_bytes = 8u << 20;
  std::uint64_t header_timeout_ms = 10'000;
  std::uint64_t body_timeout_ms = 30'000;
  std::uint64_t idle_timeout_ms = 75'000;
  std::uint64_t write_timeout_ms = 30'000;
  std::uint64_t shutdown_grace_ms = 8'000;
  std::uint64_t stream_heartbeat_s = 15;
  std::uint64_t stream_ring_mb = 16;
  bool rate_limits = false;
  std::uint64_t rate_execute = 10;  // per principal and minute, these four
  std::uint64_t rate_read = 60;
  std::uint64_t rate_list = 30;
  std::uint64_t rate_download = 5;
  bool outbound_allow_private = false;
  std::vector<std::string> outbound_allowed_hosts;
  std::uint64_t outbound_max_response_bytes = 4u << 20;
  std::string secrets;                     // folder; empty: none
  std::string secrets_environment_prefix;  // empty: none
  std::string public_url;                  // empty: not known
  std::string kafka_brokers;               // empty: nothing is published
  std::string kafka_topic = "reprise.events";
  std::uint64_t kafka_partitions = 0;       // 0: any number
  std::uint64_t kafka_replication = 0;      // 0: as the brokers have it
  std::vector<std::string> kafka_property;  // key=value
  std::string kafka_properties;             // file; empty: none
  std::string log_level = "info";
};

// The file that `principals` names, or principals.json in the data folder.
std::string principals_file(const Settings& settings);
// webhooks.json beside it.
std::string webhooks_file(const Settings& settings);

// One row of the table.
struct Setting {
  using Member = std::variant<std::string Settings::*, std::uint64_t Settings::*, bool Settings::*,
                              std::vector<std::string> Settings::*>;
  std::string_view name;
  Member member;
  std::string_view description;
  std::uint64_t low = 0, high = 0;                           // of a number
  Expected<void> (*check)(std::string_view text) = nullptr;  // of a text, or of each of a list; null: any
  // How an item of a list is printed, where it may hold secrets; null: as it is. Its text is in no message then.
  std::string (*shown)(std::string_view item) = nullptr;

  std::string flag() const;         // --max-live
  std::string environment() const;  // REPRISE_MAX_LIVE
};
std::span<const Setting> settings_table();
const Setting* find_setting(std::string_view name);  // null: no such setting

// Sets the member from text as a flag or a variable gives it (a list: separated by commas). The error says what the
// value is for and what it may be; it does not say where it came from.
Expected<void> assign(Settings& settings, const Setting& setting, std::string_view text);
// The value as TOML writes it, and as JSON.
std::string toml_text(const Settings& settings, const Setting& setting);

enum class Source : std::uint8_t { fallback, file, environment, flag };
std::string_view name(Source source);  // "default", "file", ...

struct Effective {
  Settings values;
  std::vector<Source> sources;  // as long as the table
};

// What the command line gave: setting name → text, and the file's name (empty: REPRISE_CONFIG, else none).
struct Given {
  std::map<std::string, std::string, std::less<>> flags;
  std::string config_file;
};
using Environment = std::function<std::optional<std::string>(const std::string& variable)>;
Environment process_environment();

// Errors: errc::invalid, one sentence that names the setting and where its value came from.
Expected<Effective> resolve(const Given& given, const Environment& environment);

// A value of a TOML file, as text that assign() takes.
struct FileValue {
  const Setting* setting = nullptr;
  std::string text;
  std::uint32_t line = 0;
};
// Errors: errc::invalid with FILE:LINE for syntax, unknown keys and values of the wrong type.
Expected<std::vector<FileValue>> read_settings_file(const std::string& path);

}  // namespace reprise::cli
