// Publishes every event of the feed to a topic of Kafka: at least once, and those of one execution in order. The feed
// is its outbox. What it has published is known by a position in the store, which moves over what the brokers have
// confirmed; so a broker that is away costs nothing but lag, and a crash nothing but records that come twice.
// docs/decisions/0014 has the reasons.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "actors/gateway.hpp"
#include "actors/streams/feed_delivery.hpp"
#include "actors/streams/kafka_session.hpp"
#include "actors/streams/kafka_topic.hpp"
#include "actors/streams/stream.hpp"
#include "actors/streams/stream_status.hpp"

namespace reprise::actors {

struct KafkaPublisherOptions {
  std::string brokers;  // host:port, separated by commas
  TopicWish topic;
  kafka::Properties properties;  // librdkafka's: security and tuning
  StreamLogger logger;
  // What may be under way to the brokers: past it, reading waits.
  std::size_t records_under_way = 50'000;
  std::size_t bytes_under_way = 32u << 20;
};

// A thread of its own, from start() to stop(). The gateway, and the journal behind it, outlive it.
class KafkaPublisher final : public Stream {
 public:
  KafkaPublisher(Gateway& gateway, KafkaPublisherOptions options);
  ~KafkaPublisher() override;  // stop()

  void start();
  // Waits about two seconds at most for what is under way, stores the position, and ends.
  void stop();

  StreamNumbers numbers() const override;

 private:
  using Milliseconds = std::chrono::milliseconds;

  void run();
  // A connection to the brokers, with a topic that is good and delivery_ where it has to go on; null: not now.
  std::unique_ptr<KafkaSession> connect();
  void guess_delivery();
  bool take_delivery(const std::string& consumer);
  bool choose_delivery(KafkaSession& session, const std::string& cluster);
  void publish(KafkaSession& session);
  // The next events. False: there were none.
  bool read_some(KafkaSession& session);
  bool room(const KafkaSession& session) const;
  void finish(KafkaSession& session);
  // Until nothing is missing of what happened: whether the brokers are there again while there is nothing to send.
  void look_for_brokers(KafkaSession& session);
  void note_confirmed();
  std::uint64_t lag() const;
  void pause(Milliseconds time);
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }

  Gateway& gateway_;
  const KafkaPublisherOptions options_;
  const kafka::Properties properties_;
  StreamStatus status_;
  std::unique_ptr<FeedDelivery> delivery_;             // of the cluster and topic that were met last
  std::vector<std::atomic<std::uint64_t>> confirmed_;  // of each partition, for numbers()
  std::chrono::steady_clock::time_point looked_at_{};
  Milliseconds next_pause_{0};

  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

}  // namespace reprise::actors
