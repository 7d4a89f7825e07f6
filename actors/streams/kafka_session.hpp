// One handle of a producer and what is under way on it, from its opening to the first fault that it does not survive.
// One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "actors/streams/feed_delivery.hpp"
#include "actors/streams/kafka_topic.hpp"
#include "actors/streams/stream_status.hpp"
#include "storage/kafka/producer.hpp"

namespace reprise::actors {

class KafkaSession {
 public:
  // Error: invalid.
  static Expected<std::unique_ptr<KafkaSession>> open(const kafka::Properties& properties, StreamStatus& status);

  kafka::Client& client() { return *client_; }
  // Serves what the brokers have said; waits for the first.
  void poll(std::chrono::milliseconds wait) { client_->poll(wait); }
  // What the connections last failed with; empty: nothing.
  const std::string& last_reason() const { return last_reason_; }

  // From now on events go to `topic` and `delivery` hears of those that arrive. Both outlive the session's use.
  void publish_to(const std::string& topic, FeedDelivery& delivery);
  // Hands one event over, waiting where librdkafka's queue is full. False: fault() says why not.
  bool send(const projections::FeedEvent& event);

  std::size_t records_under_way() const { return records_; }
  std::size_t bytes_under_way() const { return bytes_; }
  bool take_arrived() { return std::exchange(arrived_, false); }  // something has since the last call
  // Why it is over.
  const std::optional<kafka::Fault>& fault() const { return fault_; }

 private:
  explicit KafkaSession(StreamStatus& status) : status_(status) {}
  void connection_fault(const kafka::Fault& fault);
  void refused(std::uint64_t tag, std::size_t bytes, const kafka::Fault& fault);
  void report(std::uint64_t tag, std::size_t bytes, const kafka::Fault* fault);

  StreamStatus& status_;
  FeedDelivery* delivery_ = nullptr;
  std::string last_reason_;
  std::optional<kafka::Fault> fault_;
  std::size_t records_ = 0, bytes_ = 0;
  bool arrived_ = false;
  std::string key_, value_;  // room that is used again
  std::unique_ptr<kafka::Client> client_;
  std::unique_ptr<kafka::Producer> producer_;  // goes before the client
};

}  // namespace reprise::actors
