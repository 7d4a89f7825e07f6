// The publisher to Kafka as the settings want it.
#pragma once

#include <memory>

#include "actors/gateway.hpp"
#include "actors/streams/stream.hpp"
#include "cli/settings.hpp"
#include "events/error.hpp"

namespace reprise::actors {
class KafkaPublisher;
}

namespace reprise::cli {

// Whether the settings of Kafka fit together. Asks no broker. Error: invalid, naming the property.
Expected<void> check_kafka(const Settings& settings);
// Null: the settings want none. Not started; writes its log to the server's.
Expected<std::unique_ptr<actors::KafkaPublisher>> make_kafka_publisher(const Settings& settings,
                                                                       actors::Gateway& gateway);

}  // namespace reprise::cli
