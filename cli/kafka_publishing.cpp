#include "cli/kafka_publishing.hpp"

#include <spdlog/spdlog.h>

#include "actors/streams/kafka_publisher.hpp"
#include "cli/kafka_settings.hpp"
#include "storage/kafka/producer.hpp"

namespace reprise::cli {
namespace {

bool wanted(const Settings& settings) { return !settings.kafka_brokers.empty() && !settings.kafka_topic.empty(); }

void log(actors::StreamLog level, std::string_view line) {
  switch (level) {
    case actors::StreamLog::debug: return spdlog::debug("kafka: {}", line);
    case actors::StreamLog::info: return spdlog::info("kafka: {}", line);
    case actors::StreamLog::warning: return spdlog::warn("kafka: {}", line);
    case actors::StreamLog::error: return spdlog::error("kafka: {}", line);
  }
}

}  // namespace

Expected<void> check_kafka(const Settings& settings) {
  if (settings.kafka_brokers.empty()) return {};
  const auto properties = kafka_properties(settings);
  if (!properties) return tl::unexpected(properties.error());
  for (const auto& [name, value] : *properties) {
    if (kafka::is_fixed_property(name)) {
      return fail(errc::invalid,
                  "kafka_property: " + name + " cannot be set, the order and safety of events hang on it");
    }
  }
  if (auto good = kafka::check_properties(kafka::producer_properties(settings.kafka_brokers, *properties)); !good) {
    return fail(errc::invalid, "kafka_property: " + good.error().detail);
  }
  return {};
}

Expected<std::unique_ptr<actors::KafkaPublisher>> make_kafka_publisher(const Settings& settings,
                                                                       actors::Gateway& gateway) {
  if (!wanted(settings)) return nullptr;
  auto properties = kafka_properties(settings);
  if (!properties) return tl::unexpected(properties.error());
  actors::KafkaPublisherOptions options;
  options.brokers = settings.kafka_brokers;
  options.topic = {settings.kafka_topic, static_cast<std::uint32_t>(settings.kafka_partitions),
                   static_cast<std::uint32_t>(settings.kafka_replication)};
  options.properties = std::move(*properties);
  options.logger = log;
  return std::make_unique<actors::KafkaPublisher>(gateway, std::move(options));
}

}  // namespace reprise::cli
