#include "storage/kafka/topic_reader.hpp"

#include <librdkafka/rdkafka.h>

namespace reprise::kafka {

namespace {

struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

struct ListDeleter {
  void operator()(rd_kafka_topic_partition_list_t* list) const { rd_kafka_topic_partition_list_destroy(list); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, ListDeleter>;

int as_int(Milliseconds wait) { return static_cast<int>(wait.count()); }

std::optional<std::string> bytes_of(const void* bytes, std::size_t size) {
  if (bytes == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(bytes), size);
}

Record record_of(const rd_kafka_message_t& message, const std::string& topic) {
  Record record;
  record.topic = topic;
  record.partition = static_cast<std::uint32_t>(message.partition);
  record.offset = static_cast<std::uint64_t>(message.offset);
  record.key = bytes_of(message.key, message.key_len);
  record.value = bytes_of(message.payload, message.len);
  rd_kafka_timestamp_type_t kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t at = rd_kafka_message_timestamp(&message, &kind);
  if (kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && at >= 0) record.timestamp = from_millis(at);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(name, bytes_of(value, size));
    }
  }
  return record;
}

// What a reader without a group is told of groups.
bool is_of_groups(int code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__WAIT_COORD: return true;
    default: return false;
  }
}

}  // namespace

Properties reader_properties(const std::string& brokers, const std::string& group, const Properties& more) {
  Properties all{
      {"client.id", "reprise"},
      // After an outage the longest wait of a reconnect is lag.
      {"reconnect.backoff.max.ms", "500"},
      {"socket.nagle.disable", "true"},
      {"log.connection.close", "false"},
      {"fetch.wait.max.ms", "100"},
      {"queued.max.messages.kbytes", "16384"},  // all partitions together
      {"queued.min.messages", "10000"},
      {"check.crcs", "true"},
  };
  all.insert(all.end(), more.begin(), more.end());
  const Properties fixed{
      {"bootstrap.servers", brokers},        {"group.id", group},
      {"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},  // nobody skips but who says so
      {"enable.partition.eof", "false"},     {"max.poll.interval.ms", "86400000"},
      {"allow.auto.create.topics", "false"},
  };
  all.insert(all.end(), fixed.begin(), fixed.end());
  return all;
}

TopicReader::~TopicReader() { rd_kafka_assign(client_.raw(), nullptr); }

tl::expected<TopicReader::Range, Fault> TopicReader::range(std::uint32_t partition, Milliseconds wait) {
  std::int64_t low = 0, high = 0;
  const auto code = rd_kafka_query_watermark_offsets(client_.raw(), topic_.c_str(),
                                                     static_cast<std::int32_t>(partition), &low, &high, as_int(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(fault_of(code));
  if (low < 0 || high < low) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR__BAD_MSG));
  return Range{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(high)};
}

std::optional<std::uint64_t> TopicReader::known_end(std::uint32_t partition) const {
  std::int64_t low = 0, high = 0;
  const auto code =
      rd_kafka_get_watermark_offsets(client_.raw(), topic_.c_str(), static_cast<std::int32_t>(partition), &low, &high);
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR || high < 0) return std::nullopt;
  return static_cast<std::uint64_t>(high);
}

tl::expected<void, Fault> TopicReader::read_from(const std::map<std::uint32_t, std::uint64_t>& offsets) {
  const PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
  for (const auto& [partition, offset] : offsets) {
    auto* added = rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), static_cast<std::int32_t>(partition));
    added->offset = static_cast<std::int64_t>(offset);
  }
  if (const auto code = rd_kafka_assign(client_.raw(), list.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected(fault_of(code));
  }
  return {};
}

TopicReader::Taken TopicReader::take(std::size_t most_records, std::size_t most_bytes, Milliseconds wait) {
  Taken taken;
  std::size_t bytes = 0;
  while (taken.records.size() < most_records && bytes < most_bytes) {
    const Message message(rd_kafka_consumer_poll(client_.raw(), taken.records.empty() ? as_int(wait) : 0));
    if (!message) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      bytes += message->len + message->key_len;
      taken.records.push_back(record_of(*message, topic_));
    } else if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
               message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
      taken.gone = static_cast<std::uint32_t>(message->partition);
      break;
    } else if (!is_of_groups(message->err)) {
      taken.fault = fault_of(message->err, rd_kafka_message_errstr(message.get()));
      break;
    }
  }
  return taken;
}

}  // namespace reprise::kafka
