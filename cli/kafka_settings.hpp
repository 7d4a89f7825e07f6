// The settings of Kafka: what they may be, and librdkafka's properties that follow from them.
#pragma once

#include <string>
#include <string_view>

#include "cli/settings.hpp"
#include "events/error.hpp"
#include "storage/kafka/properties.hpp"

namespace reprise::cli {

Expected<void> check_kafka_topic(std::string_view text);
Expected<void> check_kafka_property(std::string_view item);  // key=value
std::string shown_kafka_property(std::string_view item);     // without the value of a secret one

// Those of the file that kafka_properties names (lines key=value; # begins a comment), then those of kafka_property.
// Errors: errc::invalid, naming file and line.
Expected<kafka::Properties> kafka_properties(const Settings& settings);

}  // namespace reprise::cli
