#include "actors/streams/dead_letters.hpp"

#include <chrono>
#include <utility>

#include "storage/kafka/producer.hpp"
#include "storage/kafka/topic.hpp"

namespace reprise::actors {

namespace {

using std::chrono::steady_clock;
constexpr kafka::Milliseconds kAsk{5'000};       // for the brokers to say what the topic is
constexpr kafka::Milliseconds kDeliver{20'000};  // for letters to be stored

kafka::Properties properties_of_letters(const std::string& brokers, const kafka::Properties& connection) {
  kafka::Properties all = connection;
  for (const auto& [name, value] : kafka::Properties{
           {"bootstrap.servers", brokers},
           {"reconnect.backoff.max.ms", "500"},
           {"enable.idempotence", "true"},
           {"acks", "all"},
           {"linger.ms", "2"},
           // Somebody waits: then the letter is sent again.
           {"message.timeout.ms", "10000"},
           {"message.max.bytes", std::to_string(kafka::kLargestRecord)},
           {"allow.auto.create.topics", "false"},
       }) {
    all.emplace_back(name, value);
  }
  return all;
}

Error unavailable(const std::string& topic, const std::string& why) {
  return {errc::unavailable, "the dead-letter topic " + topic + ": " + why, {}};
}

}  // namespace

Expected<void> DeadLetters::open() {
  kafka::Callbacks callbacks;
  callbacks.fault = [this](const kafka::Fault& fault) { connection_ = fault; };
  callbacks.delivered = [this](std::uint64_t, std::size_t, const kafka::Fault* fault) {
    if (fault == nullptr) {
      ++stored_;
    } else {
      fault_ = *fault;
    }
  };
  auto client =
      kafka::Client::open(kafka::Client::Kind::producer, properties_of_letters(brokers_, properties_), callbacks);
  if (!client) return tl::unexpected(unavailable(topic_, client.error().detail));
  client_ = std::move(*client);
  return {};
}

Expected<void> DeadLetters::send(const std::vector<Letter>& letters) {
  connection_.reset();
  if (client_ && client_->fatal()) client_.reset();
  if (!client_) {
    if (auto opened = open(); !opened) return opened;
  }
  const auto failed = [&](const kafka::Fault& fault) -> Expected<void> {
    const std::string why = connection_ ? fault.text + " (" + connection_->text + ")" : fault.text;
    client_.reset();
    return tl::unexpected(unavailable(topic_, why));
  };
  const auto there = kafka::describe_topic(*client_, topic_, kAsk);
  client_->poll(kafka::Milliseconds(0));
  if (!there) return failed(there.error());
  if (!*there) {
    kafka::NewTopic wanted;
    wanted.name = topic_;
    if (const auto made = kafka::create_topic(*client_, wanted, kAsk); !made) return failed(made.error());
  }
  stored_ = 0;
  fault_.reset();
  kafka::Producer producer(*client_, topic_, {});
  const auto end = steady_clock::now() + kDeliver;
  for (const Letter& letter : letters) {
    const kafka::Record& record = *letter.record;
    std::vector<std::pair<std::string, std::optional<std::string>>> headers = record.headers;
    headers.emplace_back("reprise-reason", letter.reason);
    headers.emplace_back("reprise-source", source_);
    headers.emplace_back("reprise-topic", record.topic);
    headers.emplace_back("reprise-partition", std::to_string(record.partition));
    headers.emplace_back("reprise-offset", std::to_string(record.offset));
    for (;;) {
      const auto sent = producer.send_as(record.key, record.value, headers, 0);
      if (!sent) return failed(sent.error());
      if (*sent == kafka::Producer::Sent::yes) break;
      if (steady_clock::now() > end) return failed(kafka::Fault{kafka::FaultKind::passing, 0, "too much waits"});
      client_->poll(kafka::Milliseconds(50));
    }
  }
  while (stored_ < letters.size()) {
    if (fault_) return failed(*fault_);
    if (steady_clock::now() > end) {
      return failed(kafka::Fault{kafka::FaultKind::passing, 0, "no broker has confirmed in time"});
    }
    client_->poll(kafka::Milliseconds(50));
  }
  return {};
}

}  // namespace reprise::actors
