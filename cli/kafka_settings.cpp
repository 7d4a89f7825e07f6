#include "cli/kafka_settings.hpp"

#include <algorithm>
#include <fstream>

namespace reprise::cli {
namespace {

constexpr std::size_t kLongestTopic = 249;  // Kafka's own
constexpr std::size_t kMostLines = 1'000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::pair<std::string, std::string> split(std::string_view item) {
  const std::size_t equals = item.find('=');
  return {std::string(trimmed(item.substr(0, equals))), std::string(trimmed(item.substr(equals + 1)))};
}

}  // namespace

Expected<void> check_kafka_topic(std::string_view text) {
  const bool legal = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (!legal || text.size() > kLongestTopic || text == "." || text == "..") {
    return fail(errc::invalid, "must be at most 249 letters, digits, dots, underscores and hyphens");
  }
  return {};
}

Expected<void> check_kafka_property(std::string_view item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos || trimmed(item.substr(0, equals)).empty()) {
    return fail(
        errc::invalid,
        "must be key=value with one of librdkafka's properties; a value with a comma can only stand in the file "
        "that kafka_properties names");
  }
  return {};
}

std::string shown_kafka_property(std::string_view item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string_view::npos || !kafka::is_secret_property(item.substr(0, equals))) return std::string(item);
  return std::string(item.substr(0, equals)) + "=********";
}

Expected<kafka::Properties> kafka_properties(const Settings& settings) {
  kafka::Properties properties;
  if (!settings.kafka_properties.empty()) {
    std::ifstream file(settings.kafka_properties);
    if (!file) return fail(errc::invalid, "cannot read the file " + settings.kafka_properties + " of kafka_properties");
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
      const std::string_view text = trimmed(line);
      if (text.empty() || text.front() == '#') continue;
      if (number > kMostLines || !check_kafka_property(text)) {
        return fail(errc::invalid, settings.kafka_properties + ":" + std::to_string(number) +
                                       ": must be key=value with one of librdkafka's properties");
      }
      properties.push_back(split(text));
    }
  }
  for (const std::string& item : settings.kafka_property) properties.push_back(split(item));
  return properties;
}

}  // namespace reprise::cli
