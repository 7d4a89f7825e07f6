#include "storage/kafka/topic.hpp"

#include <librdkafka/rdkafka.h>

#include <array>
#include <memory>

namespace reprise::kafka {

namespace {

template <auto Destroy>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Destroy(object);
  }
};
using TopicHandle = std::unique_ptr<rd_kafka_topic_t, Deleter<&rd_kafka_topic_destroy>>;
using Queue = std::unique_ptr<rd_kafka_queue_t, Deleter<&rd_kafka_queue_destroy>>;
using Event = std::unique_ptr<rd_kafka_event_t, Deleter<&rd_kafka_event_destroy>>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, Deleter<&rd_kafka_AdminOptions_destroy>>;
using Wanted = std::unique_ptr<rd_kafka_NewTopic_t, Deleter<&rd_kafka_NewTopic_destroy>>;
using Message = std::unique_ptr<rd_kafka_message_t, Deleter<&rd_kafka_message_destroy>>;

int as_int(Milliseconds wait) { return static_cast<int>(wait.count()); }

std::string text_of(const void* bytes, std::size_t size) {
  return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
}

SeenRecord record_of(const rd_kafka_message_t& message) {
  SeenRecord record;
  record.partition = static_cast<std::uint32_t>(message.partition);
  record.offset = message.offset;
  record.key = text_of(message.key, message.key_len);
  record.value = text_of(message.payload, message.len);
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      record.headers.emplace_back(name, text_of(value, size));
    }
  }
  return record;
}

}  // namespace

tl::expected<std::optional<TopicDescription>, Fault> describe_topic(Client& client, const std::string& name,
                                                                    Milliseconds wait) {
  const TopicHandle topic(rd_kafka_topic_new(client.raw(), name.c_str(), nullptr));
  if (!topic) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION));
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client.raw(), 0, topic.get(), &metadata, as_int(wait));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(fault_of(code));
  std::optional<TopicDescription> found;
  auto refused = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const auto& told = metadata->topics[i];
    if (name != told.topic) continue;
    refused = told.err;
    if (refused == RD_KAFKA_RESP_ERR_NO_ERROR) found = TopicDescription{static_cast<std::uint32_t>(told.partition_cnt)};
  }
  rd_kafka_metadata_destroy(metadata);
  if (refused == RD_KAFKA_RESP_ERR_NO_ERROR || refused == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return found;
  return tl::unexpected(fault_of(refused));
}

tl::expected<void, Fault> create_topic(Client& client, const NewTopic& topic, Milliseconds wait) {
  std::array<char, 512> reason{};
  const auto or_default = [](std::uint32_t count) { return count == 0 ? -1 : static_cast<int>(count); };
  const Wanted wanted(rd_kafka_NewTopic_new(topic.name.c_str(), or_default(topic.partitions),
                                            or_default(topic.replication), reason.data(), reason.size()));
  if (!wanted) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR__INVALID_ARG, reason.data()));
  for (const auto& [name, value] : topic.settings)
    rd_kafka_NewTopic_set_config(wanted.get(), name.c_str(), value.c_str());
  const Options options(rd_kafka_AdminOptions_new(client.raw(), RD_KAFKA_ADMIN_OP_CREATETOPICS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), as_int(wait), reason.data(), reason.size());
  rd_kafka_AdminOptions_set_operation_timeout(options.get(), as_int(wait), reason.data(), reason.size());
  const Queue queue(rd_kafka_queue_new(client.raw()));
  rd_kafka_NewTopic_t* all[] = {wanted.get()};
  rd_kafka_CreateTopics(client.raw(), all, 1, options.get(), queue.get());
  const Event event(rd_kafka_queue_poll(queue.get(), as_int(wait) + 1000));
  if (!event) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR__TIMED_OUT));
  if (const auto code = rd_kafka_event_error(event.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* text = rd_kafka_event_error_string(event.get());
    return tl::unexpected(fault_of(code, text == nullptr ? "" : text));
  }
  const auto* result = rd_kafka_event_CreateTopics_result(event.get());
  std::size_t count = 0;
  const auto* told = result == nullptr ? nullptr : rd_kafka_CreateTopics_result_topics(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(told[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const char* text = rd_kafka_topic_result_error_string(told[i]);
    return tl::unexpected(fault_of(code, text == nullptr ? "" : text));
  }
  return {};
}

tl::expected<bool, Fault> is_untouched(Client& client, const std::string& topic, std::uint32_t partitions,
                                       Milliseconds wait) {
  for (std::uint32_t p = 0; p < partitions; ++p) {
    std::int64_t low = 0, high = 0;
    const auto code = rd_kafka_query_watermark_offsets(client.raw(), topic.c_str(), static_cast<std::int32_t>(p), &low,
                                                       &high, as_int(wait));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return tl::unexpected(fault_of(code));
    if (high > 0) return false;
  }
  return true;
}

tl::expected<std::vector<SeenRecord>, Fault> newest_records(const Properties& properties, const std::string& topic,
                                                            std::uint32_t partitions, Milliseconds wait) {
  Properties of_reader = properties;
  of_reader.emplace_back("enable.partition.eof", "true");
  auto client = Client::open(Client::Kind::consumer, of_reader, {});
  if (!client) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR__INVALID_ARG, client.error().detail));
  const TopicHandle handle(rd_kafka_topic_new((*client)->raw(), topic.c_str(), nullptr));
  if (!handle) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION));
  const Queue queue(rd_kafka_queue_new((*client)->raw()));
  for (std::uint32_t p = 0; p < partitions; ++p) {
    rd_kafka_consume_start_queue(handle.get(), static_cast<std::int32_t>(p), RD_KAFKA_OFFSET_TAIL(1), queue.get());
  }
  std::vector<SeenRecord> records;
  std::vector<bool> told(partitions, false);
  std::optional<Fault> fault;
  const auto end = std::chrono::steady_clock::now() + wait;
  for (std::uint32_t left = partitions; left > 0 && !fault;) {
    const auto time = std::chrono::duration_cast<Milliseconds>(end - std::chrono::steady_clock::now());
    if (time.count() <= 0) break;
    const Message message(rd_kafka_consume_queue(queue.get(), as_int(time)));
    if (!message) break;
    const auto partition = static_cast<std::size_t>(message->partition);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (partition < told.size() && !told[partition]) records.push_back(record_of(*message));
    } else if (message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (kind_of(message->err) != FaultKind::passing) fault = fault_of(message->err);
      continue;
    }
    if (partition < told.size() && !told[partition]) {
      told[partition] = true;
      --left;
    }
  }
  for (std::uint32_t p = 0; p < partitions; ++p) rd_kafka_consume_stop(handle.get(), static_cast<std::int32_t>(p));
  if (fault) return tl::unexpected(*fault);
  return records;
}

}  // namespace reprise::kafka
