// Whether a topic is one to publish events to: made where it is missing, and refused with what to do about it where it
// is another's.
#pragma once

#include <cstdint>
#include <string>

#include "storage/kafka/client.hpp"
#include "storage/kafka/topic.hpp"

namespace reprise::actors {

struct TopicWish {
  std::string name;
  std::uint32_t partitions = 0;   // 0: any number; kPartitionsOfNew where it has to be made
  std::uint32_t replication = 0;  // of one that has to be made; 0: as the broker has it
};
inline constexpr std::uint32_t kPartitionsOfNew = 12;

inline constexpr const char* kContentType = "application/cloudevents+json; charset=UTF-8";

struct TopicFinding {
  enum class Kind : std::uint8_t {
    good,
    refused,  // until somebody does what `reason` says
    trouble,  // the brokers could not be asked, or said no
  };
  Kind kind = Kind::good;
  std::string reason;
  bool untouched = false;  // good: nothing was ever written to it
};

// Asks, makes, asks again: waits for brokers, each time at most `wait`. With `known` it was published to before: what
// its records look like is not asked any more. `properties` are those of a client that reads.
TopicFinding find_topic(kafka::Client& client, const kafka::Properties& properties, const TopicWish& wish, bool known,
                        kafka::Milliseconds wait);

// Whether a record is an event as Reprise publishes it.
bool is_event(const kafka::SeenRecord& record);

}  // namespace reprise::actors
