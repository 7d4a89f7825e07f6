// Records that a source cannot use, on their way to its dead-letter topic: as they came, with headers that say why.
//
//   reprise-reason, reprise-source, reprise-topic, reprise-partition, reprise-offset
//
// A letter counts as sent once the brokers have stored it. When the server ends before the position moves, the letter
// is sent once more: topic, partition and offset say that it is the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/error.hpp"
#include "storage/kafka/client.hpp"
#include "storage/kafka/record.hpp"

namespace reprise::actors {

// One thread.
class DeadLetters {
 public:
  // `properties` are those of the connection.
  DeadLetters(std::string source, std::string topic, std::string brokers, kafka::Properties properties)
      : source_(std::move(source)),
        topic_(std::move(topic)),
        brokers_(std::move(brokers)),
        properties_(std::move(properties)) {}

  struct Letter {
    const kafka::Record* record = nullptr;
    std::string reason;
  };
  // Stores all of them, making the topic where it is missing, and waits for it. Errors: unavailable, in librdkafka's
  // words; then some may be stored, and all are to be sent again.
  Expected<void> send(const std::vector<Letter>& letters);

 private:
  Expected<void> open();

  const std::string source_, topic_, brokers_;
  const kafka::Properties properties_;
  std::uint64_t stored_ = 0;
  std::optional<kafka::Fault> fault_, connection_;
  std::unique_ptr<kafka::Client> client_;  // none: not opened yet, or of no use any more
};

}  // namespace reprise::actors
