// Records on their way to one topic, of an idempotent producer: stored once each and, by key, in the order they were
// given, or the handle ends with a fatal fault. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/kafka/client.hpp"

struct rd_kafka_topic_s;

namespace reprise::kafka {

// What every producer of ours is set to, for its order and its bounds. `more` may add to it and overrules the tuning
// (linger, batches, compression), not what the order hangs on: see is_fixed_property().
Properties producer_properties(const std::string& brokers, const Properties& more);
// Names that nobody may set from outside.
bool is_fixed_property(std::string_view name);

inline constexpr std::size_t kLargestRecord = 64u << 20;  // bytes; topics that we make take as much

class Producer {
 public:
  struct Header {
    std::string name, value;
  };

  // `client` was opened as a producer with producer_properties(), and outlives this. `headers` go with each record.
  Producer(Client& client, const std::string& topic, std::vector<Header> headers);
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  enum class Sent : std::uint8_t { yes, full };  // full: poll, and try again
  // Copies key and value. Callbacks::delivered tells what became of it. Error: what librdkafka refuses at once.
  tl::expected<Sent, Fault> send(std::string_view key, std::string_view value, std::uint64_t tag);

 private:
  Client& client_;
  rd_kafka_topic_s* topic_;
  std::vector<Header> headers_;
};

}  // namespace reprise::kafka
