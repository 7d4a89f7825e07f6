// Reading a topic from given offsets on, all its partitions, without a group: whoever reads keeps the positions. One
// thread; every function may wait for brokers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "storage/kafka/client.hpp"
#include "storage/kafka/record.hpp"

namespace reprise::kafka {

// What every reader is set to. `more` may add to it (security, fetch sizes), not overrule who keeps the positions.
// `group` names it to the brokers; nothing is joined and nothing committed.
Properties reader_properties(const std::string& brokers, const std::string& group, const Properties& more);

class TopicReader {
 public:
  // `client` was opened as a consumer with reader_properties(), and outlives this.
  TopicReader(Client& client, std::string topic) : client_(client), topic_(std::move(topic)) {}
  ~TopicReader();
  TopicReader(const TopicReader&) = delete;
  TopicReader& operator=(const TopicReader&) = delete;

  struct Range {
    std::uint64_t first = 0;  // the oldest offset that there still is
    std::uint64_t end = 0;    // that of the next record to come
  };
  // Asks the brokers.
  tl::expected<Range, Fault> range(std::uint32_t partition, Milliseconds wait);
  // The end as the last fetch told it; nothing before the first.
  std::optional<std::uint64_t> known_end(std::uint32_t partition) const;

  // From now on reads these partitions from these offsets, and no others.
  tl::expected<void, Fault> read_from(const std::map<std::uint32_t, std::uint64_t>& offsets);

  struct Taken {
    std::vector<Record> records;        // by partition in the order of their offsets
    std::optional<std::uint32_t> gone;  // of this partition the offset to be read is none that the topic has
    std::optional<Fault> fault;
  };
  // Waits for the first record, then takes what is at hand, up to the bounds (one record may pass that of bytes). What
  // it gives is given once.
  Taken take(std::size_t most_records, std::size_t most_bytes, Milliseconds wait);

 private:
  Client& client_;
  const std::string topic_;
};

}  // namespace reprise::kafka
