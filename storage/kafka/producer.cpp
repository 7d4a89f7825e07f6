#include "storage/kafka/producer.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

namespace reprise::kafka {

namespace {

constexpr std::array<std::string_view, 20> kFixed{"bootstrap.servers",
                                                  "metadata.broker.list",
                                                  "enable.idempotence",
                                                  "enable.gapless.guarantee",
                                                  "acks",
                                                  "request.required.acks",
                                                  "retries",
                                                  "message.send.max.retries",
                                                  "message.timeout.ms",
                                                  "delivery.timeout.ms",
                                                  "partitioner",
                                                  "transactional.id",
                                                  "allow.auto.create.topics",
                                                  "delivery.report.only.error",
                                                  "enable.partition.eof",
                                                  "message.max.bytes",
                                                  "plugin.library.paths",
                                                  "interceptors",
                                                  "log.queue",
                                                  "max.in.flight"};

}  // namespace

bool is_fixed_property(std::string_view name) {
  return std::find(kFixed.begin(), kFixed.end(), name) != kFixed.end() || name.starts_with("max.in.flight.requests");
}

Properties producer_properties(const std::string& brokers, const Properties& more) {
  Properties all{
      {"client.id", "reprise"},
      // After an outage the longest wait of a reconnect is lag.
      {"reconnect.backoff.max.ms", "500"},
      {"socket.nagle.disable", "true"},
      {"log.connection.close", "false"},
      {"linger.ms", "2"},
      // Below the 1 MiB that a broker takes in one batch unless told otherwise.
      {"batch.size", "900000"},
      {"batch.num.messages", "100000"},
      {"queue.buffering.max.messages", "1000000"},  // the sender's own bound is far lower
      {"queue.buffering.max.kbytes", "262144"},
  };
  all.insert(all.end(), more.begin(), more.end());
  const Properties fixed{
      {"bootstrap.servers", brokers},
      {"enable.idempotence", "true"},  // and with it acks=all and endless tries
      {"acks", "all"},
      // What cannot be stored must not be overtaken: then the handle ends, and the next goes on at that record.
      {"enable.gapless.guarantee", "true"},
      {"message.timeout.ms", "0"},  // never given up: a broker may be away for hours
      {"message.max.bytes", std::to_string(kLargestRecord)},
      {"partitioner", "murmur2"},  // as Kafka's own clients have it: others that write by the same key agree
      {"allow.auto.create.topics", "false"},
  };
  all.insert(all.end(), fixed.begin(), fixed.end());
  return all;
}

Producer::Producer(Client& client, const std::string& topic, std::vector<Header> headers)
    : client_(client), topic_(rd_kafka_topic_new(client.raw(), topic.c_str(), nullptr)), headers_(std::move(headers)) {}

Producer::~Producer() {
  if (topic_ != nullptr) rd_kafka_topic_destroy(topic_);
}

tl::expected<Producer::Sent, Fault> Producer::send(std::string_view key, std::string_view value, std::uint64_t tag) {
  if (topic_ == nullptr) return tl::unexpected(fault_of(RD_KAFKA_RESP_ERR__INVALID_ARG));
  rd_kafka_headers_t* headers = rd_kafka_headers_new(headers_.size());
  for (const Header& header : headers_) {
    rd_kafka_header_add(headers, header.name.c_str(), static_cast<ssize_t>(header.name.size()), header.value.data(),
                        static_cast<ssize_t>(header.value.size()));
  }
  std::array<rd_kafka_vu_t, 6> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_RKT;
  parts[0].u.rkt = topic_;
  parts[1].vtype = RD_KAFKA_VTYPE_KEY;
  parts[1].u.mem = {const_cast<char*>(key.data()), key.size()};  // librdkafka copies it
  parts[2].vtype = RD_KAFKA_VTYPE_VALUE;
  parts[2].u.mem = {const_cast<char*>(value.data()), value.size()};
  parts[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
  parts[3].u.i = RD_KAFKA_MSG_F_COPY;
  parts[4].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[4].u.headers = headers;
  parts[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
  parts[5].u.ptr =
      reinterpret_cast<void*>(static_cast<std::uintptr_t>(tag));  // NOLINT: a number, as librdkafka carries it
  rd_kafka_error_t* error = rd_kafka_produceva(client_.raw(), parts.data(), parts.size());
  if (error == nullptr) return Sent::yes;
  const int code = rd_kafka_error_code(error);
  const bool is_fatal = rd_kafka_error_is_fatal(error) != 0;
  Fault fault = fault_of(code, rd_kafka_error_string(error));
  if (is_fatal) fault.kind = FaultKind::fatal;
  rd_kafka_error_destroy(error);
  rd_kafka_headers_destroy(headers);  // not taken where it fails
  if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Sent::full;
  return tl::unexpected(std::move(fault));
}

}  // namespace reprise::kafka
