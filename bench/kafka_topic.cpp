#include "bench/kafka_topic.hpp"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdio>

#include "actors/streams/kafka_topic.hpp"
#include "storage/kafka/producer.hpp"

namespace reprise::bench {

BrokerProcess::BrokerProcess(std::string script, std::string data)
    : script_(std::move(script)), data_(std::move(data)) {
  std::string told = command("start");
  while (!told.empty() && told.back() == '\n') told.pop_back();
  const auto line = told.rfind('\n');
  const std::string last = line == std::string::npos ? told : told.substr(line + 1);
  if (last.starts_with("127.0.0.1:")) {
    bootstrap_ = last;
  } else {
    failure_ = told.empty() ? "no answer of " + script_ : told;
  }
}

BrokerProcess::~BrokerProcess() { command("clean"); }

std::string BrokerProcess::command(const std::string& word) const {
  const std::string line =
      "REPRISE_KAFKA_DATA='" + data_ + "' REPRISE_KAFKA_PORT=0 '" + script_ + "' " + word + " 2>&1";
  std::string out;
  FILE* told = ::popen(line.c_str(), "r");
  if (told == nullptr) return out;
  char text[256];
  while (std::fgets(text, sizeof text, told) != nullptr) out += text;
  ::pclose(told);
  return out;
}

TopicReader::TopicReader(std::string bootstrap, std::string topic, int partitions, Sink sink) : sink_(std::move(sink)) {
  thread_ = std::thread([this, bootstrap = std::move(bootstrap), topic = std::move(topic), partitions] {
    run(bootstrap, topic, partitions);
  });
}

TopicReader::~TopicReader() {
  stopped_.store(true);
  thread_.join();
}

void TopicReader::run(const std::string& bootstrap, const std::string& topic, int partitions) {
  const auto client = kafka::Client::open(kafka::Client::Kind::consumer,
                                          {{"bootstrap.servers", bootstrap}, {"fetch.wait.max.ms", "5"}}, {});
  if (!client) return;
  rd_kafka_topic_t* handle = rd_kafka_topic_new((*client)->raw(), topic.c_str(), nullptr);
  rd_kafka_queue_t* queue = rd_kafka_queue_new((*client)->raw());
  for (int p = 0; p < partitions; ++p) rd_kafka_consume_start_queue(handle, p, RD_KAFKA_OFFSET_BEGINNING, queue);
  while (!stopped_.load()) {
    rd_kafka_message_t* record = rd_kafka_consume_queue(queue, 50);
    if (record == nullptr) continue;
    if (record->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      sink_({static_cast<const char*>(record->key), record->key_len},
            {static_cast<const char*>(record->payload), record->len});
      records_.fetch_add(1);
    }
    rd_kafka_message_destroy(record);
  }
  for (int p = 0; p < partitions; ++p) rd_kafka_consume_stop(handle, p);
  rd_kafka_queue_destroy(queue);
  rd_kafka_topic_destroy(handle);
}

double bare_producer_seconds(const std::string& bootstrap, const std::string& topic,
                             const std::vector<std::pair<std::string, std::string>>& records) {
  using Clock = std::chrono::steady_clock;
  std::size_t stored = 0;
  bool failed = false;
  kafka::Callbacks callbacks;
  callbacks.delivered = [&](std::uint64_t, std::size_t, const kafka::Fault* fault) {
    if (fault != nullptr) failed = true;
    ++stored;
  };
  auto client =
      kafka::Client::open(kafka::Client::Kind::producer, kafka::producer_properties(bootstrap, {}), callbacks);
  if (!client) return 0;
  const kafka::Milliseconds ask(10'000);
  const kafka::NewTopic wanted{topic, actors::kPartitionsOfNew, 0, {}};
  if (!kafka::create_topic(**client, wanted, ask)) return 0;
  // Its first record would wait a second for metadata otherwise.
  if (!kafka::describe_topic(**client, topic, ask)) return 0;
  kafka::Producer producer(**client, topic, {{"content-type", actors::kContentType}});
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::seconds(120);
  for (const auto& [key, value] : records) {
    for (;;) {
      const auto sent = producer.send(key, value, 0);
      if (!sent) return 0;
      if (*sent == kafka::Producer::Sent::yes) break;
      (*client)->poll(kafka::Milliseconds(1));
    }
    (*client)->poll(kafka::Milliseconds(0));
  }
  while (stored < records.size() && Clock::now() < end) (*client)->poll(kafka::Milliseconds(1));
  if (failed || stored < records.size()) return 0;
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

}  // namespace reprise::bench
