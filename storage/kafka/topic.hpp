// Topics: what there is, making one, and a look at its newest records. All of it asks brokers and waits for them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/kafka/client.hpp"

namespace reprise::kafka {

struct TopicDescription {
  std::uint32_t partitions = 0;
};
// Empty: there is no such topic. Makes none, whatever the broker is set to.
tl::expected<std::optional<TopicDescription>, Fault> describe_topic(Client& client, const std::string& name,
                                                                    Milliseconds wait);

struct NewTopic {
  std::string name;
  std::uint32_t partitions = 0;   // 0: as many as the broker gives
  std::uint32_t replication = 0;  // 0: as the broker has it
  Properties settings;            // of the topic: "max.message.bytes", ...
};
// One that is there already is no fault.
tl::expected<void, Fault> create_topic(Client& client, const NewTopic& topic, Milliseconds wait);

// Whether nothing was ever written to it, as far as the brokers know: nothing now, and nothing that retention dropped.
tl::expected<bool, Fault> is_untouched(Client& client, const std::string& topic, std::uint32_t partitions,
                                       Milliseconds wait);

struct SeenRecord {
  std::uint32_t partition = 0;
  std::int64_t offset = 0;
  std::string key, value;
  Properties headers;
};
// The newest record of each of the first `partitions` partitions that has one, as far as they come within `wait`.
// `properties` are those of a client; no group is joined.
tl::expected<std::vector<SeenRecord>, Fault> newest_records(const Properties& properties, const std::string& topic,
                                                            std::uint32_t partitions, Milliseconds wait);

}  // namespace reprise::kafka
